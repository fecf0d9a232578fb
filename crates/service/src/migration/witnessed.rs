//! The second witness of a proof: what looks like a credential in an original must be in the vault,
//! whatever its reader made of it.
//!
//! The readers know formats; what one overlooks, a comparison with what it read cannot miss. The
//! witness knows no format. Each of its findings is in the vault by value, or has a reason.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use azvault_importer::Found;
use azvault_importer::formats::table::FORMATS;
use azvault_importer::open::read_once;
use azvault_model::{Secret, SecretKind};
use azvault_vault::{ImportedFile, Since, ValueDigest};
use azvault_witness::{Confidence, Ledger, Testimony, Unaccounted};
use serde::Serialize;

use super::present::Content;
use crate::app::App;
use crate::text::{count, shown, shown_path};

/// Kinds under which a value can have been in the vault.
const KINDS: [SecretKind; 12] = [
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
pub fn held(content: &Content) -> Ledger {
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

/// What the witness has to say of one original.
pub struct Heard {
    /// Losses: places and kinds, never a value.
    pub differences: Vec<String>,
    pub understood: Understood,
    pub left_out: Vec<LeftOut>,
}

/// How much of an original its reader understood of what the witness finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Understood {
    All,
    InPart,
}

/// Hears the witness on a sealed original.
pub fn hear(
    held: &Ledger,
    file: &ImportedFile,
    bytes: &[u8],
    found: &Found,
    since: &Since,
) -> Heard {
    let reasons = Reasons::of(&found.left_out);
    let otherwise = |value: &[u8]| reasons.of_value(value).or_else(|| became(since, value));
    let testimony = held.hear(bytes, &name(&file.path), &otherwise);
    let mut differences: Vec<String> = testimony
        .unaccounted
        .iter()
        .map(|lost| {
            let what = lost.kind.words();
            at(&lost.place, &format!("looks like {what} and is not in the vault"))
        })
        .collect();
    let unread =
        testimony.unread.iter().map(|u| at(&u.place, &format!("not looked into: {}", u.why)));
    differences.extend(unread);
    // What no reader took for a secret is kept as it is: that is no sign-in any more. Where all was
    // understood, members of facts are kept so, and a guess at one of them is no loss.
    let odd = found.unread > 0 || !found.profile.kept.is_empty();
    let is_lost = |kept: &&Unaccounted| odd || kept.confidence == Confidence::Certain;
    let kept: Vec<&Unaccounted> = testimony.as_written.iter().filter(is_lost).collect();
    let in_part = !kept.is_empty() || found.unread > 0 && !differences.is_empty();
    let understood = if in_part { Understood::InPart } else { Understood::All };
    differences.extend(kept.into_iter().map(|kept| {
        let what = kept.kind.words();
        at(&kept.place, &format!("looks like {what} and was not understood: it is kept sealed, and nothing can sign in with it"))
    }));
    Heard { differences, understood, left_out: left_out(&file.path, &testimony) }
}

/// Hears the witness on a file that was not sealed: settings, which stay in their place with what is
/// in them, or a file of sign-ins of which nothing was understood.
pub(crate) fn hear_unsealed(held: &Ledger, file: &ImportedFile) -> Heard {
    let mut heard =
        Heard { differences: Vec::new(), understood: Understood::InPart, left_out: Vec::new() };
    // That it cannot be read was said where it was read again.
    let Ok(opened) = read_once(&file.path) else { return heard };
    let testimony = held.hear(&opened.bytes, &name(&file.path), &|_| None);
    let has_sign_ins =
        FORMATS.iter().any(|row| row.name == file.format && super::is_sign_in(row.format));
    let end = if has_sign_ins {
        ", and nothing of this file was imported"
    } else {
        " and stays in this file"
    };
    // What is kept sealed of it is no sign-in.
    let lost = testimony.unaccounted.iter().chain(&testimony.as_written);
    let lost = lost.map(|lost| (&lost.place, format!("looks like {}{end}", lost.kind.words())));
    let unread = testimony.unread.iter();
    let unread = unread.map(|unread| (&unread.place, format!("not looked into: {}", unread.why)));
    for (place, what) in lost.chain(unread) {
        if has_sign_ins {
            heard.differences.push(at(place, &what));
        } else {
            let path = file.path.display().to_string();
            heard.left_out.push(LeftOut { path, place: place.clone(), why: what });
        }
    }
    heard
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

fn left_out(path: &Path, testimony: &Testimony) -> Vec<LeftOut> {
    let path = path.display().to_string();
    let left = testimony.left_out.iter().map(|left| (left.place.clone(), left.why.to_owned()));
    let aside = testimony.set_aside.iter().map(|aside| {
        let why = format!("not a secret: {}", aside.why.as_str());
        (aside.place.clone(), why)
    });
    let mut left_out: Vec<_> =
        left.chain(aside).map(|(place, why)| LeftOut { path: path.clone(), place, why }).collect();
    left_out.sort_by(|a, b| a.why.cmp(&b.why));
    left_out
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
fn became(since: &Since, value: &[u8]) -> Option<&'static str> {
    if since.renewed.is_empty() && since.signed_out.is_empty() {
        return None;
    }
    let value = Secret::copied_from(value);
    KINDS.iter().find_map(|kind| {
        let digest = ValueDigest::of(*kind, &value);
        if since.renewed.contains(&digest) {
            Some("renewed since")
        } else {
            since.signed_out.contains(&digest).then_some("signed out since")
        }
    })
}

fn at(place: &str, what: &str) -> String {
    if place.is_empty() { format!("it {what}") } else { format!("{}: {what}", shown(place)) }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| PathBuf::from(name).display().to_string()).unwrap_or_default()
}
