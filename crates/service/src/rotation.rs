//! New keys for the whole vault: which slots stay, and what a holder of the old keys has seen.
//!
//! A slot stays if its secret is at hand, because the new master key must be wrapped with it. A
//! recovery code never stays: a fresh one takes its place. All others go, by name.

mod done;
mod kept_slots;

use std::path::PathBuf;

use azvault_vault::{
    AgeKey, Cost, Entry, Made, NewSlot, Opener, PreparedSlot, RawKey, RecoveryCode, Slot, SlotKind,
    Subject, Vault,
};

use crate::app::{App, Consent};
use crate::create_vault;
use crate::create_vault::Recovery;
use crate::failure::{ChangeFailure, Failure, Kind};
use crate::keyring;
use crate::opening::{OpenSlot, Source};
use crate::{agent, audit, holders, policy, slots};

pub use done::Done;
use kept_slots::KeptSlots;

/// How it shall be done.
pub struct RotationOptions {
    /// Files with secrets of further slots.
    pub also: Vec<PathBuf>,
    pub others: Others,
    pub consent: Consent,
    pub recovery: Recovery,
}

/// What becomes of slots whose secret is not at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Others {
    Go,
    /// They are a reason to do nothing.
    Stay,
}

impl Default for RotationOptions {
    fn default() -> Self {
        let (others, consent, recovery) = (Others::Go, Consent::Ask, Recovery::Shown);
        Self { also: Vec::new(), others, consent, recovery }
    }
}

/// What opens a slot that stays, from now on.
enum NewOpener {
    /// What opens it already: its place among the openers of its kind.
    Kept(usize),
    FreshCode(RecoveryCode),
    FreshKey(RawKey),
    /// Another value for the same recipients, and the place of the passphrase that goes with it.
    FreshAge(AgeKey, Option<usize>),
}

impl NewOpener {
    fn opener<'a>(&'a self, kept: &'a KeptSlots, kind: SlotKind) -> Opener<'a> {
        match self {
            Self::Kept(place) => kept.openers(kind).swap_remove(*place),
            Self::FreshCode(code) => Opener::RecoveryCode(code),
            Self::FreshKey(key) => Opener::Keyring(key),
            Self::FreshAge(age, None) => Opener::Age(age),
            Self::FreshAge(age, Some(place)) => {
                Opener::PassphraseAndAge { passphrase: kept.passphrase(*place), age }
            }
        }
    }
}

/// Rotates the keys of a vault that was opened by a slot.
pub fn rotate(app: &App, opened: OpenSlot, options: &RotationOptions) -> Result<Done, Failure> {
    let OpenSlot { mut vault, given, source, .. } = opened;
    let before = vault.slots().to_vec();
    let has_code = before.iter().any(|slot| slot.kind == SlotKind::RecoveryCode);
    if matches!(options.recovery, Recovery::File(_)) && !has_code {
        let what = "the vault has no recovery code that a fresh one could replace";
        return Err(Failure::new(Kind::Usage, what).hint("azvault key add recovery, afterwards"));
    }
    let mut kept = KeptSlots::of(given, &options.also)?;
    let staying = kept.staying(app, &vault, &options.recovery)?;
    let stays = |slot: &Slot| staying.iter().any(|(staying, _)| staying.id == slot.id);
    let going: Vec<&Slot> = before.iter().filter(|slot| !stays(slot)).collect();
    policy::may_remove(
        app,
        going.iter().map(|slot| slot.kind),
        staying.iter().map(|(slot, _)| slot.kind),
    )?;
    agree(app, &vault, &going, options)?;
    let is_fresh = staying.iter().any(|(_, new)| matches!(new, NewOpener::FreshCode(_)));
    if is_fresh && matches!(options.recovery, Recovery::Shown) {
        create_vault::check_shown(app, "key rotate")?;
    }

    let mut prepared = Vec::with_capacity(staying.len());
    for (slot, new) in &staying {
        // As dear as it was, which the head vouches for.
        let cost = slot.cost.unwrap_or(Cost::DEFAULT);
        let opener = new.opener(&kept, slot.kind);
        let label = vault.label(slot.id).unwrap_or_default().to_owned();
        prepared.push((slot.id, slots::prepare(app, &NewSlot { opener, cost, label })?));
    }
    let outside = Outside::write(app, &vault, options, &staying, &prepared)?;
    let rotated = reseal(app, &mut vault, &prepared, &going).inspect_err(|_| outside.undo(app))?;
    if let Some(error) = &rotated.not_compacted {
        app.console
            .warning(format!("the file keeps its size, and nothing of the old keys: {error}"));
    }
    let old = before.iter().filter(|slot| slot.kind == SlotKind::Keyring);
    for entry in old.map(|slot| keyring::Entry::new(vault.id(), slot.salt)) {
        if let Err(failure) = entry.clear() {
            app.console.detail(failure.what);
        }
    }
    hand_over(app, &vault, source, &rotated);
    Ok(Done::new(&vault, rotated))
}

