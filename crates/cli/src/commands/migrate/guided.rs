//! `azvault migrate` without a verb

use azvault_service::app::Consent;
use azvault_service::create_vault;
use azvault_service::create_vault::Recovery;
use azvault_service::failure::{Failure, Kind};
use azvault_service::migration::gather::Pointers;
use azvault_service::migration::present::Content;
use azvault_service::migration::unread::Read;
use azvault_service::migration::{apply, compare, next, proposal, unused};
use azvault_service::opening::{Opener, Reopener};
use azvault_service::paths;
use azvault_service::policy;
use azvault_service::scan::summary;
use azvault_service::scan::summary::Which;
use azvault_service::text::shown_path;
use azvault_service::unlock_inputs;
use azvault_service::unlock_inputs::UnlockInput;
use azvault_vault::Vault;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::import::ImportOptions;
use crate::output::comparison;
use crate::output::migration as report;
use crate::terminal::ui::Tone;

/// Options of the guided way.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    #[command(flatten)]
    import: ImportOptions,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// For a new vault: write the recovery code to this new file (mode 0600) instead of the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "no_recovery")]
    recovery_file: Option<std::path::PathBuf>,
    /// For a new vault: make no recovery code; without the passphrase the vault is lost
    #[arg(long)]
    no_recovery: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let path = app.vault_path()?;
        let default = self.import.default.as_deref();
        let exists = path.symlink_metadata().is_ok();
        // Without a vault the plan comes first: nobody should choose a passphrase for nothing.
        let (open, before) = if exists {
            let open = Opener::new(app).open_vault()?;
            let before = Content::read(&open.vault)?;
            (Some(open), before)
        } else {
            (None, Content::default())
        };
        let proposal = proposal::propose(
            app,
            &self.import.from,
            Pointers::of(Consent::from(self.yes)),
            default,
            before,
        )?;
        if !proposal.is_of_something() {
            if !proposal.sources.is_empty() {
                report::print(app, &proposal);
            }
            proposal.check_unread(&self.import.from, Read::Nothing)?;
            app.ui.note("nothing to import was found");
            return Ok(0);
        }
        if app.ui.output != Output::Json {
            report::print(app, &proposal);
        }
        // A passphrase file says that nobody sits there: the run is unattended.
        let unattended =
            self.yes || (unlock_inputs::has_unattended_input(app) && app.terminal().is_none());
        app.confirm(Consent::from(unattended), "Import this into the vault?")?;
        let (mut vault, again) = match open {
            Some(open) => (open.vault, Again::By(open.reopener)),
            None => {
                let recovery = match (self.no_recovery, self.recovery_file) {
                    (true, _) => Recovery::None,
                    (false, Some(file)) => Recovery::File(file),
                    (false, None) => Recovery::Shown,
                };
                let request = create_vault::NewVaultRequest {
                    verb: "migrate",
                    cost: policy::usual_cost(app)?,
                    recovery,
                    raw_key_file: None,
                };
                let (vault, given) = create_vault::create(app, request)?;
                app.ui.note(format!("created the vault {}", shown_path(&path)));
                (vault, Again::Given(given))
            }
        };
        let (id, read) = match (proposal.changes_nothing(), apply::newest(&proposal)) {
            (true, Some(newest)) => (newest, Read::Known),
            _ => (apply::apply(app, &mut vault, &proposal)?, Read::Imported),
        };
        drop(vault);
        let fresh = again.open(app)?;
        let comparison = compare::compare(app, &fresh, Some(&id.into()))?;
        if !comparison.is_equal() && !comparison.differs_in_refused_files_alone() {
            comparison::print(app, &comparison);
            return Err(Failure::new(Kind::Findings, "the vault and the files differ")
                .hint(next::after(&comparison, paths::roots().ok().as_ref())));
        }
        if app.ui.output == Output::Json {
            comparison::print(app, &comparison);
            return proposal.check_unread(&self.import.from, read).map(|()| 0);
        }
        app.ui.toned_line(Tone::Good, comparison.verdict());
        app.ui.line(format!("migration {id}"));
        unused::say_connects(app, &proposal);
        if self.import.from.is_empty() {
            summary::report(app, Which::Left);
        }
        app.ui.note(format!(
            "The originals are still there, unencrypted. To remove them: azvault migrate clean {id}"
        ));
        if policy::export_plaintext(app, "").is_ok() {
            app.ui.note(format!("To have them back later: azvault migrate rollback {id}"));
        }
        proposal.check_unread(&self.import.from, read).map(|()| 0)
    }
}

/// How the vault is opened for the second look.
enum Again {
    By(Reopener),
    /// It is new: with what it was made for, which so is known to open it.
    Given(UnlockInput),
}

impl Again {
    fn open(self, app: &App) -> Result<Vault, Failure> {
        match self {
            Self::By(reopener) => Ok(reopener.open_vault(app)?.vault),
            Self::Given(given) => {
                let locked = Opener::new(app).locked()?;
                Ok(locked.unlock(&given.opener(), &app.anchors()?)?)
            }
        }
    }
}
