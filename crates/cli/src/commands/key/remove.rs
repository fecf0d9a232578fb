//! `azvault key remove`

use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::keyring::Entry;
use azvault_service::slots;
use azvault_service::slots::SlotView;
use azvault_service::verbs::{ListedSlot, RemoveSlot, RemovedSlot};
use azvault_vault::SlotKind;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Remove a way to unlock
///
/// The last one stays, and a keyring alone is none to be left with. What is removed still opens old
/// copies of the file: `azvault key rotate` ends that for whatever is written from then on.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its number, from `azvault key list`
    id: i64,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    removed: SlotView,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let remove = RemoveSlot { id: self.id, consent: Consent::from(self.yes) };
        let RemovedSlot { slot, vault, salt, opened } = ask(app, remove)?;
        let ListedSlot { id, kind, label, .. } = slot;
        if kind == SlotKind::Keyring
            && let Err(failure) = Entry::new(vault, salt).clear()
        {
            app.ui.warning(format!("its key is still in the keyring: {}", failure.what));
        }
        if app.ui.output == Output::Json {
            let removed = SlotView { id: id.to_string(), kind: kind.as_str(), label };
            app.ui.json(&Document { schema: SCHEMA, removed });
        } else {
            let words = slots::words(id, kind, &label);
            app.ui.line(format!("removed {words}{}", opened.words()));
        }
        app.ui.note(
            "old copies of the file still open with it; new keys end that: azvault key rotate",
        );
        Ok(0)
    }
}
