//! `azvault context clear`

use azvault_contexts::rules;

use crate::app::App;
use crate::change::{self, RemovalOptions};
use crate::ui::count;

/// Remove every context and every secret (Clear-AzContext)
///
/// With user scope those of the vault, with process scope what this session has of its own; the
/// session then sees no context of the vault either. Sealed copies of imported files stay until
/// `azvault migrate forget`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    removal: RemovalOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let wanted = self.removal.wanted("context clear");
        let done = change::carry_out(app, wanted, &|known| Ok(rules::clear::clear(known)))?;
        let contexts = count(done.removed.len(), "context");
        let secrets = count(done.secrets.removed, "secret");
        done.say(app, &format!("removed {contexts} and {secrets} {}", done.place()));
        Ok(0)
    }
}
