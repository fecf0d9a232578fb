//! Adding a slot: its label, whether there is room, and what is said of it.

use azvault_service::audit;
use azvault_service::failure::Failure;
use azvault_service::opening::OpenSlot;
use azvault_service::slots;
use azvault_service::slots::SlotView;
use azvault_vault::{
    Cost, Error, MAX_SLOTS, Made, NewSlot, Opener, PreparedSlot, Problem, SlotError,
};
use serde::Serialize;

use crate::app::App;
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// The option of all of them.
#[derive(clap::Args)]
pub(crate) struct Label {
    /// What to call it in lists (encrypted: shown once the vault is unlocked)
    #[arg(long, value_name = "TEXT", value_parser = slots::label)]
    label: Option<String>,
}

impl Label {
    /// A slot with this label, else with the word for its kind.
    pub(super) fn on(self, opener: Opener<'_>, cost: Cost) -> NewSlot<'_> {
        let word = opener.kind().as_str().replace('-', " ");
        NewSlot { opener, cost, label: self.label.unwrap_or(word) }
    }
}

#[derive(Serialize)]
pub(super) struct Document {
    schema: u8,
    #[serde(flatten)]
    slot: SlotView,
}

/// Adds the slot, with its entry in the audit log, and says so. What was made for it elsewhere is
/// undone if the vault does not take it.
pub(super) fn add(
    app: &App,
    opened: &mut OpenSlot,
    slot: &PreparedSlot,
    undo: impl FnOnce(),
) -> Result<(), Failure> {
    let (kind, label) = (slot.kind(), slot.label());
    let OpenSlot { vault, key, .. } = opened;
    let added = vault.write(|writing| -> Result<_, Problem> {
        let id = writing.add_slot(key, slot)?;
        audit::log(app, writing, "key add", vec![slots::subject(id, kind, label)])?;
        Ok(id)
    });
    let id = added.map_err(|e: Error| {
        undo();
        Failure::from(e)
    })?;
    if app.ui.output == Output::Json {
        let slot = SlotView { id: id.to_string(), kind: kind.as_str(), label: label.to_owned() };
        app.ui.json(&Document { schema: SCHEMA, slot });
    } else {
        app.ui.line(format!("{} opens the vault now", slots::words(id, kind, label)));
    }
    Ok(())
}

/// Removes a file that was made for a slot which the vault did not take.
pub(super) fn forget(made: &Made) {
    let _ = made.undo();
}

/// Refuses before anything is written where the vault takes no slot more.
pub(super) fn check_room(app: &App, opened: &OpenSlot) -> Result<(), Failure> {
    let slots = opened.vault.slots().len();
    if slots < MAX_SLOTS {
        return Ok(());
    }
    Err(Problem::from(SlotError::Full(slots)).at(&app.vault_path()?).into())
}
