//! The secrets of slots that are at hand, and the slots that they open.

use std::path::{Path, PathBuf};

use azvault_model::Secret;
use azvault_vault::{
    AgeWay, Error, KeyFile, Locked, Opener, Problem, RawKey, RecoveryCode, Slot, SlotKind, Try,
    Vault,
};

use super::NewOpener;
use crate::age;
use crate::app::App;
use crate::console::Prompt;
use crate::create_vault::Recovery;
use crate::failure::{Failure, Kind};
use crate::keyring;
use crate::opening;
use crate::text::quoted;
use crate::unlock_inputs;
use crate::unlock_inputs::{KeyText, UnlockInput};

/// How often a person may mistype the passphrase of one slot.
const TRIES: usize = 3;

/// Secrets, by what they are.
pub(super) struct KeptSlots {
    passphrases: Vec<Secret>,
    key_files: Vec<KeyFile>,
    raw_keys: Vec<RawKey>,
    /// The way that opened the vault, and which of the passphrases goes with it.
    by_age: Option<(AgeWay, Option<usize>)>,
}

impl KeptSlots {
    /// What opened the vault, and what files have.
    pub(super) fn of(given: UnlockInput, also: &[PathBuf]) -> Result<Self, Failure> {
        let (passphrases, key_files, raw_keys) = (Vec::new(), Vec::new(), Vec::new());
        let mut kept = Self { passphrases, key_files, raw_keys, by_age: None };
        kept.add(given);
        for file in also {
            kept.read(file)?;
        }
        Ok(kept)
    }

