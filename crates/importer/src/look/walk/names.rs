//! What the name of a file or a folder says by itself.

use std::ffi::OsStr;

use crate::formats::table::by_name;

/// Files of the products beside those that say nothing of contexts (or are locks).
const SILENT_FILES: [&str; 4] = ["az.json", "az.sess", "versionCheck.json", "msal_http_cache.bin"];

/// Folders of a home that hold other people's files: packages, and the objects of git.
const PACKAGES: [&str; 3] = ["node_modules", "site-packages", "__pycache__"];

/// Folders of a product that hold programs: looked at, and not shown as unknown files.
const PROGRAMS: [&str; 2] = ["cliextensions", "bin"];

pub(super) fn is_known(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| by_name(name).is_some())
}

pub(super) fn is_lock(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(b".lockfile")
}

pub(super) fn is_silent(name: &OsStr) -> bool {
    is_lock(name) || SILENT_FILES.iter().any(|silent| name == *silent)
}

pub(super) fn is_packages(name: &OsStr) -> bool {
    PACKAGES.iter().any(|known| name == *known)
}

pub(super) fn is_programs(name: &OsStr) -> bool {
    PROGRAMS.iter().any(|known| name == *known)
}
