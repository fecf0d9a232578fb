//! The surroundings of a vault, looked at one by one. Each check says what it found, and for what is
//! wrong one line to type. Nobody is asked, and nothing is changed but that, as by every command
//! that opens the vault, this machine remembers how far it has come.

mod agent;
mod azure;
mod files;
mod machine;
mod network;
mod surroundings;
mod vault;

use serde::Serialize;

use crate::app::App;
use crate::failure::Failure;
use crate::text::count;
use crate::{backup, policy, runtime};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    Finding,
    /// It cannot be told here, or not while the vault is locked.
    Unknown,
}

/// One check.
#[derive(Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub state: State,
    pub what: String,
    /// What to type; `null` where nothing is to be done.
    pub advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Ok, what: what.into(), advice: None }
    }

    fn finding(name: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        let (what, advice) = (what.into(), Some(advice.into()));
        Self { name, state: State::Finding, what, advice }
    }

    fn unknown(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Unknown, what: what.into(), advice: None }
    }
}

/// All checks, in the order in which they are printed.
pub fn look(app: &App) -> Result<Vec<Check>, Failure> {
    let (path, anchors, runtime) = (app.vault_path()?, app.anchors()?, runtime::look());
    let mut checks = vec![
        files::vault_file(&path),
        files::vault_folder(&path),
        files::parents(&path),
        files::companions(&path),
        files::state_folder(&anchors),
        files::backups_folder(&backup::folder(app)?),
        surroundings::runtime_folder(&runtime),
        surroundings::runtime_in_memory(&runtime),
        vault::anchor_place(&path, &anchors),
        policy(),
    ];
    checks.extend(vault::checks(app, &path));
    checks.push(machine::core_dumps(app));
    checks.push(machine::swap());
    checks.push(machine::umask(app.before.umask()));
    checks.push(network::authorities(app));
    checks.push(network::proxy());
    checks.push(azure::leftovers(app));
    checks.push(azure::variables());
    Ok(checks)
}

/// Files that can be read and understood, and that nobody else could have written: it is told where
/// policies are read.
fn policy() -> Check {
    let name = "policy";
    match policy::of_both_files() {
        Ok(policy) if policy.is_empty() => Check::ok(name, "nothing is forbidden"),
        Ok(policy) => {
            let number = count(policy.members().len(), "member");
            Check::ok(name, format!("{number} in force"))
        }
        Err(findings) => {
            let first = findings.first().map(policy::Finding::line).unwrap_or_default();
            Check::finding(name, first, "azvault policy check")
        }
    }
}
