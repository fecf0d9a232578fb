//! The second witness of a proof: what looks like a credential in an original must be in the vault,
//! whatever its reader made of it.
//!
//! The readers know formats; what one overlooks, a comparison with what it read cannot miss. The
//! witness knows no format. Each of its findings is in the vault by value, or has a reason.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use azvault_importer::Found;
use azvault_importer::formats::table::FORMATS;
use azvault_importer::open::read_once;
use azvault_importer::system_sealed::opened;
use azvault_model::{Secret, SecretKind};
use azvault_vault::{ImportedFile, Since, ValueDigest};
use azvault_witness::{Confidence, Held, Kind, Ledger, Looked};
use serde::{Deserialize, Serialize};

use super::present::Content;
use crate::app::App;
use crate::message::not_there_yet;
use crate::text::{count, shown, shown_path};

/// Kinds under which a value can have been in the vault.
const KINDS: [SecretKind; 14] = [
    SecretKind::RefreshToken,
    SecretKind::AccessToken,
    SecretKind::IdToken,
    SecretKind::ClientSecret,
    SecretKind::Certificate,
    SecretKind::CertificatePath,
    SecretKind::CertificatePassword,
    SecretKind::ClientAssertion,
    SecretKind::StorageConnectionString,
    SecretKind::ManagedIdentitySecret,
    SecretKind::SshCertificate,
    SecretKind::Pkcs11Key,
    SecretKind::TeamMembership,
    SecretKind::UnknownCredential,
];

/// A value of an original that is not in the vault, and why that is no loss.
#[derive(Serialize)]
pub struct LeftOut {
    path: String,
    place: String,
    why: String,
}

/// Everything that a vault holds by value: secrets, and members kept sealed as they were written.
/// Sealed originals do not count: they are what is proven to be superfluous.
pub(crate) fn held(content: &Content) -> Ledger {
    let mut held = Ledger::default();
    for (_, value) in &content.secrets {
        // EXPOSE: hashed, to account for what the witness finds in originals.
        held.hold(value.expose());
    }
    for context in &content.contexts {
        held.hold_texts(context.kept.as_json().as_bytes());
        for value in context.account.iter().flat_map(|account| account.properties.values()) {
            held.hold_path(value.as_bytes());
        }
    }
    for file in content.imports.iter().flat_map(|import| &import.value.files) {
        held.hold_texts(file.kept.as_json().as_bytes());
    }
    held
}

/// How a vault has a value that the witness found.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// As a secret, or a part of one.
    Secret,
    /// In a member that is kept as it was written: nothing signs in with it.
    AsWritten,
    /// Not any more: azvault renewed it.
    Renewed,
    /// Not any more: the user signed out.
    SignedOut,
    Nowhere,
}

/// A value that the witness found, on its way to who knows what the vault has.
#[derive(Serialize, Deserialize)]
pub struct WitnessedValue {
    what: Witnessed,
    #[serde(skip, default = "not_there_yet")]
    pub(crate) value: Secret,
}

/// For what the witness takes a value. The path of a key is held otherwise than a credential.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Witnessed {
    Credential,
    KeyPath,
}

/// How a vault that holds this has a value.
pub(crate) fn standing(held: &Ledger, since: &Since, witnessed: &WitnessedValue) -> Standing {
    let kind = match witnessed.what {
        Witnessed::Credential => Kind::Named,
        Witnessed::KeyPath => Kind::KeyPath,
    };
    // EXPOSE: looked up among hashes of what the vault holds.
    let value = witnessed.value.expose();
    match held.held(kind, value) {
        Held::AsSecret => Standing::Secret,
        as_written => match (became(since, &witnessed.value), as_written) {
            (Some(became), _) => became,
            (None, Held::AsWritten) => Standing::AsWritten,
            (None, _) => Standing::Nowhere,
        },
    }
}

/// What the witness found in one file, before it is known what the vault has of it.
pub(crate) struct Heard {
    /// The file's number in the migration.
    pub(crate) number: usize,
    looked: Looked,
    /// Why its reader left a finding out, by the finding's number.
    reasons: BTreeMap<usize, &'static str>,
    file: FileKind,
}

