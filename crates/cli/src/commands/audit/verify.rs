//! `azvault audit verify`

use azvault_service::ask::ask;
use azvault_service::verbs::VerifyAuditLog;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Verify the chain of the audit log; the first bad entry is named
///
/// Each entry is sealed, holds the hash of the one before, and the head of the vault holds number
/// and hash of the last: none can be changed, moved, dropped or cut off.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    ok: bool,
    entries: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let entries = ask(app, VerifyAuditLog {})?.entries;
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, ok: true, entries });
        } else {
            let entries =
                if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
            app.ui.line(format!("intact: {entries}"));
        }
        Ok(0)
    }
}
