//! Tests that cannot run on this machine: each says so by its name, and fails where it has to run.

use std::io::{Write as _, stderr};
use std::path::PathBuf;

/// Says that the test, or this part of it, is not run. CI has everything that tests need: there it has failed.
#[track_caller]
pub fn not_run(why: &str) {
    let thread = std::thread::current();
    let line = std::panic::Location::caller();
    let test = thread.name().filter(|name| *name != "main").map_or(line.to_string(), str::to_owned);
    assert!(!is_ci(), "not run: {test}: {why}");
    // Past the harness, which shows the output of a test only where it fails.
    let _ = writeln!(stderr(), "not run: {test}: {why}");
}

pub fn is_ci() -> bool {
    std::env::var_os("CI").is_some()
}

/// Where a program is that a test needs and a bare machine need not have.
#[track_caller]
pub fn find(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&paths)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        not_run(&format!("{program} is missing"));
    }
    found
}

#[track_caller]
pub fn has(program: &str) -> bool {
    find(program).is_some()
}
