//! Unlocking: by what was given, by the keyring, by asking.

use azvault_agent::hold::Terms;
use azvault_vault::{AnchorFound, Cost, Locked, MasterKey, Sealer, Slot, SlotKind, Try, Vault};

use super::{KeysAt, OpenVault, OwnKeys};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::unlock_inputs;
use crate::unlock_inputs::UnlockInput;
use crate::{age, agent, expected_vault, keyring, policy};

/// How often a person may mistype.
const TRIES: usize = 3;

/// Whether the agent is to hold the keys from now on.
#[derive(Clone, Copy)]
pub enum Hold {
    /// That is what the command is for.
    Required(Terms),
    /// A person typed: nobody should have to type it again for a while.
    IfPossible,
    /// What opens the vault lies at hand: nothing is left behind that could open it.
    Nowhere,
}

/// Looks at the vault of this run before anybody is asked: a question about a vault that is not
/// there, or not safe to open, would be asked in vain.
pub(super) fn locked(app: &App) -> Result<Locked, Failure> {
    let path = app.vault_path()?;
    let locked = Locked::open(&path)?;
    expected_vault::check_id(app, locked.vault_id())?;
    Ok(locked)
}

/// Says what this machine makes of a vault that has just been unlocked.
fn recognised(app: &App, vault: Vault) -> Result<Vault, Failure> {
    expected_vault::check_generation(app, &vault)?;
    if app.ignores_anchors() {
        return Ok(vault);
    }
    match vault.anchor_found() {
        AnchorFound::None if app.options.expect_vault.is_none() => {
            let mark = vault.fingerprint()?;
            app.console.note(format!("a vault that this machine has not seen before: {mark}"));
            app.console.note("is that its fingerprint elsewhere? azvault status --anchor shows it");
        }
        AnchorFound::Broken => app.console.warning(
            "what this machine remembered of the vault was damaged: if an older copy was put in \
             its place, that was not noticed",
        ),
        AnchorFound::None | AnchorFound::Good | AnchorFound::Newer | AnchorFound::Fork => {}
    }
    if let Some(error) = vault.anchor_error() {
        app.console.warning(format!(
            "this machine cannot remember the vault, and will not notice an older copy: {error}"
        ));
    }
    Ok(vault)
}

/// Unlocks a vault: with what was given, else by asking.
pub(super) fn unlocked(app: &App, locked: Locked) -> Result<OpenVault<()>, Failure> {
    open_slot(app, locked, Try::All, Hold::IfPossible).map(OpenSlot::into_open)
}

/// Unlocks a vault without asking anybody; `None` if that is not possible.
pub(super) fn unasked(app: &App, locked: Locked) -> Result<Option<OpenVault<()>>, Failure> {
    if !unlock_inputs::has_unattended_input(app) && !age::opens_unasked(&locked) {
        return Ok(None);
    }
    open_slot(app, locked, Try::All, Hold::Nowhere).map(OpenSlot::into_open).map(Some)
}

/// A vault whose slot was opened in this process, and by what.
pub struct OpenSlot {
    pub vault: Vault,
    pub key: MasterKey,
    pub given: UnlockInput,
    pub source: Source,
    held: Held,
}

impl OpenSlot {
    /// The vault alone, and who has its keys.
    pub(crate) fn into_open(self) -> OpenVault<()> {
        let keys = match self.held {
            // Who needs the vault later asks the agent: what it locks is locked for all.
            Held::ByAgent => KeysAt::Agent,
            Held::Here => KeysAt::Here(self.own_keys()),
        };
        OpenVault { vault: self.vault, keys, slot: Some(self.key.slot()), contexts: () }
    }

    /// The keys, for a process of ours.
    pub(crate) fn own_keys(&self) -> OwnKeys {
        let keys = self.key.keys();
        OwnKeys::new(keys.epoch(), keys.to_bytes())
    }
}

/// Whether the agent has the keys from now on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    ByAgent,
    Here,
}

/// Whether a person had to be asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Source {
    AtHand,
    Typed,
}

