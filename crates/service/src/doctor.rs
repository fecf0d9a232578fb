//! The surroundings of a vault, looked at one by one. Each check says what it found, and for what is
//! wrong one line to type. Nobody is asked, and nothing is changed but that, as by every command
//! that opens the vault, this machine remembers how far it has come.

mod agent;
mod azure;
mod check;
mod files;
mod machine;
mod network;
mod surroundings;
mod vault;

pub use self::check::{Check, State};
use crate::app::App;
use crate::failure::Failure;
use crate::text::count;
use crate::{backup, policy, runtime};

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
