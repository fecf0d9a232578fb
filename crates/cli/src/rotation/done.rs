//! What a rotation leaves to be known.

use azvault_vault::{Rotated, StoredSecret, Vault};
use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::documents::{SCHEMA, SecretView, utc};
use crate::revocation;
use crate::slots::{self, SlotView};
use crate::ui::{cell, count};

/// Keys that were rotated.
pub(crate) struct Done {
    epoch: u32,
    kept: Vec<SlotView>,
    dropped: Vec<SlotView>,
    went: Vec<String>,
    readable: Vec<StoredSecret>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    epoch: u32,
    kept: &'a [SlotView],
    dropped: &'a [SlotView],
    readable: Vec<SecretView<'a>>,
}

impl Done {
    pub(super) fn new(vault: &Vault, rotated: Rotated) -> Self {
        let label = |id| vault.label(id).unwrap_or_default();
        let kept = vault.slots().iter().map(|slot| SlotView::new(slot, label(slot.id)));
        let dropped = rotated.dropped.iter();
        let words =
            |(slot, label): &(azvault_vault::Slot, String)| slots::words(slot.id, slot.kind, label);
        Self {
            epoch: rotated.epoch,
            kept: kept.collect(),
            dropped: dropped.clone().map(|(slot, label)| SlotView::new(slot, label)).collect(),
            went: dropped.map(words).collect(),
            readable: rotated.readable,
        }
    }

    /// The answer: what a holder of the old keys could have read. Whoever rotates because of one
    /// has yet to revoke that.
    pub(crate) fn show(&self, app: &App) {
        for words in &self.went {
            app.ui.warning(format!("{words} opens the vault no more"));
        }
        app.ui.note(format!(
            "The keys are new (epoch {}); old keys and old slots open nothing.",
            self.epoch
        ));
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: SCHEMA,
                epoch: self.epoch,
                kept: &self.kept,
                dropped: &self.dropped,
                readable: self.readable.iter().map(SecretView::new).collect(),
            });
        } else if !self.readable.is_empty() {
            let number = count(self.readable.len(), "credential");
            app.ui
                .note(format!("A holder of the old keys could have read {number}, newest first:"));
            let rows: Vec<_> = self.readable.iter().map(row).collect();
            app.ui.table(&["KIND", "ACCOUNT", "TENANT", "EXPIRES", "STORED"], &rows);
        }
        let revocations = revocation::of(&self.readable, app.now(), "az");
        if !revocations.is_empty() {
            app.ui.note("To rotate keys revokes no credential. If somebody has one of these:");
            revocation::say(app, &revocations);
        }
    }
}

fn row(secret: &StoredSecret) -> Vec<crate::ui::Cell> {
    let about = &secret.description;
    let text = |text: &Option<String>| cell(text.clone().unwrap_or_else(|| "-".to_owned()));
    vec![
        cell(about.kind.as_str()),
        text(&about.account),
        text(&about.tenant),
        cell(about.expires_on.map_or_else(|| "-".to_owned(), utc)),
        cell(utc(secret.created)),
    ]
}
