//! `azvault migrate run`

use azvault_vault::Id;
use serde::Serialize;

use super::Wanted;
use crate::app::{App, Consent};
use crate::cli::Output;
use crate::migration::gather::Pointers;
use crate::migration::proposal::{self, Proposal};
use crate::migration::{apply, present::Content, report};
use crate::ui::count;
use crate::{failure::Failure, unlock};

/// Import in one transaction; prints the migration's id
///
/// Interrupted at any point, the vault is as before. Run twice, it changes nothing.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    /// Do not ask
    #[arg(long)]
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
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let path = app.vault_path()?;
        let mut vault = unlock::vault(app)?;
        let before = Content::read(&vault).map_err(|e| Failure::from_vault(e, &path))?;
        let default = self.wanted.default.as_deref();
        let proposal = proposal::propose(
            app,
            (&self.wanted.from, Pointers::of(Consent::from(self.yes))),
            default,
            before,
        )?;
        if proposal.changes_nothing() {
            say(app, &proposal, apply::newest(&proposal), Changed::No);
            return Ok(0);
        }
        if !self.yes && app.ui.output != Output::Json {
            report::print(app, &proposal);
        }
        app.confirm(Consent::from(self.yes), "Import this into the vault?")?;
        let id = apply::apply(app, &mut vault, &proposal)?;
        say(app, &proposal, Some(id), Changed::Yes);
        Ok(0)
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
            app.ui.note(format!("nothing to do: the vault holds all of it already ({held})"));
        }
    }
    for (outcome, text) in [
        (document.rejected, "not imported, see azvault migrate plan"),
        (document.opaque, "not readable here, see azvault migrate plan"),
        (document.reported, "with credentials of other tools, see azvault migrate plan"),
    ] {
        if outcome > 0 {
            app.ui.warning(format!("{}: {text}", count(outcome, "file")));
        }
    }
}
