//! Ways to unlock, as the verbs of `key` speak of them and change them.

use azvault_vault::{NewSlot, PreparedSlot, Slot, SlotKind, Subject, Try};
use serde::Serialize;

use crate::app::App;
use crate::failure::Failure;
use crate::opening::{Hold, OpenSlot, Opener};
use crate::text::{quoted, shown};
use crate::unlock_inputs;

/// Longest label, in characters.
const MAX_LABEL: usize = 64;

/// Opens a slot in this process: the agent has no master key, and slots wrap nothing else.
pub fn owner(app: &App, which: Try) -> Result<OpenSlot, Failure> {
    let locked = Opener::new(app).locked()?;
    let has_keyring = locked.slots().iter().any(|slot| slot.kind == SlotKind::Keyring);
    if !has_keyring && !unlock_inputs::has_unattended_input(app) && app.terminal().is_some() {
        app.console.note("This needs an unlock method: the agent never has the master key.");
    }
    Opener::new(app).of(locked).open_slot(which, Hold::IfPossible)
}

/// A slot as documents have it.
#[derive(Serialize)]
pub struct SlotView {
    pub id: String,
    pub kind: &'static str,
    pub label: String,
}

impl SlotView {
    pub fn new(slot: &Slot, label: &str) -> Self {
        Self { id: slot.id.to_string(), kind: slot.kind.as_str(), label: label.to_owned() }
    }
}

/// A slot in a sentence: `slot 3 (raw key "ci")`.
pub fn words(id: i64, kind: SlotKind, label: &str) -> String {
    let kind_words = kind.as_str().replace('-', " ");
    if label.is_empty() || label == kind_words {
        format!("slot {id} ({kind_words})")
    } else {
        format!("slot {id} ({kind_words} {})", quoted(label))
    }
}

/// A slot in the audit log.
pub fn subject(id: i64, kind: SlotKind, label: &str) -> Subject {
    Subject { id: None, what: words(id, kind, label) }
}

/// A label, as it may be typed.
pub fn label(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().count() > MAX_LABEL || shown(text) != text {
        return Err(format!("a label has 1 to {MAX_LABEL} characters, all of them visible"));
    }
    Ok(text.to_owned())
}

/// Derives the key of a slot: the part that takes long.
pub fn prepare(app: &App, new: &NewSlot<'_>) -> Result<PreparedSlot, Failure> {
    let spinner = app.console.spinner("deriving the key");
    let prepared = new.prepare();
    drop(spinner);
    let path = app.vault_path()?;
    Ok(prepared.map_err(|e| e.at(&path))?)
}