/// Slots go only if that was said: by `--yes`, or by whoever was asked.
fn agree(
    app: &App,
    vault: &Vault,
    going: &[&Slot],
    options: &RotationOptions,
) -> Result<(), Failure> {
    // A recovery code that is not wanted any more goes because that was asked for.
    let unasked = |slot: &&&Slot| {
        !(slot.kind == SlotKind::RecoveryCode && matches!(options.recovery, Recovery::None))
    };
    let words =
        |slot: &&&Slot| slots::words(slot.id, slot.kind, vault.label(slot.id).unwrap_or(""));
    let words: Vec<String> = going.iter().filter(unasked).map(|slot| words(&slot)).collect();
    if words.is_empty() {
        return Ok(());
    }
    let words = words.join(", ");
    if options.others == Others::Stay {
        let what = format!("the secret is not at hand of {words}");
        return Err(Failure::new(Kind::Refused, what)
            .hint("name a file with it: --also FILE; or leave --keep-or-fail out"));
    }
    app.confirm(
        options.consent,
        &format!("These go, their secret is not at hand: {words}. Rotate?"),
    )
}

fn reseal(
    app: &App,
    vault: &mut Vault,
    prepared: &[(i64, PreparedSlot)],
    going: &[&Slot],
) -> Result<azvault_vault::Rotated, Failure> {
    let entry = |dropped: &[(Slot, String)]| {
        let is_agreed = |slot: &Slot| going.iter().any(|going| going.id == slot.id);
        if !dropped.iter().all(|(slot, _)| is_agreed(slot)) {
            let what = "another command changed the slots meanwhile; nothing was done";
            return Err(Failure::new(Kind::Busy, what).hint("azvault key rotate once more"));
        }
        let subject =
            |what: &str, words: String| Subject { id: None, what: format!("{what} {words}") };
        let kept = prepared.iter().map(|(id, slot)| slots::words(*id, slot.kind(), slot.label()));
        let went = dropped.iter().map(|(slot, label)| slots::words(slot.id, slot.kind, label));
        let kept = kept.map(|words| subject("kept", words));
        let subjects = kept.chain(went.map(|words| subject("dropped", words))).collect();
        let (time, verb) = (app.now(), "key rotate".to_owned());
        Ok(Entry { time, verb, subjects, actor: audit::actor(app) })
    };
    let bar = app.console.progress("sealing again", 0);
    let rotated = vault.rotate(
        prepared,
        |dropped| entry(dropped).map_err(ChangeFailure::Rule),
        &mut |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        },
    );
    drop(bar);
    rotated
}

/// Fresh secrets outside of the vault: shown or written before it, because a slot whose secret is
/// nowhere would be one that nothing opens, and undone if the vault stays as it was.
struct Outside {
    file: Option<Made>,
    is_shown: bool,
    entries: Vec<keyring::Entry>,
}

impl Outside {
    fn write(
        app: &App,
        vault: &Vault,
        options: &RotationOptions,
        staying: &[(Slot, NewOpener)],
        prepared: &[(i64, PreparedSlot)],
    ) -> Result<Self, Failure> {
        let mut outside = Self { file: None, is_shown: false, entries: Vec::new() };
        for ((_, new), (_, slot)) in staying.iter().zip(prepared) {
            outside.add(vault, options, new, slot).inspect_err(|_| outside.undo(app))?;
        }
        // Last: what follows fails seldom, and what was shown cannot be taken back.
        let code = staying.iter().find_map(|(_, new)| match new {
            NewOpener::FreshCode(code) => Some(code),
            _ => None,
        });
        if let (Some(code), Recovery::Shown) = (code, &options.recovery) {
            create_vault::show_once(app, code);
            outside.is_shown = true;
        }
        Ok(outside)
    }

    fn add(
        &mut self,
        vault: &Vault,
        options: &RotationOptions,
        new: &NewOpener,
        slot: &PreparedSlot,
    ) -> Result<(), Failure> {
        match (new, &options.recovery) {
            (NewOpener::FreshCode(code), Recovery::File(file)) => {
                self.file = Some(create_vault::write_new(file, code.to_text().as_bytes())?);
            }
            (NewOpener::FreshKey(key), _) => {
                let entry = keyring::Entry::new(vault.id(), slot.salt());
                entry.store(key)?;
                self.entries.push(entry);
            }
            _ => {}
        }
        Ok(())
    }

    fn undo(&self, app: &App) {
        if self.is_shown {
            app.console.warning("the recovery code above opens nothing: the keys are as they were");
        }
        let _ = self.file.as_ref().map(Made::undo);
        for entry in &self.entries {
            let _ = entry.clear();
        }
    }
}

/// Processes that hold the old keys let go of them. Who typed has the agent hold the new ones, as with every
/// command.
fn hand_over(app: &App, vault: &Vault, source: Source, rotated: &azvault_vault::Rotated) {
    if agent::holds_anothers(vault) {
        app.console.detail("the agent holds keys of another vault with this id, which stay");
        return;
    }
    for left in holders::lock(vault.id()).left {
        app.console.detail(format!("{left} has the old keys until it ends"));
    }
    if source != Source::Typed || app.options.no_agent {
        return;
    }
    let held = policy::usual_terms(app)
        .and_then(|terms| agent::hold(vault, rotated.epoch, &rotated.keys, terms));
    if let Err(failure) = held {
        app.console.detail(format!("the keys are not held: {}", failure.what));
    }
}
