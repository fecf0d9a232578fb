//! `azvault team sync`

use azvault_service::ask::Requests;
use azvault_service::team::exchange::exchange;
use azvault_service::text::quoted;
use azvault_service::verbs::{DescribeTeams, TeamDeed, WhichTeams};

use crate::app::{App, Exit};
use crate::options::team::TeamOption;
use crate::output;

/// Take what a team has written, and write what was changed here
///
/// Without --team, of every team of this vault. Each record is verified before it counts; what no
/// member was entitled to write is named and refused. Works on contexts and credentials offline until then.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Give the database back what it lost, where this device still has it
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    team: TeamOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let deed = if self.repair { TeamDeed::Repair } else { TeamDeed::Sync };
        let mut requests = Requests::new(app);
        let which = match self.team.team {
            Some(team) => WhichTeams::One(Some(team)),
            None => WhichTeams::All,
        };
        let teams = requests.ask(DescribeTeams { which })?.teams;
        if teams.is_empty() {
            app.ui.note("this vault is in no team");
        }
        for team in teams {
            let report = exchange(app, &mut requests, Some(&team.name), &deed)?;
            output::team::say(app, &report, &quoted(&team.name));
        }
        Ok(0)
    }
}
