//! `azvault doctor`

use azvault_service::doctor;
use azvault_service::doctor::{Check, State};
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::{count, shown};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::terminal::ui::{Tone, cell, toned};

/// Look at the vault's surroundings; exit 10 when something should be changed
///
/// Modes and owners of files and folders, backups and policies among them, locks, what this machine
/// remembers of the vault, ways to unlock it, agent and keyring, clock, core dumps and swap,
/// certificate authorities and proxy, what tools of Azure left in plaintext: a line for each, and
/// for what is wrong the line to type. Asks nothing; more is seen when the agent holds the keys, or
/// when a passphrase or key is given.
/// azvault verify looks at the vault itself.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    checks: Vec<Check>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let checks = doctor::look(app)?;
        let findings = checks.iter().filter(|check| check.state == State::Finding).count();
        match app.ui.output {
            Output::Json => app.ui.json(&Document { schema: SCHEMA, checks }),
            Output::Table | Output::Sarif => print(app, &checks),
            Output::Tsv => app.ui.table(&[], &checks.iter().map(row).collect::<Vec<_>>()),
        }
        if findings == 0 {
            return Ok(0);
        }
        Err(Failure::new(Kind::Findings, count(findings, "finding"))
            .hint("what is said to type, then azvault doctor again"))
    }
}

/// What is to be typed stands below the table, where no column breaks it.
fn print(app: &App, checks: &[Check]) {
    let mut rows: Vec<_> = checks.iter().map(row).collect();
    rows.iter_mut().for_each(|row| row.truncate(3));
    app.ui.table(&["", "CHECK", "WHAT"], &rows);
    let advised: Vec<_> =
        checks.iter().filter_map(|check| Some((check.name, check.advice.as_ref()?))).collect();
    if !advised.is_empty() {
        app.ui.line("\nto type:");
    }
    for (name, advice) in advised {
        app.ui.line(format!("  {}  # {name}", shown(advice)));
    }
}

fn row(check: &Check) -> Vec<crate::terminal::ui::Cell> {
    let (tone, state) = match check.state {
        State::Ok => (Tone::Good, "ok"),
        State::Finding => (Tone::Bad, "finding"),
        State::Unknown => (Tone::Quiet, "unknown"),
    };
    let advice = check.advice.as_deref().unwrap_or_default();
    vec![toned(tone, state), cell(check.name), cell(&check.what), cell(advice)]
}