/// Unlocks a vault with what was given, else with what the keyring has, else by age, else by asking.
pub(super) fn open_slot(
    app: &App,
    mut locked: Locked,
    which: Try,
    hold: Hold,
) -> Result<OpenSlot, Failure> {
    let at_hand = match hold {
        Hold::Required(_) => hold,
        Hold::IfPossible | Hold::Nowhere => Hold::Nowhere,
    };
    if let Some(given) = unlock_inputs::beforehand(app)? {
        let given = beside_age(app, &locked, which, given)?;
        let source = Source::AtHand;
        return open_with(app, locked, Attempt { which, given, source, hold: at_hand });
    }
    if let Some(key) = keyring::any_of(app, &locked, which) {
        let (given, source) = (UnlockInput::Keyring(key), Source::AtHand);
        match open_with(app, locked, Attempt { which, given, source, hold: at_hand }) {
            Err(failure) if failure.kind == Kind::Locked => app.console.failure(&failure),
            opened => return opened,
        }
        locked = self::locked(app)?;
    }
    for slot in age::slots_of(app, &locked, which) {
        match by_age(app, locked, &slot, hold) {
            Ok(Some(opened)) => return Ok(opened),
            Ok(None) => {}
            Err(failure) if failure.kind != Kind::Aborted && has_passphrase(app, which)? => {
                app.console.failure(&failure);
            }
            Err(failure) => return Err(failure),
        }
        locked = self::locked(app)?;
    }
    let Some(mut terminal) = app.terminal() else {
        return Err(Failure::new(
            Kind::NeedsTerminal,
            "the vault is locked and there is no terminal to prompt on",
        )
        .hint("azvault unlock in a terminal, or name a file: --passphrase-file FILE"));
    };
    let mut locked = Some(locked);
    for attempt in 1..=TRIES {
        let typed = terminal.ask_passphrase("Passphrase of the vault: ")?;
        let given = unlock_inputs::typed(app, typed)?;
        let fresh = match locked.take() {
            Some(locked) => locked,
            None => self::locked(app)?,
        };
        match open_with(app, fresh, Attempt { which, given, source: Source::Typed, hold }) {
            Err(failure) if failure.kind == Kind::Locked && attempt < TRIES => {
                app.console.failure(&failure);
            }
            opened => return opened,
        }
    }
    Err(Failure::new(Kind::Locked, "wrong passphrase"))
}

/// Opens a slot by age with the identity that is at hand; `None` where none is.
fn by_age(app: &App, locked: Locked, slot: &Slot, hold: Hold) -> Result<Option<OpenSlot>, Failure> {
    let Some(key) = age::key_of(app, slot)? else { return Ok(None) };
    let needs_person = !key.way.plugins.is_empty() && app.terminal().is_some();
    let given = match (slot.kind, app.terminal()) {
        (SlotKind::Age, _) => UnlockInput::Age(key),
        (_, Some(mut terminal)) => {
            let typed = terminal.ask_passphrase("Passphrase of the vault: ")?;
            UnlockInput::PassphraseAndAge(typed, key)
        }
        (_, None) => return Ok(None),
    };
    // A person who typed or touched something should not have to again for a while.
    let (source, hold) = match hold {
        hold @ Hold::Required(_) => (Source::Typed, hold),
        hold if needs_person || matches!(given, UnlockInput::PassphraseAndAge(..)) => {
            (Source::Typed, hold)
        }
        _ => (Source::AtHand, Hold::Nowhere),
    };
    let attempt = Attempt { which: Try::Slot(slot.id), given, source, hold };
    open_with(app, locked, attempt).map(Some)
}

/// Whether a passphrase may be asked for instead.
fn has_passphrase(app: &App, which: Try) -> Result<bool, Failure> {
    let locked = locked(app)?;
    let mut tried =
        locked.slots().iter().filter(|slot| which == Try::All || which == Try::Slot(slot.id));
    let is_typed = |kind| {
        matches!(
            kind,
            SlotKind::Passphrase | SlotKind::PassphraseAndKeyFile | SlotKind::RecoveryCode
        )
    };
    Ok(app.terminal().is_some() && tried.any(|slot| is_typed(slot.kind)))
}

