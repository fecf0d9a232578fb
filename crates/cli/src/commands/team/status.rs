//! `azvault team status`

use azvault_service::ask::Requests;
use azvault_service::text::shown;
use serde::Serialize;

use super::list::TeamView;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::team::{TeamOption, meant};
use crate::output;
use crate::output::documents::SCHEMA;

/// Show what this vault has verified of a team
///
/// Two members who see the same head were shown the same log, whatever the database did in between. While the
/// vault is unlocked its agent syncs by itself: it says when it last did, and why not since.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    team: TeamOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    #[serde(flatten)]
    team: TeamView<'a>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let team = meant(&mut Requests::new(app), self.team.team.as_deref())?;
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, team: TeamView::from(&team) });
            return Ok(0);
        }
        let head = format!("record {}, {}", team.head, team.head_hash.get(..16).unwrap_or("-"));
        for (what, value) in [
            ("team", shown(&team.name)),
            ("role", team.standing.as_str().to_owned()),
            ("database", shown(&team.address)),
            ("members", team.members.len().to_string()),
            ("contexts", team.contexts.to_string()),
            ("epoch", team.epoch.to_string()),
            ("head", head),
            ("synced", output::team::synced(team.sync.as_ref(), app.now())),
        ] {
            app.ui.line(format!("{what:<9} {value}"));
        }
        for warning in team.sync.iter().flat_map(|sync| &sync.warnings) {
            app.ui.warning(shown(warning));
        }
        if team.needs_rotation {
            app.ui.note("a member was removed: the next sync of an admin begins a new epoch");
        }
        Ok(0)
    }
}
