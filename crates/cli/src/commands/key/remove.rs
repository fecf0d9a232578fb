//! `azvault key remove`

use azvault_service::app::Consent;
use azvault_service::audit;
use azvault_service::keyring::Entry;
use azvault_service::opening::{OpenVault, Opener};
use azvault_service::policy;
use azvault_service::slots;
use azvault_service::slots::SlotView;
use azvault_vault::{Problem, SlotError, SlotKind};
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
        let path = app.vault_path()?;
        let OpenVault { mut vault, slot: opened_by, .. } = Opener::new(app).open_vault()?;
        let slot = vault.slots().iter().find(|slot| slot.id == self.id);
        let kind =
            slot.ok_or(SlotError::Missing(self.id)).map_err(|e| Problem::from(e).at(&path))?.kind;
        let left = vault.slots().iter().filter(|slot| slot.id != self.id);
        policy::may_remove(app, [kind], left.map(|slot| slot.kind))?;
        let label = vault.label(self.id).unwrap_or_default().to_owned();
        let words = slots::words(self.id, kind, &label);
        let which =
            if opened_by == Some(self.id) { ", which opened the vault just now" } else { "" };
        app.confirm(Consent::from(self.yes), &format!("Remove {words}{which}?"))?;
        let removed = vault.write(|writing| -> Result<_, Problem> {
            let removed = writing.remove_slot(self.id)?;
            audit::log(app, writing, "key remove", vec![slots::subject(self.id, kind, &label)])?;
            Ok(removed)
        });
        let removed = removed?;
        if removed.kind == SlotKind::Keyring
            && let Err(failure) = Entry::new(vault.id(), removed.salt).clear()
        {
            app.ui.warning(format!("its key is still in the keyring: {}", failure.what));
        }
        if app.ui.output == Output::Json {
            let removed = SlotView::new(&removed, &label);
            app.ui.json(&Document { schema: SCHEMA, removed });
        } else {
            app.ui.line(format!("removed {words}{which}"));
        }
        app.ui.note(
            "old copies of the file still open with it; new keys end that: azvault key rotate",
        );
        Ok(0)
    }
}
