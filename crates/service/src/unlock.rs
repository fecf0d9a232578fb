//! Opening the vault of this run: by the agent, by what was given, by the keyring, by asking.

use azvault_agent::hold::Limits;
use azvault_vault::{
    AnchorFound, Cost, Error, Keys, Locked, MasterKey, Problem, Sealer, Try, Vault,
};
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::unlock_inputs;
use crate::unlock_inputs::UnlockInput;
use crate::{agent, expected_vault, keyring, policy};

/// How often a person may mistype.
const TRIES: usize = 3;

/// What opened the vault, so that it can be opened again: for a second look, or by a process of ours.
pub enum OpenedBy {
    /// The agent, which holds the keys.
    Agent,
    /// Keys of an epoch that were derived here or handed over, as [`Keys::to_bytes`] gives them.
    Keys(u32, Zeroizing<Vec<u8>>),
}

impl OpenedBy {
    /// Opens the vault through handles of its own. Nobody is asked.
    pub fn open(&self, app: &App) -> Result<Vault, Failure> {
        let locked = locked(app)?;
        let sealer = self.sealer(app, &locked)?;
        let opened = locked.unlock_with(sealer, &app.anchors()?);
        Ok(opened?)
    }

    /// The keys once more.
    pub fn sealer(&self, app: &App, locked: &Locked) -> Result<Box<dyn Sealer>, Failure> {
        let was_locked =
            || Failure::new(Code::Locked, "the vault is locked").hint("azvault unlock");
        Ok(match self {
            Self::Agent => agent::keys(app, locked).ok_or_else(was_locked)?,
            Self::Keys(epoch, bytes) => {
                Box::new(Keys::from_bytes(*epoch, bytes).ok_or_else(was_locked)?)
            }
        })
    }
}

/// Whether the agent is to hold the keys from now on.
#[derive(Clone, Copy)]
pub enum Hold {
    /// That is what the command is for.
    Required(Limits),
    /// A person typed: nobody should have to type it again for a while.
    IfPossible,
    /// What opens the vault lies at hand: nothing is left behind that could open it.
    Nowhere,
}

/// Opens and unlocks the vault of this run.
pub fn vault(app: &App) -> Result<Vault, Failure> {
    unlocked(app, locked(app)?).map(|(vault, _)| vault)
}

