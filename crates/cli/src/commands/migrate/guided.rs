//! `azvault migrate` without a verb

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::create_vault;
use azvault_service::create_vault::Recovery;
use azvault_service::failure::{Failure, Kind};
use azvault_service::migration::gather::{self, Gathered, Pointers};
use azvault_service::migration::proposal::Proposal;
use azvault_service::migration::proposed::Proposed;
use azvault_service::migration::sent_file::SentFile;
use azvault_service::migration::unread::Read;
use azvault_service::migration::{decided, next, originals, proof, unused};
use azvault_service::opening::Opener;
use azvault_service::paths;
use azvault_service::policy;
use azvault_service::scan::shortened as shortened_path;
use azvault_service::scan::summary;
use azvault_service::scan::summary::Which;
use azvault_service::unlock_inputs;
use azvault_service::verbs::{ImportDone, ImportFiles, ImportRun, WhatFor};
use azvault_vault::Id;

use super::agreed::{Import, Plan};
use crate::app::{App, Exit};
use crate::commands::{az_shim, keep_names};
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
        let exists = app.vault_path()?.symlink_metadata().is_ok();
        if exists {
            Opener::new(app).locked()?;
        }
        let from = self.import.from.clone();
        let pointers = Pointers::of(Consent::from(self.yes));
        let Gathered { mut sources, seen } = gather::gather(app, &from, pointers)?;
        let files = sources.iter_mut().map(SentFile::take).collect();
        let mut proposal = Proposal { sources, seen, plan: Proposed::default() };
        // A passphrase file says that nobody sits there: the run is unattended.
        let unattended =
            self.yes || (unlock_inputs::has_unattended_input(app) && app.terminal().is_none());
        let consent = Consent::from(unattended);
        let import = Import { files, wishes: self.import.wishes(), consent };
        let imported = match exists {
            true => self.into_vault(app, import, &mut proposal)?,
            false => self.into_new_vault(app, import, &mut proposal)?,
        };
        let Some(Imported { mut requests, id, read }) = imported else {
            if !proposal.sources.is_empty() {
                report::print(app, &proposal);
            }
            proposal.check_unread(&from, Read::Nothing)?;
            app.ui.note("nothing to import was found");
            return Ok(0);
        };
        let opened = originals::open(app, &mut requests, Some(&id.into()), WhatFor::Verify)?;
        let comparison = proof::compare(app, &mut requests, opened)?;
        if !comparison.is_equal() && !comparison.differs_in_refused_files_alone() {
            comparison::print(app, &comparison);
            return Err(Failure::new(Kind::Findings, "the vault and the files differ")
                .hint(next::after(&comparison, paths::roots().ok().as_ref())));
        }
        if app.ui.output == Output::Json {
            comparison::print(app, &comparison);
            return proposal.check_unread(&from, read).map(|()| 0);
        }
        app.ui.paragraph(Tone::Good, &comparison.verdict());
        app.ui.line(format!("migration {id}"));
        unused::say_connects(app, &proposal);
        if from.is_empty() {
            summary::report(app, Which::Left);
        }
        let azvault = app.command();
        app.ui.note(format!(
            "The originals are still there, unencrypted. To remove them: {azvault} migrate clean {id}"
        ));
        if policy::export_plaintext(app, "").is_ok() {
            app.ui.note(format!("To have them back later: {azvault} migrate rollback {id}"));
        }
        az_shim::offer(app, consent)?;
        let files = proposal.sources.iter().map(|source| source.path.as_path()).collect::<Vec<_>>();
        keep_names::announce(app, &files);
        proposal.check_unread(&from, read).map(|()| 0)
    }

    fn into_vault<'a>(
        self,
        app: &'a App,
        mut import: Import,
        proposal: &mut Proposal,
    ) -> Result<Option<Imported<'a>>, Failure> {
        let mut requests = Requests::new(app);
        import.offer_short_names(app, |files, wishes| {
            Ok(requests.ask(ImportFiles { files, wishes, run: ImportRun::Dry })?.plan)
        })?;
        let (done, plan) = import.agreed(app, &mut requests, proposal)?;
        if plan == Plan::Unshown && proposal.is_of_something() && app.ui.output != Output::Json {
            report::print(app, proposal);
        }
        Ok(Imported::of(requests, done))
    }

    /// Without a vault the plan comes first: nobody should choose a passphrase for nothing.
    fn into_new_vault<'a>(
        self,
        app: &'a App,
        mut import: Import,
        proposal: &mut Proposal,
    ) -> Result<Option<Imported<'a>>, Failure> {
        import.offer_short_names(app, |files, wishes| decided::without_vault(files, &wishes))?;
        let files = import.files.iter().map(SentFile::copied).collect();
        proposal.plan = decided::without_vault(files, &import.wishes)?;
        if !proposal.is_of_something() {
            return Ok(None);
        }
        if app.ui.output != Output::Json {
            report::print(app, proposal);
        }
        app.confirm(import.consent, "Import this into the vault?")?;
        let request = create_vault::NewVaultRequest {
            verb: "migrate",
            cost: policy::usual_cost(app)?,
            recovery: match (self.no_recovery, self.recovery_file) {
                (true, _) => Recovery::None,
                (false, Some(file)) => Recovery::File(file),
                (false, None) => Recovery::Shown,
            },
            raw_key_file: None,
        };
        let (vault, given) = create_vault::create(app, request)?;
        drop(vault);
        let roots = paths::roots().ok();
        let place = shortened_path(&app.vault_path()?, roots.as_ref());
        app.ui.note(format!("created the vault {place}"));
        let mut requests = Requests::of_new_vault(app, given)?;
        let import = Import { consent: Consent::Given, ..import };
        let (done, _) = import.agreed(app, &mut requests, proposal)?;
        Ok(Imported::of(requests, done))
    }
}

/// What the vault has now, and who had it open.
struct Imported<'a> {
    requests: Requests<'a>,
    id: Id,
    read: Read,
}

impl<'a> Imported<'a> {
    /// `None` where there was nothing.
    fn of(requests: Requests<'a>, done: ImportDone) -> Option<Self> {
        let (id, read) = match done {
            ImportDone::Imported(id) => (id, Read::Imported),
            ImportDone::Known(id) => (id?, Read::Known),
            ImportDone::Nothing | ImportDone::Differs => return None,
        };
        Some(Self { requests, id, read })
    }
}
