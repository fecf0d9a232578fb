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
/// replaced, if you agree.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, the beginning of it, or its subscription or tenant
    #[arg(value_parser = name)]
    old: String,
    /// Its new name
    #[arg(value_parser = name)]
    new: String,
    #[command(flatten)]
    scope: ScopeOption,
    /// Replace a context of the new name without asking
    #[arg(long)]
    force: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let (old, new) = (ContextName::new(self.old), ContextName::new(self.new));
        let change = ContextChange::Rename { old: old.clone(), new: new.clone() };
        let done = ask(app, self.scope.change(change, Consent::from(self.force)))?;
        // The name that was meant, where the beginning of one was typed.
        let gone =
            done.gone.contexts.iter().map(|gone| &gone.name).find(|name| !name.same_as(&new));
        let (old, new) = (quoted(gone.unwrap_or(&old).as_str()), quoted(new.as_str()));
        output::change::say(app, &done, &format!("{old} is {new} {}", done.place()));
        Ok(0)
    }
}
