//! `azvault context clear`

use azvault_service::ask::ask;
use azvault_service::text::count;
use azvault_service::verbs::ContextChange;

use crate::app::{App, Exit};
use crate::options::change::RemovalOptions;
use crate::output;

/// Remove every context and every secret (Clear-AzContext)
///
/// With user scope those of the vault and of this session; with process scope what this session has of
/// its own, and the session then sees no context of the vault either. Sealed copies of imported files stay until
/// `azvault migrate forget`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    removal: RemovalOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let done = ask(app, self.removal.change(ContextChange::Clear))?;
        let contexts = count(done.gone.contexts.len(), "context");
        let secrets = count(done.secrets.removed, "secret");
        let of_whom = match done.gone.accounts.is_empty() {
            true => String::new(),
            false => format!(": {}, of {}", done.gone.names(), done.gone.whose()),
        };
        output::change::say(
            app,
            &done,
            &format!("removed {contexts} and {secrets} {}{of_whom}", done.place()),
        );
        Ok(0)
    }
}
