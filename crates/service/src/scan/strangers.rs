//! Files that no format knows, where a product keeps its own or somebody named them: the witness
//! says whether something in them looks like a credential. Its values are dropped as they come.

use std::collections::BTreeMap;

use azvault_importer::look::Unknown;
use azvault_witness::{Confidence, Kind};

use super::severity::{Worst, severity};
use super::{Becomes, Holdings, Readers, Row, Unreadable, seconds};
use crate::migration::gather::Curious;

/// Looks at the files that no format knows.
pub(super) struct Strangers<'a> {
    pub(super) rows: Vec<Row>,
    /// What the witness could not look into.
    pub(super) unread: Vec<Unreadable>,
    is_stopped: &'a dyn Fn() -> bool,
}

impl<'a> Strangers<'a> {
    pub(super) fn new(is_stopped: &'a dyn Fn() -> bool) -> Self {
        Self { rows: Vec::new(), unread: Vec::new(), is_stopped }
    }
}

impl Curious for Strangers<'_> {
    fn unknown(&mut self, file: Unknown) {
        let name = file.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut found: BTreeMap<Kind, usize> = BTreeMap::new();
        let (unread, _) = azvault_witness::each(&file.bytes, name, &mut |seen| {
            if seen.confidence == Confidence::Certain {
                *found.entry(seen.kind).or_default() += 1;
            }
        });
        self.unread.extend(unread.into_iter().map(|part| Unreadable {
            path: file.path.clone(),
            why: if part.place.is_empty() {
                part.why.to_owned()
            } else {
                format!("{}: {}", part.place, part.why)
            },
        }));
        let Some(worst) = found.keys().map(|kind| opens(*kind)).max() else { return };
        let readers = Readers::of(&file.path, file.stat.permissions, file.stat.owner);
        self.rows.push(Row {
            kind: super::Kind::Unknown,
            severity: severity(worst, readers.who),
            holds: Holdings::unknown(found, worst),
            readers: Some(readers),
            modified: seconds(file.stat.modified_ns),
            view: Some(crate::migration::source::SourceView::unknown(&file.path, &file.stat)),
            becomes: Becomes::Left,
            path: file.path,
        });
    }

    fn is_stopped(&self) -> bool {
        (self.is_stopped)()
    }
}

/// The worst that a value of this look can do.
fn opens(kind: Kind) -> Worst {
    match kind {
        Kind::RefreshToken
        | Kind::ClientSecret
        | Kind::ServiceToken
        | Kind::StorageKey
        | Kind::ConnectionString
        | Kind::Sas
        | Kind::UrlPassword
        | Kind::PrivateKey
        | Kind::Pfx
        | Kind::Named
        | Kind::Random => Worst::Credential,
        Kind::Jwt | Kind::JwtPart => Worst::Token,
        Kind::KeyPath => Worst::Ids,
        Kind::DpapiBlob | Kind::Keyring => Worst::Nothing,
    }
}
