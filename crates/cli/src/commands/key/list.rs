//! `azvault key list`

use azvault_service::ask::ask;
use azvault_service::text::shown;
use azvault_service::verbs::{ListSlots, ListedAge, ListedSlot};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Tone, cell, toned};

/// List the ways to unlock the vault
///
/// Kinds, costs and age recipients can be read without unlocking; labels are sealed and shown when a passphrase
/// or key is given.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    keys: Vec<KeyView>,
}

#[derive(Serialize)]
struct KeyView {
    id: String,
    kind: &'static str,
    label: String,
    kdf: Option<KdfView>,
    age: Option<ListedAge>,
}

#[derive(Serialize)]
struct KdfView {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    weak: bool,
}

const COLUMNS: [Column; 6] = [
    whole("ID"),
    whole("KIND"),
    shortened("LABEL", 12),
    shortened("KEY DERIVATION", 14).left_out(2),
    shortened("AGE RECIPIENTS", 14).left_out(1),
    whole(""),
];

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let keys: Vec<KeyView> = ask(app, ListSlots {})?.slots.into_iter().map(view).collect();
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: 1, keys });
            return Ok(0);
        }
        let rows: Vec<_> = keys.iter().map(row).collect();
        app.ui.columns(&COLUMNS, rows);
        if keys.iter().any(|key| key.kdf.as_ref().is_some_and(|kdf| kdf.weak)) {
            app.ui.warning(
                "a weak key derivation, below 64 MiB and 3 passes; to fix it: \
                 azvault key passphrase ID --kdf default",
            );
        }
        Ok(0)
    }
}

fn view(slot: ListedSlot) -> KeyView {
    KeyView {
        id: slot.id.to_string(),
        kind: slot.kind.as_str(),
        label: slot.label,
        age: slot.age,
        kdf: slot.cost.as_ref().map(|cost| KdfView {
            memory_kib: cost.memory_kib(),
            passes: cost.passes(),
            lanes: cost.lanes(),
            weak: cost.is_weak(),
        }),
    }
}

fn row(key: &KeyView) -> Vec<crate::terminal::ui::Cell> {
    let cost = key.kdf.as_ref().map_or_else(
        || "-".to_owned(),
        |kdf| format!("Argon2id, {} MiB, {} passes", kdf.memory_kib / 1024, kdf.passes),
    );
    let weak = key.kdf.as_ref().is_some_and(|kdf| kdf.weak);
    vec![
        cell(&key.id),
        cell(key.kind),
        cell(&key.label),
        cell(cost),
        cell(key.age.as_ref().map_or_else(|| "-".to_owned(), recipients)),
        toned(Tone::Warning, if weak { "weak" } else { "" }),
    ]
}

/// To whom it is encrypted, and by which programs.
fn recipients(age: &ListedAge) -> String {
    let recipients: Vec<String> = age.recipients.iter().map(|recipient| shown(recipient)).collect();
    let with: Vec<String> =
        age.plugins.keys().map(|name| format!("age-plugin-{}", shown(name))).collect();
    let with = if with.is_empty() { String::new() } else { format!(" (with {})", with.join(", ")) };
    format!("{}{with}", recipients.join(", "))
}
