//! `azvault team remove`

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::team::exchange::exchange;
use azvault_service::text::quoted;
use azvault_service::verbs::TeamDeed;

use crate::app::{App, Exit};
use crate::options::name::name;
use crate::options::team::{TeamOption, meant};
use crate::output;

/// Remove a member's device from a team
///
/// A new epoch begins, of which it gets no key: it reads nothing that is written later. What it read stays
/// read: the credentials that were shared are named, with the commands that revoke them. The
/// administrator of the database takes its login away.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The member's name, or the beginning of the device's number
    #[arg(value_parser = name)]
    member: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    team: TeamOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let team = meant(&mut requests, self.team.team.as_deref())?;
        let is_meant =
            |name: &str, device: &str| name == self.member || device.starts_with(&self.member);
        let found: Vec<_> =
            team.members.iter().filter(|one| is_meant(&one.name, &one.device)).collect();
        let [member] = found.as_slice() else {
            let what = match found.len() {
                0 => format!("the team has no member {}", quoted(&self.member)),
                _ => format!("several members are called {}", quoted(&self.member)),
            };
            return Err(Failure::new(Kind::NotFound, what).hint("azvault team members"));
        };
        let name = quoted(&member.name);
        app.confirm(
            Consent::from(self.yes),
            &format!("Remove {name} from {}?", quoted(&team.name)),
        )?;
        let deed = TeamDeed::Remove { device: member.device.clone() };
        let report = exchange(app, &mut requests, Some(&team.name), &deed)?;
        output::team::say(app, &report, &format!("{name} is removed"));
        Ok(0)
    }
}
