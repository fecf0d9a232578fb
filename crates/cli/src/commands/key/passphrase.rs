//! `azvault key passphrase`

use azvault_service::audit;
use azvault_service::console::Answer;
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::OpenSlot;
use azvault_service::opening::Opener;
use azvault_service::slots;
use azvault_service::slots::SlotView;
use azvault_service::{policy, rotation};
use azvault_vault::{NewSlot, Problem, SlotError, Try};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::kdf;
use crate::options::kdf::Kdf;
use crate::options::new_passphrase::NewPassphraseOptions;
use crate::output;
use crate::output::documents::SCHEMA;

/// Change the passphrase of a slot, or what a guess at it costs
///
/// Asks for the passphrase that opens the slot now; with --kdf (or --kdf-memory) and no new
/// passphrase given, the passphrase stays and its cost alone changes. Old copies of the file still
/// open with the old passphrase: `azvault key rotate`, which a person is offered right away.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Number of the slot, from `azvault key list` [default: the one that the passphrase opens]
    id: Option<i64>,
    #[command(flatten)]
    new: NewPassphraseOptions,
    #[command(flatten)]
    kdf: Kdf,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    #[serde(flatten)]
    slot: SlotView,
    memory_kib: u32,
    passes: u32,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let asked = self.kdf.asked()?;
        let which = self.which(app)?;
        let mut opened = slots::owner(app, which)?;
        let path = app.vault_path()?;
        let id = opened.key.slot();
        let slot = opened.vault.slots().iter().find(|slot| slot.id == id);
        let slot =
            slot.ok_or(SlotError::Missing(id)).map_err(|e| Problem::from(e).at(&path))?.clone();
        if !slot.kind.has_cost() {
            return Err(no_passphrase(id));
        }
        let new = match self.new.read().given(app)? {
            None if asked.is_none() => Some(self.new.read().ask(app)?),
            given => given,
        };
        let what = if new.is_some() { "a new passphrase" } else { "the same passphrase" };
        if let Some(new) = new {
            opened.given = opened.given.with_passphrase(new);
        }
        let by_default = self.kdf.for_new(opened.vault.least_cost())?;
        let own = slot.cost.unwrap_or(by_default);
        let cost = asked.unwrap_or_else(|| by_default.dearer_of(own));
        policy::costs_enough(app, cost)?;
        let label = opened.vault.label(id).unwrap_or_default().to_owned();
        let opener = opened.given.opener();
        let prepared = slots::prepare(app, &NewSlot { opener, cost, label: label.clone() })?;
        let OpenSlot { vault, key, .. } = &mut opened;
        let written = vault.write(|writing| {
            writing.rewrap_slot(key, id, &prepared)?;
            let subject = slots::subject(id, slot.kind, &label);
            audit::log(app, writing, "key passphrase", vec![subject])
        });
        written?;
        if app.ui.output == Output::Json {
            let (memory_kib, passes) = (cost.memory_kib(), cost.passes());
            let slot = SlotView::new(&slot, &label);
            app.ui.json(&Document { schema: SCHEMA, slot, memory_kib, passes });
        } else {
            let words = slots::words(id, slot.kind, &label);
            app.ui.line(format!("{words} has {what}, at {}", kdf::words(cost)));
        }
        offer_rotation(app, opened)
    }

    /// The slot that must open; one without a passphrase is refused before anybody is asked.
    fn which(&self, app: &App) -> Result<Try, Failure> {
        let Some(id) = self.id else { return Ok(Try::All) };
        let locked = Opener::new(app).locked()?;
        let slot = locked.slots().iter().find(|slot| slot.id == id);
        let path = app.vault_path()?;
        match slot {
            None => Err(Problem::from(SlotError::Missing(id)).at(&path).into()),
            Some(slot) if slot.kind.has_cost() => Ok(Try::Slot(id)),
            Some(_) => Err(no_passphrase(id)),
        }
    }
}

fn no_passphrase(id: i64) -> Failure {
    Failure::new(Kind::Usage, format!("slot {id} has no passphrase to change"))
        .hint("azvault key add passphrase, then azvault key remove ID")
}

/// Anyone who has an old copy of the file and the old passphrase has the keys; new keys end that.
fn offer_rotation(app: &App, opened: OpenSlot) -> Exit {
    let terminal = app.terminal().filter(|_| app.ui.output != Output::Json);
    let Some(mut terminal) = terminal else {
        app.ui.note("old copies of the file still open as before; new keys: azvault key rotate");
        return Ok(0);
    };
    let question = "Old copies of the file still open as before. Rotate the keys as well?";
    if terminal.ask_yes(question)? == Answer::Yes {
        let done = rotation::rotate(app, opened, &rotation::RotationOptions::default())?;
        output::rotation::show(app, &done);
    }
    Ok(0)
}
