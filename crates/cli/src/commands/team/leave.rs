//! `azvault team leave`

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::failure::Kind;
use azvault_service::team::exchange::exchange;
use azvault_service::text::{count, quoted};
use azvault_service::verbs::{ForgetTeam, Standing, TeamDeed};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::team::{TeamOption, meant};
use crate::output::documents::SCHEMA;

/// Leave a team: its contexts and credentials go from this vault
///
/// The others see that this device left; the next sync of an admin begins a new epoch. With --local
/// nothing is said to the database, for one that is gone for good.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Only forget it here
    #[arg(long)]
    local: bool,
    #[command(flatten)]
    team: TeamOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    contexts: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let team = meant(&mut requests, self.team.team.as_deref())?;
        let name = quoted(&team.name);
        let goes = match team.contexts {
            0 => "nothing goes from this vault".to_owned(),
            some => format!(
                "{} of it and its credentials go from this vault (azvault context unshare keeps one)",
                count(some, "context")
            ),
        };
        app.confirm(Consent::from(self.yes), &format!("Leave {name}? {goes}."))?;
        let is_member = !matches!(team.standing, Standing::Waiting | Standing::Removed);
        // The last member ends the team: there is no other one to tell.
        if is_member && !self.local && team.members.len() > 1 {
            match exchange(app, &mut requests, Some(&team.name), &TeamDeed::Leave) {
                Err(failure) if failure.kind == Kind::Network => {
                    return Err(failure
                        .hint("azvault team leave --local, if the database is gone for good"));
                }
                left => drop(left?),
            }
        }
        let gone = requests.ask(ForgetTeam { team: Some(team.name.clone()) })?;
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, team: &gone.name, contexts: gone.contexts });
            return Ok(0);
        }
        app.ui.note(format!("{name} is left; {} went", count(gone.contexts, "context")));
        Ok(0)
    }
}
