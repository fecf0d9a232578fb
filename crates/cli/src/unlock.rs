//! Where the bytes that open a slot come from: descriptor, file, key file, terminal.

use std::fs::File;
use std::path::Path;

use azvault_agent::hold::Limits;
use azvault_contexts::Secret;
use azvault_vault::{Error, KeyFile, Keys, Locked, Opener, RawKey, RecoveryCode, Sealer, Vault};
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::ui::shown_path;
use crate::{agent, paths, policy};

/// How often a person may mistype.
const TRIES: usize = 3;

/// What opens the vault, as it was given.
pub(crate) enum Given {
    Passphrase(Secret),
    PassphraseAndKeyFile(Secret, KeyFile),
    RawKey(RawKey),
    RecoveryCode(RecoveryCode),
}

impl Given {
    pub(crate) fn opener(&self) -> Opener<'_> {
        match self {
            Self::Passphrase(passphrase) => Opener::Passphrase(passphrase),
            Self::PassphraseAndKeyFile(passphrase, key_file) => {
                Opener::PassphraseAndKeyFile { passphrase, key_file }
            }
            Self::RawKey(key) => Opener::RawKey(key),
            Self::RecoveryCode(code) => Opener::RecoveryCode(code),
        }
    }
}

/// What opened the vault, so that it can be opened again: for a second look, or by a process of ours.
pub(crate) enum OpenedBy {
    /// The agent, which held the keys already.
    Agent,
    /// Keys of an epoch that were derived here or handed over, as [`Keys::to_bytes`] gives them.
    Keys(u32, Zeroizing<Vec<u8>>),
}

impl OpenedBy {
    /// Opens the vault through handles of its own. Nobody is asked.
    pub(crate) fn open(&self, app: &App) -> Result<Vault, Failure> {
        let (locked, path) = (locked(app)?, app.vault_path()?);
        let was_locked =
            || Failure::new(Code::Locked, "the vault is locked").hint("azvault unlock");
        let sealer: Box<dyn Sealer> = match self {
            Self::Agent => agent::keys(app, &locked).ok_or_else(was_locked)?,
            Self::Keys(epoch, bytes) => {
                Box::new(Keys::from_bytes(*epoch, bytes).ok_or_else(was_locked)?)
            }
        };
        let opened = locked.unlock_with(sealer, &paths::anchors()?);
        opened.map_err(|e| Failure::from_vault(e, &path))
    }
}

/// Whether the agent is to hold the keys from now on.
#[derive(Clone, Copy)]
pub(crate) enum Hold {
    /// That is what the command is for.
    Required(Limits),
    /// A person typed: nobody should have to type it again for a while.
    IfPossible,
    /// What opens the vault lies at hand: nothing is left behind that could open it.
    Nowhere,
}

/// Opens and unlocks the vault of this run.
pub(crate) fn vault(app: &App) -> Result<Vault, Failure> {
    unlocked(app, locked(app)?).map(|(vault, _)| vault)
}

/// Looks at the vault of this run before anybody is asked: a question about a vault that is not
/// there, or not safe to open, would be asked in vain.
pub(crate) fn locked(app: &App) -> Result<Locked, Failure> {
    let path = app.vault_path()?;
    Locked::open(&path).map_err(|e| Failure::from_vault(e, &path))
}

/// Unlocks a vault: with the keys of the agent, else with what was given, else by asking.
pub(crate) fn unlocked(app: &App, locked: Locked) -> Result<(Vault, OpenedBy), Failure> {
    match with_agent(app, locked)? {
        Agent::Unlocked(vault) => Ok((*vault, OpenedBy::Agent)),
        Agent::Locked(locked) => {
            let (vault, epoch, keys) = without_agent(app, *locked, Hold::IfPossible)?;
            Ok((vault, OpenedBy::Keys(epoch, keys)))
        }
    }
}