/// What the witness has to say of one file.
pub(crate) struct Judged {
    /// Losses: places and kinds, never a value.
    pub(crate) differences: Vec<String>,
    pub(crate) understood: Understood,
    pub(crate) left_out: Vec<LeftOut>,
}

/// What is known of a file by its reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    /// It was sealed. Whether all of it was understood, and whether nothing was kept of it besides.
    Sealed { unread: usize, odd: bool },
    /// It was not, and should have been: it is of sign-ins, of which nothing was understood.
    NotUnderstood,
    /// Settings, which stay in their place.
    Settings,
}

/// How much of a file its reader understood of what the witness finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Understood {
    All,
    InPart,
}

/// Hears the witness on an original.
pub(crate) fn hear(number: usize, file: &ImportedFile, bytes: &[u8], found: &Found) -> Heard {
    let looked = look(bytes, &file.path);
    let reasons = Reasons::of(&found.left_out);
    let values = looked.findings.iter().map(|finding| &finding.value).enumerate();
    let reasons = values.filter_map(|(at, value)| Some((at, reasons.of_value(value)?))).collect();
    // What no reader took for a secret is kept as it is: that is no sign-in any more. Where all was
    // understood, members of facts are kept so, and a guess at one of them is no loss.
    let odd = found.unread > 0 || !found.profile.kept.is_empty();
    Heard { number, looked, reasons, file: FileKind::Sealed { unread: found.unread, odd } }
}

/// Hears the witness on a file that was not sealed: settings, which stay in their place with what is
/// in them, or a file of sign-ins of which nothing was understood.
pub(crate) fn hear_unsealed(number: usize, file: &ImportedFile) -> Option<Heard> {
    // That it cannot be read was said where it was read again.
    let opened = read_once(&file.path).ok()?;
    let looked = look(&opened.bytes, &file.path);
    let has_sign_ins =
        FORMATS.iter().any(|row| row.name == file.format && super::is_sign_in(row.format));
    let file = if has_sign_ins { FileKind::NotUnderstood } else { FileKind::Settings };
    Some(Heard { number, looked, reasons: BTreeMap::new(), file })
}

/// The witness looks at what a file says, where the system has sealed that for this user.
fn look(bytes: &[u8], path: &Path) -> Looked {
    let content = opened(bytes);
    azvault_witness::look(content.as_ref().map_or(bytes, |content| content), &name(path))
}

impl Heard {
    pub(crate) fn findings(&self) -> usize {
        self.looked.findings.len()
    }

    /// The values, to be asked after; their findings stay.
    pub(crate) fn take_values(&mut self) -> impl Iterator<Item = WitnessedValue> {
        self.looked.findings.iter_mut().map(|finding| WitnessedValue {
            what: match finding.kind {
                Kind::KeyPath => Witnessed::KeyPath,
                _ => Witnessed::Credential,
            },
            value: Secret::new(std::mem::take(&mut finding.value)),
        })
    }

