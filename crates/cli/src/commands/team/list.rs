//! `azvault team list`

use azvault_service::ask::ask;
use azvault_service::verbs::{DescribeTeams, DescribedTeam, WhichTeams};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::output::team::SyncView;
use crate::terminal::ui::cell;

/// List the teams of this vault
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    teams: Vec<TeamView<'a>>,
}

/// A team as this vault knows it.
#[derive(Serialize)]
pub(super) struct TeamView<'a> {
    name: &'a str,
    /// The number of its log.
    id: &'a str,
    /// `waiting`, `reader`, `writer`, `admin` or `removed`.
    role: &'static str,
    database: &'a str,
    device: &'a str,
    members: usize,
    contexts: usize,
    epoch: u32,
    /// Number and hash of the last record that was verified.
    head: u64,
    head_hash: &'a str,
    needs_rotation: bool,
    /// How the agent syncs it; `null` where none does.
    sync: Option<SyncView>,
}

impl<'a> From<&'a DescribedTeam> for TeamView<'a> {
    fn from(team: &'a DescribedTeam) -> Self {
        Self {
            name: &team.name,
            id: &team.team,
            role: team.standing.as_str(),
            database: &team.address,
            device: &team.device,
            members: team.members.len(),
            contexts: team.contexts,
            epoch: team.epoch,
            head: team.head,
            head_hash: &team.head_hash,
            needs_rotation: team.needs_rotation,
            sync: team.sync.as_ref().map(SyncView::from),
        }
    }
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let teams = ask(app, DescribeTeams { which: WhichTeams::All })?.teams;
        let views: Vec<_> = teams.iter().map(TeamView::from).collect();
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, teams: views });
            return Ok(0);
        }
        if views.is_empty() {
            app.ui.note("this vault is in no team");
            return Ok(0);
        }
        let row = |view: &TeamView<'_>| {
            vec![
                cell(view.name),
                cell(view.role),
                cell(view.members.to_string()),
                cell(view.contexts.to_string()),
                cell(view.database),
            ]
        };
        let rows: Vec<_> = views.iter().map(row).collect();
        app.ui.table(&["TEAM", "ROLE", "MEMBERS", "CONTEXTS", "DATABASE"], &rows);
        Ok(0)
    }
}