/// A passphrase that was given, with the value of the slot that needs both, where an identity was named.
fn beside_age(
    app: &App,
    locked: &Locked,
    which: Try,
    given: UnlockInput,
) -> Result<UnlockInput, Failure> {
    let UnlockInput::Passphrase(passphrase) = given else { return Ok(given) };
    let both = |slot: &Slot| slot.kind == SlotKind::PassphraseAndAge;
    let slot = age::slots_of(app, locked, which).into_iter().find(both);
    match slot.filter(|_| app.options.age_identity.is_some()) {
        Some(slot) => match age::key_of(app, &slot)? {
            Some(key) => Ok(UnlockInput::PassphraseAndAge(passphrase, key)),
            None => Ok(UnlockInput::Passphrase(passphrase)),
        },
        None => Ok(UnlockInput::Passphrase(passphrase)),
    }
}

/// Unlocks a vault with what it was just made for. Who typed that is not asked for it again: the agent gets
/// the keys then, as of any passphrase that is typed.
pub(super) fn open_new(
    app: &App,
    locked: Locked,
    given: UnlockInput,
) -> Result<OpenVault<()>, Failure> {
    let (source, hold) = match unlock_inputs::has_unattended_input(app) {
        true => (Source::AtHand, Hold::Nowhere),
        false => (Source::Typed, Hold::IfPossible),
    };
    let attempt = Attempt { which: Try::All, given, source, hold };
    open_with(app, locked, attempt).map(OpenSlot::into_open)
}

/// What is tried at which slots, and whether the agent gets the keys if it opens one.
struct Attempt {
    which: Try,
    given: UnlockInput,
    source: Source,
    hold: Hold,
}

fn open_with(app: &App, locked: Locked, attempt: Attempt) -> Result<OpenSlot, Failure> {
    let Attempt { which, given, source, hold } = attempt;
    let epoch = locked.epoch();
    let spinner = app.console.spinner("unlocking");
    let key = locked.master_key(&given.opener(), which);
    drop(spinner);
    let key = key?;
    let keys = key.keys();
    let bytes = keys.to_bytes();
    expected_vault::check_keys(app, &keys)?;
    let vault = locked.unlock_with(Box::new(keys), &app.anchors()?)?;
    let vault = recognised(app, vault)?;
    // Only keys of a vault that was found whole are held.
    let in_agent = |terms| agent::hold(&vault, epoch, &bytes, terms);
    let held = match hold {
        Hold::Required(terms) => in_agent(terms).map(|()| Held::ByAgent)?,
        // Nothing is held of a vault that is only looked at.
        Hold::IfPossible if !app.options.no_agent && !app.ignores_anchors() => {
            match policy::usual_terms(app).and_then(in_agent) {
                Ok(()) => Held::ByAgent,
                Err(failure) => {
                    app.console.detail(format!("the keys are not held: {}", failure.what));
                    Held::Here
                }
            }
        }
        Hold::IfPossible | Hold::Nowhere => Held::Here,
    };
    if !matches!(hold, Hold::Nowhere) {
        warn_if_weak(app, &vault, key.slot());
    }
    Ok(OpenSlot { vault, key, given, source, held })
}

/// Says that a guess at this slot costs less than it should, and what mends it.
fn warn_if_weak(app: &App, vault: &Vault, id: i64) {
    let slot = vault.slots().iter().find(|slot| slot.id == id);
    if let Some(cost) = slot.and_then(|slot| slot.cost).filter(Cost::is_weak) {
        let (mib, passes) = (cost.memory_kib() / 1024, cost.passes());
        app.console.warning(format!(
            "slot {id} has a weak key derivation ({mib} MiB, {passes} passes); to fix it: \
             azvault key passphrase {id} --kdf default"
        ));
    }
}
