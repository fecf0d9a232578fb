//! Importing what a person agrees to: the plan is shown, and what was shown is what is done.

use azvault_model::Context;
use azvault_model::rules::import::Wishes;
use azvault_model::rules::short_name::Naming;
use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::console::Answer;
use azvault_service::failure::Failure;
use azvault_service::migration::proposal::Proposal;
use azvault_service::migration::proposed::Proposed;
use azvault_service::migration::sent_file::SentFile;
use azvault_service::text::quoted;
use azvault_service::verbs::{ImportDone, ImportFiles, ImportRun, ImportedFiles};

use crate::app::App;
use crate::options::Output;
use crate::output::migration as report;

/// What is imported.
pub(super) struct Import {
    pub(super) files: Vec<SentFile>,
    pub(super) wishes: Wishes,
    pub(super) consent: Consent,
}

/// Whether the plan was shown on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Shown,
    Unshown,
}

impl Import {
    /// Lets a person take short names, where the plan has generated ones. `propose` makes the plan.
    pub(super) fn offer_short_names(
        &mut self,
        app: &App,
        propose: impl FnOnce(Vec<SentFile>, Wishes) -> Result<Proposed, Failure>,
    ) -> Result<(), Failure> {
        let is_settled = self.consent == Consent::Given || self.wishes.naming == Naming::Short;
        let Some(mut terminal) = app.terminal().filter(|_| !is_settled) else { return Ok(()) };
        let short = Wishes { naming: Naming::Short, ..self.wishes.clone() };
        let files = self.files.iter().map(SentFile::copied).collect();
        let proposed = propose(files, short.clone())?;
        let contexts = proposed.contexts.iter().filter(|planned| planned.present.is_none());
        let named =
            |context: &Context| Some((context.name.clone(), context.labels.long_name.clone()?));
        let Some((name, long)) = contexts.filter_map(|planned| named(&planned.item)).next() else {
            return Ok(());
        };
        let (name, long) = (quoted(name.as_str()), quoted(long.as_str()));
        app.ui.note(
            "Generated names are long to type. Each still finds its context, whatever you answer.",
        );
        match terminal.ask_yes(&format!("Use short names, such as {name} for {long}?"))? {
            Answer::Yes => self.wishes = short,
            Answer::No => {}
        }
        Ok(())
    }

    /// Imports the files, with the consent of a person who saw the plan, unless it was given beforehand.
    /// The proposal has the plan then.
    pub(super) fn agreed(
        self,
        app: &App,
        requests: &mut Requests<'_>,
        proposal: &mut Proposal,
    ) -> Result<(ImportDone, Plan), Failure> {
        let Self { mut files, wishes, consent } = self;
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
            let import = ImportFiles { files, wishes: wishes.clone(), run };
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
