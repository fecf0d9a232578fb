//! `azvault team history`

use azvault_service::ask::Requests;
use azvault_service::team::exchange;
use azvault_service::time::utc;
use azvault_service::verbs::{ReadHistory, StepTeam, TeamDeed};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::team::{TeamOption, meant};
use crate::output::documents::SCHEMA;
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::cell;

/// Show who wrote what to a team, the oldest first
///
/// Read from the database, and verified against what this vault has taken. What was written before this
/// device joined is not in it.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    team: TeamOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    entries: Vec<EntryView<'a>>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    record: u64,
    /// Unix seconds, as the clock of the member had it; `null` of wrapped keys.
    time: Option<i64>,
    by: &'a str,
    what: &'a str,
}

const COLUMNS: [Column; 4] =
    [whole("RECORD"), whole("TIME").left_out(1), shortened("BY", 12), shortened("WHAT", 20)];

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let team = meant(&mut requests, self.team.team.as_deref())?.name;
        let step = StepTeam { team: Some(team.clone()), deed: TeamDeed::Sync, shown: None };
        let at = requests.ask(step)?;
        let records = exchange::history(app, &mut requests, &at)?;
        let history = requests.ask(ReadHistory::new(Some(team.clone()), &records))?;
        if app.ui.output == Output::Json {
            let entries = history.entries.iter().map(|entry| EntryView {
                record: entry.seq,
                time: entry.time,
                by: &entry.by,
                what: &entry.what,
            });
            let entries = entries.collect();
            app.ui.json(&Document { schema: SCHEMA, team: &team, entries });
            return Ok(0);
        }
        let row = |entry: &azvault_service::verbs::HistoryEntry| {
            vec![
                cell(entry.seq.to_string()),
                cell(entry.time.map_or_else(|| "-".to_owned(), utc)),
                cell(&entry.by),
                cell(&entry.what),
            ]
        };
        app.ui.columns(&COLUMNS, history.entries.iter().map(row).collect());
        Ok(0)
    }
}
