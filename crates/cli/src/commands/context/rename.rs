//! `azvault context rename`

use azvault_model::ContextName;
use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::text::quoted;
use azvault_service::verbs::ContextChange;

use crate::app::{App, Exit};
use crate::options::change::ScopeOption;
use crate::options::name::name;
use crate::output;

/// Rename a context (Rename-AzContext)
///
/// The active one stays active under its new name. A context that has the new name already is
/// replaced, if you agree. A generated name, such as "Contoso Prod (5b00…)", still finds the context.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, the beginning of it, or its subscription or tenant
    #[arg(value_parser = name, index = 1)]
    old: String,
    /// Its new name
    #[arg(value_parser = name, index = 2, required_unless_present = "short")]
    new: Option<String>,
    /// Give it a short name in place of a generated one, such as contoso-prod
    #[arg(long, conflicts_with = "new")]
    short: bool,
    #[command(flatten)]
    scope: ScopeOption,
    /// Replace a context of the new name without asking
    #[arg(long)]
    force: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let old = ContextName::new(self.old);
        let change = match &self.new {
            Some(new) => ContextChange::Rename { old: old.clone(), new: ContextName::new(new) },
            None => ContextChange::Shorten { name: old.clone() },
        };
        let done = ask(app, self.scope.change(change, Consent::from(self.force)))?;
        let typed = self.new.map(ContextName::new);
        let Some(new) = done.put.first().map(|put| put.name.clone()).or(typed) else {
            let old = quoted(old.as_str());
            output::change::say(app, &done, &format!("{old} keeps its name: it was not generated"));
            return Ok(0);
        };
        // The name that was meant, where the beginning of one was typed.
        let gone =
            done.gone.contexts.iter().map(|gone| &gone.name).find(|name| !name.same_as(&new));
        let (old, new) = (quoted(gone.unwrap_or(&old).as_str()), quoted(new.as_str()));
        output::change::say(app, &done, &format!("{old} is {new} {}", done.place()));
        Ok(0)
    }
}
