//! `azvault verify`

use azvault_service::ask::ask;
use azvault_service::failure::Kind;
use azvault_service::text::count;
use azvault_service::verbs::{Depth, VerifiedVault, VerifyVault};
use azvault_vault::Verified;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Check that the vault is whole: every box is opened, every row is accounted for
///
/// The time for that grows with the vault. A quick check takes less: it looks at the file, its schema,
/// head, slots and records, at both ends of the audit log, and at the number of rows, and not at what
/// secrets, originals and the entries in between hold.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Open every box: so it is without --quick
    #[arg(long, conflicts_with = "quick")]
    full: bool,
    /// Look at the whole only, and open the records
    #[arg(long)]
    quick: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    ok: bool,
    depth: &'static str,
    generation: u64,
    fingerprint: String,
    records: usize,
    secrets: usize,
    originals: usize,
    audit_entries: usize,
}

/// What is printed of a vault that is not whole.
#[derive(Serialize)]
struct Finding<'a> {
    schema: u8,
    ok: bool,
    depth: &'static str,
    found: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let (depth, word) = match self {
            Self { quick: true, full: false } => (Depth::Quick, "quick"),
            Self { .. } => (Depth::Full, "full"),
        };
        let VerifiedVault { verified, fingerprint } = match ask(app, VerifyVault { depth }) {
            Err(failure) if failure.kind == Kind::Integrity && app.ui.output == Output::Json => {
                let found = &failure.what;
                app.ui.json(&Finding { schema: SCHEMA, ok: false, depth: word, found });
                return Err(failure);
            }
            verified => verified?,
        };
        let Verified { generation, records, secrets, originals, audit_entries, contexts: _ } =
            verified;
        if app.ui.output == Output::Json {
            let (schema, ok, depth) = (SCHEMA, true, word);
            app.ui.json(&Document {
                schema,
                ok,
                depth,
                generation,
                fingerprint,
                records,
                secrets,
                originals,
                audit_entries,
            });
            return Ok(0);
        }
        let what = format!(
            "generation {generation}, {}, {}, {} of originals, {} of the audit log",
            count(records, "record"),
            count(secrets, "secret"),
            count(originals, "part"),
            count(audit_entries, "line")
        );
        match depth {
            Depth::Full => app.ui.line(format!("intact: {what}")),
            Depth::Quick => {
                app.ui.line(format!("intact as far as a quick check goes: {what}"));
            }
        }
        Ok(0)
    }
}
