//! `azvault migrate run`

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::migration::gather::{self, Gathered, Pointers};
use azvault_service::migration::proposal::Proposal;
use azvault_service::migration::proposed::Proposed;
use azvault_service::migration::remarks;
use azvault_service::migration::sent_file::SentFile;
use azvault_service::migration::unread::Read;
use azvault_service::migration::unused;
use azvault_service::opening::Opener;
use azvault_service::scan::no_sign_in;
use azvault_service::text::count;
use azvault_service::verbs::ImportDone;
use azvault_vault::Id;
use serde::Serialize;

use super::agreed::Import;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::import::ImportOptions;

/// Import in one transaction; prints the migration's id
///
/// Interrupted at any point, the vault is as before. Run twice, it changes nothing. Exit code 10 if a
/// file could not be read, also if others were imported.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    import: ImportOptions,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    migration: Option<String>,
    changed: bool,
    contexts: usize,
    secrets: usize,
    rejected: usize,
    opaque: usize,
    reported: usize,
    default: Option<String>,
    remarks: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        // A vault that is not there, or not safe to open, is said before anybody is asked about files.
        Opener::new(app).locked()?;
        let consent = Consent::from(self.yes);
        let from = &self.import.from;
        let Gathered { mut sources, seen } = gather::gather(app, from, Pointers::of(consent))?;
        let files = sources.iter_mut().map(SentFile::take).collect();
        let mut proposal = Proposal { sources, seen, plan: Proposed::default() };
        let import = Import { files, wishes: self.import.wishes(), consent };
        let (done, _) = import.agreed(app, &mut Requests::new(app), &mut proposal)?;
        let (id, changed, read) = match done {
            ImportDone::Imported(id) => (Some(id), Changed::Yes, Read::Imported),
            _ if !proposal.is_of_something() => (None, Changed::No, Read::Nothing),
            ImportDone::Known(id) => (id, Changed::No, Read::Known),
            ImportDone::Nothing | ImportDone::Differs => (None, Changed::No, Read::Known),
        };
        say(app, &proposal, id, changed);
        proposal.check_unread(from, read).map(|()| 0)
    }
}

/// Whether the vault was written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Yes,
    No,
}

fn say(app: &App, proposal: &Proposal, id: Option<Id>, changed: Changed) {
    let document = Document {
        schema: 1,
        migration: id.map(|id| id.to_string()),
        changed: changed == Changed::Yes,
        contexts: proposal.plan.contexts.len(),
        secrets: proposal.plan.secrets.len(),
        rejected: proposal.count(azvault_importer::Outcome::Reject),
        opaque: proposal.count(azvault_importer::Outcome::Opaque),
        reported: proposal.count(azvault_importer::Outcome::Report),
        default: proposal.plan.default.as_ref().map(|name| name.as_str().to_owned()),
        remarks: remarks::names_alike(proposal),
    };
    if app.ui.output == Output::Json {
        app.ui.json(&document);
        return;
    }
    let held =
        format!("{}, {}", count(document.contexts, "context"), count(document.secrets, "secret"));
    match (&document.migration, changed) {
        (Some(id), Changed::Yes) => {
            app.ui.line(id);
            app.ui.note(format!("imported {held}"));
            app.ui.note(format!("next: azvault migrate verify {id}"));
        }
        (id, _) => {
            if let Some(id) = id {
                app.ui.line(id);
            }
            if proposal.is_of_something() {
                app.ui.note(format!("nothing to do: the vault holds all that was read ({held})"));
            } else if proposal.unread() == 0 && proposal.pieces() == 0 {
                app.ui.note("nothing to do: no saved sign-ins were found");
            }
        }
    }
    let reported = proposal.count(azvault_importer::Outcome::Report);
    if reported > 0 {
        let files = count(reported, "file");
        app.ui.note(format!("{files} with credentials of other tools: azvault scan"));
    }
    if proposal.pieces() > 0 && proposal.is_of_something() {
        let pieces = count(proposal.pieces(), "part");
        app.ui.warning(format!("{pieces} not understood, kept sealed: azvault migrate plan"));
    }
    for remark in document.remarks {
        app.ui.warning(remark);
    }
    unused::say_connects(app, proposal);
    for name in &proposal.plan.signed_out {
        app.ui.warning(no_sign_in(name.as_str()));
    }
}
