//! What the file of an anchor is called: the id of the vault, and its fingerprint.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What a file is named by, beside the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// Nothing: as earlier versions named it.
    Vault,
    Fingerprint(String),
}

/// Id, and what else the name has.
pub(super) fn parsed(name: &str) -> Option<(&str, Named)> {
    let is_hex = |text: &str, digits| {
        text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
    };
    let (id, of) = match name.split_once('-') {
        None => (name, Named::Vault),
        Some((id, mark)) => {
            let groups = mark.split('-').filter(|group| is_hex(group, 4)).count();
            let is_mark = groups == 4 && mark.len() == 19;
            is_mark.then(|| (id, Named::Fingerprint(mark.to_owned())))?
        }
    };
    is_hex(id, 32).then_some((id, of))
}

/// Whether a file of that name is an anchor, of whichever vault.
pub(crate) fn is_name(name: &OsStr) -> bool {
    name.to_str().and_then(parsed).is_some()
}

pub(super) fn path(folder: &Path, vault: &str, of: &Named) -> PathBuf {
    match of {
        Named::Vault => folder.join(vault),
        Named::Fingerprint(mark) => folder.join(format!("{vault}-{mark}")),
    }
}
