//! What a sync with a team did.

use azvault_service::team::TeamSyncState;
use azvault_service::text::{count, shown};
use azvault_service::time::relative;
use azvault_service::verbs::TeamReport;
use serde::Serialize;

use crate::app::App;
use crate::options::Output;
use crate::output::documents::SCHEMA;

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    /// Records that were taken over.
    taken: usize,
    /// Records that this device wrote.
    written: usize,
    /// What changed in this vault.
    changed: &'a [String],
    /// What was said of members and epochs.
    said: &'a [String],
    /// Records that no member was entitled to write.
    refused: &'a [String],
    /// Contexts of the team that a context of your own hides.
    covered: &'a [String],
    /// Why this device is still waiting; `null` once it is a member.
    waiting: Option<&'a str>,
    /// What revokes what a removed member could read.
    revoke: &'a [String],
}

/// How the agent syncs a team.
#[derive(Serialize)]
pub(crate) struct SyncView {
    /// Unix seconds at which the vault and the database last had the same; `null` before the first time.
    last: Option<i64>,
    /// Why not since; `null` where all is well.
    problem: Option<String>,
    /// Records that were refused, and contexts that are not here.
    warnings: Vec<String>,
}

impl From<&TeamSyncState> for SyncView {
    fn from(state: &TeamSyncState) -> Self {
        let TeamSyncState { last, problem, warnings } = state.clone();
        Self { last, problem, warnings }
    }
}

/// The same for people.
pub(crate) fn synced(state: Option<&TeamSyncState>, now: i64) -> String {
    let Some(state) = state else {
        return "by azvault team sync: no agent has the keys".to_owned();
    };
    let last = state.last.map_or_else(|| "not yet".to_owned(), |last| relative(last, now));
    match &state.problem {
        Some(problem) => format!("{last}: {}", shown(problem)),
        None => last,
    }
}

/// Says what a sync did.
pub(crate) fn say(app: &App, report: &TeamReport, done: &str) {
    if app.ui.output == Output::Json {
        app.ui.json(&Document {
            schema: SCHEMA,
            team: &report.team,
            taken: report.taken,
            written: report.written,
            changed: &report.changed,
            said: &report.said,
            refused: &report.refused,
            covered: &report.covered,
            waiting: report.waiting.as_deref(),
            revoke: &report.revoke,
        });
        return;
    }
    report.tell(app);
    match &report.waiting {
        Some(why) => app.ui.note(why),
        None => {
            let (taken, written) = (count(report.taken, "record"), count(report.written, "record"));
            app.ui.note(format!("{done}: {taken} taken, {written} written"));
        }
    }
}
