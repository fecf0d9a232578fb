//! What lies where a product looks.

use std::path::Path;

use azvault_importer::open::{OpenError, read_once};
use azvault_importer::{Reading, is_blank};
use azvault_model::KeptNames;
use azvault_os::file::Facts;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::NamedProduct;

/// What lies there.
pub(super) enum OnDisk {
    /// No file, or one in which the product says nothing.
    Nothing { stamp: Option<Stamp> },
    /// Names that azvault wrote, and what the product made of them.
    Names { found: KeptNames, stamp: Option<Stamp> },
    /// Something else, and what.
    Foreign(String),
}

/// By which a file is known to be as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    modified_ns: i64,
}

impl Stamp {
    /// `None` where there is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let facts = Facts::of_name(path).ok()?;
        let modified_ns = i64::try_from(facts.modified_ns()).unwrap_or(i64::MAX);
        Some(Self { size: facts.size(), modified_ns })
    }
}

impl OnDisk {
    /// `written` has the names of contexts, for a product that has none.
    pub(super) fn of(product: NamedProduct, path: &Path, written: Option<&KeptNames>) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let stamp = Stamp::of(path);
        let opened = match read_once(path) {
            Ok(opened) => opened,
            Err(OpenError::NotFound) => return Self::Nothing { stamp: None },
            Err(e) => return Self::Foreign(e.to_string()),
        };
        let reading = Reading { file_name: &name, time_zone: &TimeZone::UTC };
        let found = azvault_importer::read(&opened.bytes, &reading).kept_names;
        match (is_blank(&opened.bytes, &name), found.contexts.is_empty()) {
            (true, true) => Self::Nothing { stamp },
            (true, false) => {
                let found = match (product, written) {
                    (NamedProduct::AzureCli, Some(written)) => named(found, written),
                    (NamedProduct::AzureCli | NamedProduct::AzurePowerShell, _) => found,
                };
                Self::Names { found, stamp }
            }
            (false, _) => Self::Foreign("it holds something that azvault did not write".to_owned()),
        }
    }
}

/// The same with the names of the contexts that were written for these subscriptions.
fn named(mut found: KeptNames, written: &KeptNames) -> KeptNames {
    for own in &mut found.contexts {
        let mut before = written.contexts.iter();
        if let Some(before) = before.find(|before| before.is_where(own)) {
            if found.default.as_ref() == Some(&own.name) {
                found.default = Some(before.name.clone());
            }
            own.name = before.name.clone();
        }
    }
    found
}
