//! `azvault team rotate`

use azvault_service::ask::Requests;
use azvault_service::team::exchange::exchange;
use azvault_service::text::quoted;
use azvault_service::verbs::TeamDeed;

use crate::app::{App, Exit};
use crate::options::team::{TeamOption, meant};
use crate::output;

/// Begin a new epoch of a team, under a new key
///
/// What is written from now on is under a key that was wrapped for today's members alone. Rotating revokes no
/// credential.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    team: TeamOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let team = meant(&mut requests, self.team.team.as_deref())?;
        let deed = TeamDeed::Rotate { from: team.epoch };
        let report = exchange(app, &mut requests, Some(&team.name), &deed)?;
        output::team::say(app, &report, &format!("{} has a new key", quoted(&team.name)));
        Ok(0)
    }
}
