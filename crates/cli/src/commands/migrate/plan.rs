//! `azvault migrate plan`

use azvault_service::migration::gather::Pointers;
use azvault_service::migration::present::Content;
use azvault_service::migration::proposal;
use azvault_service::opening::Opener;

use crate::app::{App, Exit};
use crate::options::import::ImportOptions;
use crate::output::migration as report;

/// Show what would be imported, from where, and which secrets; writes nothing
///
/// With a vault there, it is unlocked to compare; without one, everything is new.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    import: ImportOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let path = app.vault_path()?;
        let before = if path.symlink_metadata().is_ok() {
            let vault = Opener::new(app).open_vault()?.vault;
            Content::read(&vault)?
        } else {
            Content::default()
        };
        let default = self.import.default.as_deref();
        let proposal = proposal::propose(app, &self.import.from, Pointers::Told, default, before)?;
        if proposal.sources.is_empty() {
            app.ui.note("no files of Azure PowerShell or Azure CLI were found");
        }
        report::print(app, &proposal);
        Ok(0)
    }
}