    /// All that may open a slot of a kind. Those that come later are behind those that were there.
    pub(super) fn openers(&self, kind: SlotKind) -> Vec<Opener<'_>> {
        match kind {
            SlotKind::Passphrase => self.passphrases.iter().map(Opener::Passphrase).collect(),
            SlotKind::PassphraseAndKeyFile => {
                let pairs = |passphrase| {
                    let pair =
                        move |key_file| Opener::PassphraseAndKeyFile { passphrase, key_file };
                    self.key_files.iter().map(pair)
                };
                self.passphrases.iter().flat_map(pairs).collect()
            }
            SlotKind::RawKey => self.raw_keys.iter().map(Opener::RawKey).collect(),
            // Fresh ones take their places.
            SlotKind::RecoveryCode
            | SlotKind::Keyring
            | SlotKind::Age
            | SlotKind::PassphraseAndAge => Vec::new(),
        }
    }

    /// Slots that stay. Asks for passphrases that are missing, where somebody is there to answer.
    pub(super) fn staying(
        &mut self,
        app: &App,
        vault: &Vault,
        recovery: &Recovery,
    ) -> Result<Vec<(Slot, NewOpener)>, Failure> {
        let locked = opening::Opener::new(app).locked()?;
        let mut terminal = app.terminal();
        let mut staying = Vec::new();
        let mut has_code = matches!(recovery, Recovery::None);
        for slot in vault.slots() {
            let way = match slot.kind {
                SlotKind::RecoveryCode if has_code => None,
                SlotKind::RecoveryCode => {
                    has_code = true;
                    Some(NewOpener::FreshCode(RecoveryCode::generate()))
                }
                SlotKind::Keyring => {
                    let key = keyring::any_of(app, &locked, Try::Slot(slot.id));
                    key.map(|_| NewOpener::FreshKey(RawKey::generate()))
                }
                SlotKind::Age | SlotKind::PassphraseAndAge => self.renewed_by_age(app, slot),
                _ => match (self.opens(app, &locked, slot)?, &mut terminal) {
                    (None, Some(terminal)) if self.could_open(slot) => {
                        let label = vault.label(slot.id).unwrap_or_default();
                        self.ask(app, &mut **terminal, &locked, slot, label)?
                    }
                    (place, _) => place,
                }
                .map(NewOpener::Kept),
            };
            staying.extend(way.map(|way| (slot.clone(), way)));
        }
        Ok(staying)
    }

    pub(super) fn passphrase(&self, place: usize) -> &Secret {
        &self.passphrases[place]
    }

    /// Another value for the same recipients, which needs nobody's identity. A passphrase beside it is at hand
    /// if the slot opened the vault.
    fn renewed_by_age(&self, app: &App, slot: &Slot) -> Option<NewOpener> {
        let way = slot.age.as_ref()?;
        let passphrase = match (slot.kind, &self.by_age) {
            (SlotKind::Age, _) => None,
            (_, Some((opened, place))) if opened == way => Some((*place)?),
            _ => return None,
        };
        match age::renewed(app, way) {
            Ok(key) => Some(NewOpener::FreshAge(key, passphrase)),
            Err(failure) => {
                app.console.failure(&failure);
                None
            }
        }
    }

    fn add(&mut self, given: UnlockInput) {
        match given {
            UnlockInput::Passphrase(passphrase) => self.passphrases.push(passphrase),
            UnlockInput::PassphraseAndKeyFile(passphrase, key_file) => {
                self.passphrases.push(passphrase);
                self.key_files.push(key_file);
            }
            UnlockInput::RawKey(key) => self.raw_keys.push(key),
            UnlockInput::Age(age) => self.by_age = Some((age.way, None)),
            UnlockInput::PassphraseAndAge(passphrase, age) => {
                self.by_age = Some((age.way, Some(self.passphrases.len())));
                self.passphrases.push(passphrase);
            }
            UnlockInput::RecoveryCode(_) | UnlockInput::Keyring(_) => {}
        }
    }

    /// A key file of either kind, or a passphrase in the first line.
    fn read(&mut self, file: &Path) -> Result<(), Failure> {
        match unlock_inputs::read_key_file(file) {
            Ok(KeyText::Alone(key)) => self.raw_keys.push(key),
            Ok(KeyText::Beside(key_file)) => self.key_files.push(key_file),
            Err(_) => self.passphrases.push(unlock_inputs::read_passphrase_file(file)?),
        }
        Ok(())
    }

    /// The place of what opens a slot, among the openers of its kind.
    fn opens(&self, app: &App, locked: &Locked, slot: &Slot) -> Result<Option<usize>, Failure> {
        let spinner = app.console.spinner("trying what is at hand");
        let opens = |opener| match locked.master_key(&opener, Try::Slot(slot.id)) {
            Ok(_) => Some(Ok(())),
            Err(Error { problem: Problem::WrongKey, .. }) => None,
            Err(e) => Some(Err(e)),
        };
        let tried = self.openers(slot.kind).into_iter().map(opens);
        let found = tried.enumerate().find_map(|(place, opened)| Some((place, opened?)));
        drop(spinner);
        let Some((place, opened)) = found else { return Ok(None) };
        opened.map(|()| Some(place)).map_err(Failure::from)
    }

    /// Whether a passphrase is all that is missing.
    fn could_open(&self, slot: &Slot) -> bool {
        match slot.kind {
            SlotKind::Passphrase => true,
            SlotKind::PassphraseAndKeyFile => !self.key_files.is_empty(),
            SlotKind::RawKey
            | SlotKind::RecoveryCode
            | SlotKind::Keyring
            | SlotKind::Age
            | SlotKind::PassphraseAndAge => false,
        }
    }

    fn ask(
        &mut self,
        app: &App,
        terminal: &mut dyn Prompt,
        locked: &Locked,
        slot: &Slot,
        label: &str,
    ) -> Result<Option<usize>, Failure> {
        let label = quoted(label);
        let question = format!("Passphrase of slot {} {label} (empty: let it go): ", slot.id);
        for _ in 0..TRIES {
            let typed = terminal.ask_passphrase(&question)?;
            if typed.is_empty() {
                return Ok(None);
            }
            self.passphrases.push(typed);
            let place = self.opens(app, locked, slot)?;
            if place.is_some() {
                return Ok(place);
            }
            self.passphrases.pop();
            app.console.failure(&Failure::new(Kind::Locked, "wrong passphrase"));
        }
        Ok(None)
    }
}
