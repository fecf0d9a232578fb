//! What Cargo built beside the program that runs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The real binary. Cargo says at compile time where it is, but only to tests of its own package; it tells
/// every test that it runs. A test that is run by hand finds it a folder above its own.
pub fn azvault() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let told = std::env::var_os("CARGO_BIN_EXE_azvault").map(PathBuf::from);
        let path = told.unwrap_or_else(|| built().join("azvault"));
        assert!(path.is_file(), "{} is missing: cargo build -p azvault", path.display());
        path
    })
}

/// Where what tests need and take long to make is kept.
pub fn target_folder() -> PathBuf {
    built().parent().unwrap().join("tmp")
}

/// The folder of the profile, in whose `deps` tests and benchmarks are.
fn built() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(2).unwrap().to_owned()
}
