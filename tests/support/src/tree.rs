//! Places in the repository.

use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What `tests/fixtures` has by that path.
pub fn fixture(path: &str) -> PathBuf {
    root().join("tests/fixtures").join(path)
}

/// A program that tests talk to.
pub fn peer(name: &str) -> PathBuf {
    root().join("tests/peers").join(name)
}