    /// What is to be said, where the vault has the values so.
    pub(crate) fn judge(self, path: &Path, standings: &[Standing]) -> Judged {
        let Looked { findings, unread, set_aside } = self.looked;
        let path = path.display().to_string();
        let left = |place: String, why: String| LeftOut { path: path.clone(), place, why };
        let (mut lost, mut written, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        let is_sealed = matches!(self.file, FileKind::Sealed { .. });
        for ((at, finding), standing) in findings.into_iter().enumerate().zip(standings) {
            let reason = self.reasons.get(&at).copied();
            let since = match standing {
                Standing::Renewed => Some("renewed since"),
                Standing::SignedOut => Some("signed out since"),
                Standing::Secret | Standing::AsWritten | Standing::Nowhere => None,
            };
            match (standing, reason.or(since.filter(|_| is_sealed))) {
                (Standing::Secret, _) => {}
                (_, Some(why)) => left_out.push(left(finding.place, why.to_owned())),
                (Standing::AsWritten, None) => written.push(finding),
                (_, None) => lost.push(finding),
            }
        }
        let unread = unread.iter().map(|u| (&u.place, format!("not looked into: {}", u.why)));
        let FileKind::Sealed { unread: not_understood, odd } = self.file else {
            let (end, is_loss) = match self.file {
                FileKind::Settings => (" and stays in this file", false),
                _ => (", and nothing of this file was imported", true),
            };
            // What is kept sealed of it is no sign-in.
            let lost = lost.iter().chain(&written);
            let lost =
                lost.map(|lost| (&lost.place, format!("looks like {}{end}", lost.kind.words())));
            let all = lost.chain(unread);
            if !is_loss {
                let left_out = all.map(|(place, what)| left(place.clone(), what)).collect();
                return Judged { differences: Vec::new(), understood: Understood::All, left_out };
            }
            let differences: Vec<_> = all.map(|(place, what)| at(place, &what)).collect();
            let in_part = !differences.is_empty();
            let understood = if in_part { Understood::InPart } else { Understood::All };
            return Judged { differences, understood, left_out: Vec::new() };
        };
        let lost = lost.iter().map(|lost| {
            let what = lost.kind.words();
            at(&lost.place, &format!("looks like {what} and is not in the vault"))
        });
        let unread = unread.map(|(place, what)| at(place, &what));
        let mut differences: Vec<String> = lost.chain(unread).collect();
        written.retain(|kept| odd || kept.confidence == Confidence::Certain);
        let in_part = !written.is_empty() || not_understood > 0 && !differences.is_empty();
        let understood = if in_part { Understood::InPart } else { Understood::All };
        differences.extend(written.iter().map(|kept| {
            let what = kept.kind.words();
            at(&kept.place, &format!("looks like {what} and was not understood: it is kept sealed, and nothing can sign in with it"))
        }));
        left_out.extend(
            set_aside
                .into_iter()
                .map(|aside| left(aside.place, format!("not a secret: {}", aside.why.as_str()))),
        );
        left_out.sort_by(|a, b| a.why.cmp(&b.why));
        Judged { differences, understood, left_out }
    }
}

/// Prints what was left out: each reason with the file, and where it is said first.
pub fn print(app: &App, left_out: &[LeftOut]) {
    let mut at = 0;
    while let Some(first) = left_out.get(at) {
        let same = |other: &&LeftOut| other.path == first.path && other.why == first.why;
        let number = left_out[at..].iter().take_while(same).count();
        at += number;
        let path = shown_path(Path::new(&first.path));
        let place = match (first.place.is_empty(), number) {
            (true, _) => String::new(),
            (false, 1) => format!(" ({})", shown(&first.place)),
            (false, _) => format!(" ({} and {} more)", shown(&first.place), number - 1),
        };
        let left = count(number, "value");
        app.console.note(format!("{path}: {left} left out, {}{place}", first.why));
    }
}

/// The reasons for which the file's own reader left values out, by a keyed hash of each: a cache can
/// have thousands that are expired.
struct Reasons<'a> {
    hasher: RandomState,
    first: HashMap<u64, &'a azvault_importer::LeftOut>,
}

impl<'a> Reasons<'a> {
    fn of(left_out: &'a [azvault_importer::LeftOut]) -> Self {
        let (hasher, mut first) = (RandomState::new(), HashMap::new());
        for left in left_out {
            // EXPOSE: hashed with a key of this run, to be found again.
            first.entry(hasher.hash_one(left.value.expose().trim_ascii())).or_insert(left);
        }
        Self { hasher, first }
    }

    fn of_value(&self, value: &[u8]) -> Option<&'static str> {
        let left = self.first.get(&self.hasher.hash_one(value))?;
        // EXPOSE: compared with a value of the original that both were read from.
        (left.value.expose().trim_ascii() == value).then_some(left.why)
    }
}

/// What azvault itself made of a value since the import.
fn became(since: &Since, value: &Secret) -> Option<Standing> {
    if since.renewed.is_empty() && since.signed_out.is_empty() {
        return None;
    }
    KINDS.iter().find_map(|kind| {
        let digest = ValueDigest::of(*kind, value);
        if since.renewed.contains(&digest) {
            Some(Standing::Renewed)
        } else {
            since.signed_out.contains(&digest).then_some(Standing::SignedOut)
        }
    })
}

fn at(place: &str, what: &str) -> String {
    if place.is_empty() { format!("it {what}") } else { format!("{}: {what}", shown(place)) }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| PathBuf::from(name).display().to_string()).unwrap_or_default()
}
