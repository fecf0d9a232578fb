//! `azvault context clear`

use azvault_contexts::rules;

use crate::app::{App, Consent};
use crate::change::{self, Run, ScopeOption, Wanted};
use crate::ui::count;

/// Remove every context and every secret (Clear-AzContext)
///
/// With user scope those of the vault, with process scope what this session has of its own; the
/// session then sees no context of the vault either. Sealed copies of imported files stay until
/// `azvault migrate forget`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    scope: ScopeOption,
    /// Do not ask
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let wanted = Wanted {
            verb: "context clear",
            scope: self.scope.asked(),
            replace: Consent::Ask,
            destroy: Consent::from(self.force || self.yes),
            run: Run::from(self.dry_run),
        };
        let done = change::carry_out(app, wanted, &|known| Ok(rules::clear::clear(known)))?;
        let contexts = count(done.removed.len(), "context");
        let secrets = count(done.secrets.removed, "secret");
        done.say(app, &format!("removed {contexts} and {secrets} {}", done.place()));
        Ok(0)
    }
}