/// Looks at the vault of this run before anybody is asked: a question about a vault that is not
/// there, or not safe to open, would be asked in vain.
pub fn locked(app: &App) -> Result<Locked, Failure> {
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

/// Unlocks a vault: with the keys of the agent, else with what was given, else by asking.
pub fn unlocked(app: &App, locked: Locked) -> Result<(Vault, OpenedBy), Failure> {
    match with_agent(app, locked)? {
        Agent::Unlocked(vault) => Ok((*vault, OpenedBy::Agent)),
        Agent::Locked(locked) => {
            let opened = without_agent(app, *locked, Try::All, Hold::IfPossible)?;
            // The next opening asks the agent: what it locks is locked for all.
            if opened.held == Held::ByAgent {
                return Ok((opened.vault, OpenedBy::Agent));
            }
            let keys = opened.key.keys();
            Ok((opened.vault, OpenedBy::Keys(keys.epoch(), keys.to_bytes())))
        }
    }
}

/// Unlocks the vault of this run, and says which slot opened; the agent needed none.
pub fn by_slot(app: &App) -> Result<(Vault, Option<i64>), Failure> {
    match with_agent(app, locked(app)?)? {
        Agent::Unlocked(vault) => Ok((*vault, None)),
        Agent::Locked(locked) => {
            let opened = without_agent(app, *locked, Try::All, Hold::IfPossible)?;
            Ok((opened.vault, Some(opened.key.slot())))
        }
    }
}

/// Unlocks a vault without asking anybody; `None` if that is not possible.
pub fn unasked(app: &App, locked: Locked) -> Result<Option<Vault>, Failure> {
    match with_agent(app, locked)? {
        Agent::Unlocked(vault) => Ok(Some(*vault)),
        Agent::Locked(locked) if unlock_inputs::has_unattended_input(app) => {
            let opened = without_agent(app, *locked, Try::All, Hold::Nowhere)?;
            Ok(Some(opened.vault))
        }
        Agent::Locked(_) => Ok(None),
    }
}

/// Unlocks a vault with the keys of the agent; `None` if it has none.
pub fn by_agent(app: &App, locked: Locked) -> Result<Option<Vault>, Failure> {
    match with_agent(app, locked)? {
        Agent::Unlocked(vault) => Ok(Some(*vault)),
        Agent::Locked(_) => Ok(None),
    }
}

/// What the agent says to a vault.
enum Agent {
    Unlocked(Box<Vault>),
    Locked(Box<Locked>),
}

fn with_agent(app: &App, locked: Locked) -> Result<Agent, Failure> {
    let Some(keys) = agent::keys(app, &locked) else { return Ok(Agent::Locked(Box::new(locked))) };
    expected_vault::check_keys(app, &*keys)?;
    match locked.unlock_with(keys, &app.anchors()?) {
        Ok(vault) => Ok(Agent::Unlocked(Box::new(recognised(app, vault)?))),
        // It locked in this very moment.
        Err(Error { problem: Problem::Sealer(_), .. }) => {
            Ok(Agent::Locked(Box::new(self::locked(app)?)))
        }
        // The vault was changed, or the agent holds the keys of something else: with a passphrase
        // it turns out which.
        Err(Error { problem: Problem::Tampered(_), .. })
            if unlock_inputs::has_unattended_input(app) || app.terminal().is_some() =>
        {
            Ok(Agent::Locked(Box::new(self::locked(app)?)))
        }
        Err(e) => Err(Failure::from(e)),
    }
}

/// A vault that was opened in this process, and by what.
pub struct Opened {
    pub vault: Vault,
    pub key: MasterKey,
    pub given: UnlockInput,
    pub source: Source,
    held: Held,
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

/// Unlocks a vault with what was given, else with what the keyring has, else by asking.
pub fn without_agent(
    app: &App,
    mut locked: Locked,
    which: Try,
    hold: Hold,
) -> Result<Opened, Failure> {
    let at_hand = match hold {
        Hold::Required(_) => hold,
        Hold::IfPossible | Hold::Nowhere => Hold::Nowhere,
    };
    if let Some(given) = unlock_inputs::beforehand(app)? {
        return open_with(app, locked, which, (given, Source::AtHand), at_hand);
    }
    if let Some(key) = keyring::any_of(app, &locked, which) {
        match open_with(app, locked, which, (UnlockInput::Keyring(key), Source::AtHand), at_hand) {
            Err(failure) if failure.code == Code::Locked => app.console.failure(&failure),
            opened => return opened,
        }
        locked = self::locked(app)?;
    }
    let Some(mut terminal) = app.terminal() else {
        return Err(Failure::new(
            Code::NeedsTerminal,
            "the vault is locked and nobody can be asked",
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
        match open_with(app, fresh, which, (given, Source::Typed), hold) {
            Err(failure) if failure.code == Code::Locked && attempt < TRIES => {
                app.console.failure(&failure);
            }
            opened => return opened,
        }
    }
    Err(Failure::new(Code::Locked, "wrong passphrase"))
}

/// Opens a vault that was just made, with what it was made for.
pub fn afresh(app: &App, given: &UnlockInput) -> Result<Vault, Failure> {
    let unlocked = locked(app)?.unlock(&given.opener(), &app.anchors()?);
    Ok(unlocked?)
}

fn open_with(
    app: &App,
    locked: Locked,
    which: Try,
    (given, source): (UnlockInput, Source),
    hold: Hold,
) -> Result<Opened, Failure> {
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
    let in_agent = |limits| agent::hold(&vault, epoch, &bytes, limits);
    let held = match hold {
        Hold::Required(limits) => in_agent(limits).map(|()| Held::ByAgent)?,
        // Nothing is held of a vault that is only looked at.
        Hold::IfPossible if !app.options.no_agent && !app.ignores_anchors() => {
            match policy::limits(app, None, None).and_then(in_agent) {
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
    Ok(Opened { vault, key, given, source, held })
}

/// Says that a guess at this slot costs less than it should, and what mends it.
fn warn_if_weak(app: &App, vault: &Vault, id: i64) {
    let slot = vault.slots().iter().find(|slot| slot.id == id);
    if let Some(cost) = slot.and_then(|slot| slot.cost).filter(Cost::is_weak) {
        let (mib, passes) = (cost.memory_kib() / 1024, cost.passes());
        app.console.warning(format!(
            "slot {id} has a weak key derivation ({mib} MiB, {passes} passes); to mend it: \
             azvault key passphrase {id} --kdf default"
        ));
    }
}
