//! `azvault context remove`

use azvault_model::ContextName;
use azvault_service::ask::ask;
use azvault_service::text::count;
use azvault_service::verbs::ContextChange;

use crate::app::{App, Exit};
use crate::options::change::RemovalOptions;
use crate::options::name::name;
use crate::output;
use crate::terminal::stdin_names as piped;

/// Remove contexts (Remove-AzContext)
///
/// All of them, or none if one is not there. When the last context of a user goes, the user's
/// tokens go too; service principals keep their secrets until you disconnect them. When the
/// active one goes, none is active. The question, --dry-run and the answer name each context and its
/// account. `-` takes names, or objects of `context list -o json`, from
/// stdin.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Their names, in any case. What else stands for a context has to be agreed to on a terminal
    #[arg(required = true, value_name = "NAME")]
    #[arg(value_parser = name)]
    names: Vec<String>,
    #[command(flatten)]
    removal: RemovalOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let names: Vec<ContextName> = match self.names.as_slice() {
            [dash] if dash == "-" => piped::names()?,
            names => names.iter().map(ContextName::new).collect(),
        };
        let done = ask(app, self.removal.change(ContextChange::Remove { names }))?;
        let mut line = format!("removed {} {}", done.gone.names_and_accounts(), done.place());
        if done.secrets.removed > 0 {
            line.push_str(", with ");
            line.push_str(&count(done.secrets.removed, "secret"));
        }
        output::change::say(app, &done, &line);
        Ok(0)
    }
}
