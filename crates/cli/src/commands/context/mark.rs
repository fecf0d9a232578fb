//! `azvault context mark`

use azvault_model::{ContextName, Mark};
use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::text::{count, quoted};
use azvault_service::verbs::ContextChange;

use crate::app::{App, Exit};
use crate::options::change::ScopeOption;
use crate::options::name::name;
use crate::output;

/// Mark contexts as production
///
/// They are red in lists, in the picker and in the prompt, with the word where there is no colour. What
/// removes one, or its sign-in, asks before: --yes agrees, and without a terminal and --yes it is
/// refused. Every name of the same subscription and account is marked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Their names, the beginnings of them, or their subscriptions or tenants
    #[arg(required = true, value_name = "NAME")]
    #[arg(value_parser = name)]
    names: Vec<String>,
    /// They are production
    #[arg(long, required_unless_present = "no_production")]
    production: bool,
    /// They are not, or no longer
    #[arg(long, conflicts_with = "production")]
    no_production: bool,
    #[command(flatten)]
    scope: ScopeOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let names: Vec<ContextName> = self.names.iter().map(ContextName::new).collect();
        let mark = self.production.then_some(Mark::Production);
        let change = ContextChange::Mark { names, mark };
        let done = ask(app, self.scope.change(change, Consent::Ask))?;
        let what = match mark {
            Some(_) => "marked as production",
            None => "not marked as production",
        };
        let line = match &*done.put {
            [] => format!("nothing changed: {what} already"),
            [one] => format!("{} is {what} {}", quoted(one.name.as_str()), done.place()),
            several => format!("{} are {what} {}", count(several.len(), "context"), done.place()),
        };
        output::change::say(app, &done, &line);
        Ok(0)
    }
}