/// Unlocks a vault without asking anybody; `None` if that is not possible.
pub(crate) fn unasked(app: &App, locked: Locked) -> Result<Option<Vault>, Failure> {
    match with_agent(app, locked)? {
        Agent::Unlocked(vault) => Ok(Some(*vault)),
        Agent::Locked(locked) if is_given(app) => {
            without_agent(app, *locked, Hold::Nowhere).map(|(vault, ..)| Some(vault))
        }
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
    let path = app.vault_path()?;
    match locked.unlock_with(keys, &paths::anchors()?) {
        Ok(vault) => Ok(Agent::Unlocked(Box::new(vault))),
        // It locked in this very moment.
        Err(Error::Sealer(_)) => Ok(Agent::Locked(Box::new(self::locked(app)?))),
        // The vault was changed, or the agent holds the keys of something else: with a passphrase
        // it turns out which.
        Err(Error::Tampered { .. }) if is_given(app) || app.terminal().is_some() => {
            Ok(Agent::Locked(Box::new(self::locked(app)?)))
        }
        Err(e) => Err(Failure::from_vault(e, &path)),
    }
}

/// Unlocks a vault with what was given, else by asking; also gives its keys.
pub(crate) fn without_agent(app: &App, locked: Locked, hold: Hold) -> Result<Opened, Failure> {
    if let Some(given) = given_beforehand(app)? {
        let hold = match hold {
            Hold::Required(_) => hold,
            Hold::IfPossible | Hold::Nowhere => Hold::Nowhere,
        };
        return open_with(app, locked, &given, hold);
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
        let given = from_text(app, typed)?;
        let fresh = match locked.take() {
            Some(locked) => locked,
            None => self::locked(app)?,
        };
        match open_with(app, fresh, &given, hold) {
            Err(failure) if failure.code == Code::Locked && attempt < TRIES => {
                app.ui.failure(&failure);
            }
            opened => return opened,
        }
    }
    Err(Failure::new(Code::Locked, "wrong passphrase"))
}

/// Opens a vault that was just made, with what it was made for.
pub(crate) fn afresh(app: &App, given: &Given) -> Result<Vault, Failure> {
    open_with(app, locked(app)?, given, Hold::Nowhere).map(|(vault, ..)| vault)
}

/// The passphrase for a vault that is being made: from file or descriptor, or typed twice, or
/// generated. `None` if nobody can be asked.
pub(crate) fn passphrase_beforehand(app: &App) -> Result<Option<Secret>, Failure> {
    if let Some(number) = app.global.passphrase_fd {
        return read_descriptor(number).map(Some);
    }
    app.global.passphrase_file.as_deref().map(|path| read_passphrase_file(app, path)).transpose()
}

/// Reads a key file of either kind: one that goes with a passphrase, or a raw key.
pub(crate) enum KeyText {
    Beside(KeyFile),
    Alone(RawKey),
}

pub(crate) fn read_key_file(path: &Path) -> Result<KeyText, Failure> {
    let bytes = read_small(path)?;
    if let Ok(key) = RawKey::parse(&bytes) {
        return Ok(KeyText::Alone(key));
    }
    KeyFile::parse(&bytes).map(KeyText::Beside).map_err(|e| {
        Failure::new(Code::Locked, format!("{} is no key file: {e}", shown_path(path)))
    })
}

/// A vault, the epoch of its keys, and those as [`Keys::to_bytes`] gives them.
type Opened = (Vault, u32, Zeroizing<Vec<u8>>);

fn open_with(app: &App, locked: Locked, given: &Given, hold: Hold) -> Result<Opened, Failure> {
    let path = app.vault_path()?;
    let failed = |e: Error| Failure::from_vault(e, &path);
    let (id, epoch) = (locked.vault_id(), locked.epoch());
    let spinner = app.ui.spinner("unlocking");
    let keys = locked.keys(&given.opener());
    spinner.finish_and_clear();
    let keys = keys.map_err(failed)?;
    let bytes = keys.to_bytes();
    let vault = locked.unlock_with(Box::new(keys), &paths::anchors()?).map_err(failed)?;
    // Only keys of a vault that was found whole are held.
    let in_agent = |limits| agent::hold(id, epoch, &bytes, limits);
    match hold {
        Hold::Required(limits) => in_agent(limits)?,
        Hold::IfPossible if !app.global.no_agent => {
            if let Err(failure) = policy::limits(app, None, None).and_then(in_agent) {
                app.ui.detail(format!("the keys are not held: {}", failure.what));
            }
        }
        Hold::IfPossible | Hold::Nowhere => {}
    }
    Ok((vault, epoch, bytes))
}

fn given_beforehand(app: &App) -> Result<Option<Given>, Failure> {
    let key = app.global.key_file.as_deref().map(read_key_file).transpose()?;
    if let Some(KeyText::Alone(key)) = key {
        return Ok(Some(Given::RawKey(key)));
    }
    let Some(text) = passphrase_beforehand(app)? else { return Ok(None) };
    Ok(Some(match key {
        Some(KeyText::Beside(key_file)) => Given::PassphraseAndKeyFile(text, key_file),
        _ => recovery_code_or_passphrase(text),
    }))
}

fn from_text(app: &App, typed: Secret) -> Result<Given, Failure> {
    match app.global.key_file.as_deref().map(read_key_file).transpose()? {
        Some(KeyText::Beside(key_file)) => Ok(Given::PassphraseAndKeyFile(typed, key_file)),
        _ => Ok(recovery_code_or_passphrase(typed)),
    }
}

/// A recovery code is known by its form and its checksum: it is taken wherever a passphrase is.
fn recovery_code_or_passphrase(text: Secret) -> Given {
    // EXPOSE: parsed to see whether it is a recovery code.
    match RecoveryCode::parse(text.expose()) {
        Ok(code) => Given::RecoveryCode(code),
        Err(_) => Given::Passphrase(text),
    }
}

fn read_descriptor(number: i32) -> Result<Secret, Failure> {
    if number < 0 {
        return Err(Failure::new(Code::Usage, "--passphrase-fd wants a descriptor, from 0 up"));
    }
    let open = Path::new("/proc/self/fd").join(number.to_string());
    let file = File::open(open)
        .map_err(|e| Failure::new(Code::Usage, format!("descriptor {number}: {e}")))?;
    first_line(&file, &format!("descriptor {number}"))
}

/// The first line of a file.
pub(crate) fn read_passphrase_file(app: &App, path: &Path) -> Result<Secret, Failure> {
    let file = open_file(path)?;
    warn_if_others_can_read(app, &file, path);
    first_line(&file, &shown_path(path))
}

fn first_line(file: &File, name: &str) -> Result<Secret, Failure> {
    let line = crate::descriptor::read_line(file)
        .map_err(|e| Failure::new(Code::Other, format!("{name}: {e}")))?;
    line.filter(|line| !line.is_empty())
        .ok_or_else(|| Failure::new(Code::Locked, format!("{name}: its first line is empty")))
}

fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    crate::descriptor::read_all(&open_file(path)?)
        .map_err(|e| Failure::new(Code::Other, format!("{}: {e}", shown_path(path))))
}

pub(crate) fn open_file(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|e| {
        let code = match e.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            _ => Code::Other,
        };
        Failure::new(code, format!("{}: {e}", shown_path(path)))
    })
}

/// Says that a file with a secret can be read by others.
pub(crate) fn warn_if_others_can_read(app: &App, file: &File, path: &Path) {
    use std::os::unix::fs::MetadataExt;
    if let Ok(facts) = file.metadata()
        && facts.is_file()
        && facts.mode() & 0o077 != 0
    {
        let path = shown_path(path);
        app.ui.warning(format!("{path} can be read by others: chmod 600 it"));
    }
}

/// Whether something that may open the vault was given, so that nobody needs to be asked.
pub(crate) fn is_given(app: &App) -> bool {
    let global = &app.global;
    global.passphrase_file.is_some()
        || global.passphrase_fd.is_some()
        || global
            .key_file
            .as_deref()
            .is_some_and(|path| matches!(read_key_file(path), Ok(KeyText::Alone(_))))
}
