//! `azvault context share`

use azvault_model::ContextName;
use azvault_service::ask::Requests;
use azvault_service::team::exchange::exchange;
use azvault_service::text::{count, quoted};
use azvault_service::verbs::{ShowContext, TeamDeed};

use crate::app::{App, Exit};
use crate::options::name::name;
use crate::options::team::{TeamOption, meant};
use crate::output;

/// Share contexts with a team
///
/// With them go the secrets and certificates that their service principals sign in with, and the clouds that
/// are not built in. Refresh tokens and access tokens are never shared: people sign in themselves.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Their names, the beginnings of them, or their subscriptions or tenants
    #[arg(required = true, value_name = "NAME", value_parser = name)]
    names: Vec<String>,
    #[command(flatten)]
    team: TeamOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let contexts = resolved(&mut requests, &self.names)?;
        let number = count(contexts.len(), "context");
        let team = meant(&mut requests, self.team.team.as_deref())?.name;
        let deed = TeamDeed::Share { contexts };
        let report = exchange(app, &mut requests, Some(&team), &deed)?;
        output::team::say(app, &report, &format!("{number} shared with {}", quoted(&team)));
        Ok(0)
    }
}

/// The contexts that were meant, by their names.
pub(super) fn resolved(
    requests: &mut Requests<'_>,
    names: &[String],
) -> Result<Vec<ContextName>, azvault_service::failure::Failure> {
    let mut all = Vec::new();
    for name in names {
        let shown = requests.ask(ShowContext { name: Some(ContextName::new(name)) })?;
        all.push(shown.shown.context.name);
    }
    Ok(all)
}
