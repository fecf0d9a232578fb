//! `azvault policy check`

use std::path::PathBuf;

use azvault_policy::Policy;
use azvault_service::ask::{UnaskedReply, ask_unasked};
use azvault_service::failure::{Failure, Kind};
use azvault_service::policy;
use azvault_service::policy::{Finding, Owner};
use azvault_service::text::{count, shown};
use azvault_service::verbs::CheckContexts;
use azvault_service::{agent, paths};
use azvault_vault::{Error, Locked, Problem};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::exit_code;
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Check a policy file; without one, both files and this vault against them
///
/// One line for each finding, with what to do; exit 10 if there are any. Asks nothing: contexts are
/// looked at when the agent holds the keys, or when a passphrase or key is given.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file: it need not be in force yet, and may be anyone's
    file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    ok: bool,
    /// Whether the contexts of the vault were looked at.
    contexts_checked: bool,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
struct FindingView {
    file: String,
    line: Option<usize>,
    what: String,
    next: String,
}

/// Whether contexts were looked at: a locked vault tells of none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looked {
    Everywhere,
    ExceptAtContexts,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let (findings, looked) = match &self.file {
            Some(file) => {
                let path = paths::absolute(file)?;
                (policy::read(&path, Owner::Nobody).err().unwrap_or_default(), Looked::Everywhere)
            }
            None => match policy::of_both_files() {
                Err(findings) => (findings, Looked::ExceptAtContexts),
                Ok(policy) => of_vault(app, &policy)?,
            },
        };
        let code = if findings.is_empty() { 0 } else { exit_code::number(Kind::Findings) };
        say(app, findings, looked);
        Ok(code)
    }
}

/// What of this vault does not go with a policy.
fn of_vault(app: &App, policy: &Policy) -> Result<(Vec<Finding>, Looked), Failure> {
    let path = app.vault_path()?;
    let locked = match Locked::open(&path) {
        Err(Error { problem: Problem::NotThere, .. }) => {
            return Ok((Vec::new(), Looked::Everywhere));
        }
        locked => locked?,
    };
    let mut findings = policy::of_slots(policy, locked.slots());
    findings.extend(
        agent::status(app, locked.vault_id())
            .and_then(|status| status.unlocked)
            .and_then(|held| policy::of_hold(policy, held.expires_s)),
    );
    drop(locked);
    match ask_unasked(app, CheckContexts {})? {
        UnaskedReply::Locked(_) => Ok((findings, Looked::ExceptAtContexts)),
        UnaskedReply::Reply(checked) => {
            findings.extend(checked.findings);
            Ok((findings, Looked::Everywhere))
        }
    }
}

fn say(app: &App, findings: Vec<Finding>, looked: Looked) {
    if app.ui.output == Output::Json {
        let view = |Finding { file, line, what, next }| FindingView {
            file: file.display().to_string(),
            line,
            what,
            next,
        };
        let findings: Vec<FindingView> = findings.into_iter().map(view).collect();
        let contexts_checked = looked == Looked::Everywhere;
        let ok = findings.is_empty();
        app.ui.json(&Document { schema: SCHEMA, ok, contexts_checked, findings });
        return;
    }
    for finding in &findings {
        app.ui.line(format!("{}: {}", finding.line(), shown(&finding.next)));
    }
    match findings.len() {
        0 => app.ui.note("nothing was found"),
        number => app.ui.note(count(number, "finding")),
    }
    if looked == Looked::ExceptAtContexts {
        app.ui.note("contexts were not looked at: azvault unlock, then run the command again");
    }
}
