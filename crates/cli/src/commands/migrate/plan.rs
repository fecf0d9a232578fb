//! `azvault migrate plan`

use azvault_service::ask::ask;
use azvault_service::migration::decided;
use azvault_service::migration::gather::{self, Gathered, Pointers};
use azvault_service::migration::proposal::Proposal;
use azvault_service::migration::sent_file::SentFile;
use azvault_service::verbs::{ImportFiles, ImportRun};

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
        let wishes = self.import.wishes();
        let Gathered { mut sources, seen } =
            gather::gather(app, &self.import.from, Pointers::Told)?;
        let files = sources.iter_mut().map(SentFile::take).collect();
        let plan = match app.vault_path()?.symlink_metadata() {
            Ok(_) => ask(app, ImportFiles { files, wishes, run: ImportRun::Dry })?.plan,
            Err(_) => decided::without_vault(files, &wishes)?,
        };
        let proposal = Proposal { sources, seen, plan };
        if proposal.sources.is_empty() {
            app.ui.note("no files of Azure PowerShell or Azure CLI were found");
        }
        report::print(app, &proposal);
        Ok(0)
    }
}
