//! Importing what a person agrees to: the plan is shown, and what was shown is what is done.

use azvault_model::ContextName;
use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::failure::Failure;
use azvault_service::migration::proposal::Proposal;
use azvault_service::migration::sent_file::SentFile;
use azvault_service::verbs::{ImportDone, ImportFiles, ImportRun, ImportedFiles};

use crate::app::App;
use crate::options::Output;
use crate::output::migration as report;

/// What is imported.
pub(super) struct Import {
    pub(super) files: Vec<SentFile>,
    pub(super) default: Option<ContextName>,
    pub(super) consent: Consent,
}

/// Whether the plan was shown on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Shown,
    Unshown,
}

impl Import {
    /// Imports the files, with the consent of a person who saw the plan, unless it was given beforehand.
    /// The proposal has the plan then.
    pub(super) fn agreed(
        self,
        app: &App,
        requests: &mut Requests<'_>,
        proposal: &mut Proposal,
    ) -> Result<(ImportDone, Plan), Failure> {
        let Self { mut files, default, consent } = self;
        let mut shown = Plan::Unshown;
        let mut run = match consent {
            Consent::Given => ImportRun::Real,
            Consent::Ask => ImportRun::Dry,
        };
        loop {
            let files = match run {
                ImportRun::Real => std::mem::take(&mut files),
                // They may be sent once more.
                ImportRun::Dry | ImportRun::Agreed(_) => {
                    files.iter().map(SentFile::copied).collect()
                }
            };
            let import = ImportFiles { files, default: default.clone(), run };
            let ImportedFiles { plan, done } = requests.ask(import)?;
            proposal.plan = plan;
            match done {
                ImportDone::Known(_) | ImportDone::Imported(_) => return Ok((done, shown)),
                ImportDone::Differs => {
                    app.ui.note("the vault changed meanwhile; this is the plan now:");
                }
                ImportDone::Nothing => {}
            }
            if app.ui.output != Output::Json {
                report::print(app, proposal);
            }
            shown = Plan::Shown;
            app.confirm(Consent::Ask, "Import this into the vault?")?;
            run = ImportRun::Agreed(proposal.plan.root.clone());
        }
    }
}
