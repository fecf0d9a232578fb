//! The real az, from PyPI, in a Python of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Instant;

use crate::{is_ci, not_run, target_folder};

/// The version that is installed: 2.75 is the first that asks as MSAL does.
const AZURE_CLI: &str = "azure-cli==2.91.0";

/// The folder with its programs, in the target folder. CI installs it; elsewhere one is used that is
/// there, and `CI=true` makes it.
pub fn programs() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(installed).as_deref()
}

fn installed() -> Option<PathBuf> {
    let folder = target_folder().join("peers/azure-cli-2.91.0");
    let programs = folder.join("bin");
    let python = programs.join("python");
    let found = Command::new(&python).args(["-c", "import azure.cli.core"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(programs);
    }
    if !is_ci() {
        not_run(&format!("{AZURE_CLI} is large: CI=true installs it"));
        return None;
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    };
    let since = Instant::now();
    run(Path::new("python3"), &["-m", "venv", "--clear", folder.to_str().unwrap()]);
    run(&python, &["-m", "pip", "install", "--quiet", AZURE_CLI]);
    println!("{AZURE_CLI} installed in {:?}", since.elapsed());
    Some(programs)
}
