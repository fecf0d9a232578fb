//! `azvault context unshare`

use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::team::exchange::exchange;
use azvault_service::text::{count, quoted};
use azvault_service::verbs::{ShowContext, TeamDeed};

use super::share::resolved;
use crate::app::{App, Exit};
use crate::options::name::name;
use crate::output;

/// Stop sharing contexts with their team
///
/// They stay in this vault and go from those of the others, with the credentials that no other shared
/// context needs. What the others read is read: rotate a credential that they are not to have.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Their names, the beginnings of them, or their subscriptions or tenants
    #[arg(required = true, value_name = "NAME", value_parser = name)]
    names: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let contexts = resolved(&mut requests, &self.names)?;
        let mut teams = Vec::new();
        for name in &contexts {
            let shown = requests.ask(ShowContext { name: Some(name.clone()) })?;
            let Some(label) = shown.shown.context.labels.team else {
                let what = format!("the context {} is not shared", quoted(name.as_str()));
                return Err(Failure::new(Kind::NotFound, what).hint("azvault context list"));
            };
            if !teams.contains(&label.name) {
                teams.push(label.name);
            }
        }
        for team in teams {
            let deed = TeamDeed::Unshare { contexts: contexts.clone() };
            let report = exchange(app, &mut requests, Some(&team), &deed)?;
            let number = count(contexts.len(), "context");
            output::team::say(
                app,
                &report,
                &format!("{number} not shared with {} any more", quoted(&team)),
            );
        }
        Ok(0)
    }
}
