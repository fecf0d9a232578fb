//! Where the bytes that open a slot come from: descriptor, file, key file, terminal.

use std::fs::File;
use std::path::Path;

use azvault_contexts::Secret;
use azvault_vault::{Error, KeyFile, Locked, Opener, RawKey, RecoveryCode, Vault};
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::paths;
use crate::ui::shown_path;

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

/// Opens and unlocks the vault of this run.
pub(crate) fn vault(app: &App) -> Result<Vault, Failure> {
    vault_and_opener(app).map(|(vault, _)| vault)
}

/// As [`vault`], keeping what opened it, so that it can be opened afresh for a second look.
pub(crate) fn vault_and_opener(app: &App) -> Result<(Vault, Given), Failure> {
    let path = app.vault_path()?;
    let anchors = paths::anchors()?;
    // The file is looked at before anybody is asked: a question about a vault that is not there,
    // or not safe to open, would be asked in vain.
    let locked = Locked::open(&path).map_err(|e| Failure::from_vault(e, &path))?;
    if let Some(given) = given_beforehand(app)? {
        let vault = open_with(app, locked, &given, &path, &anchors)?;
        return Ok((vault, given));
    }
    let Some(mut terminal) = app.terminal() else {
        return Err(Failure::new(
            Code::NeedsTerminal,
            "the vault is locked and nobody can be asked",
        )
        .hint("name a file: --passphrase-file FILE"));
    };
    let mut locked = Some(locked);
    for attempt in 1..=TRIES {
        let typed = terminal.ask_passphrase("Passphrase of the vault: ")?;
        let given = from_text(app, typed)?;
        let fresh = match locked.take() {
            Some(locked) => locked,
            None => Locked::open(&path).map_err(|e| Failure::from_vault(e, &path))?,
        };
        match open_with(app, fresh, &given, &path, &anchors) {
            Err(failure) if failure.code == Code::Locked && attempt < TRIES => {
                app.ui.failure(&failure);
            }
            opened => return opened.map(|vault| (vault, given)),
        }
    }
    Err(Failure::new(Code::Locked, "wrong passphrase"))
}

/// Opens the vault a second time, through handles of its own.
pub(crate) fn afresh(app: &App, given: &Given) -> Result<Vault, Failure> {
    let path = app.vault_path()?;
    let locked = Locked::open(&path).map_err(|e| Failure::from_vault(e, &path))?;
    open_with(app, locked, given, &path, &paths::anchors()?)
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

fn open_with(
    app: &App,
    locked: Locked,
    given: &Given,
    path: &Path,
    anchors: &Path,
) -> Result<Vault, Failure> {
    let spinner = app.ui.spinner("unlocking");
    let opened = locked.unlock(&given.opener(), anchors);
    spinner.finish_and_clear();
    opened.map_err(|e: Error| Failure::from_vault(e, path))
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

fn read_passphrase_file(app: &App, path: &Path) -> Result<Secret, Failure> {
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

fn open_file(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|e| {
        let code = match e.kind() {
            std::io::ErrorKind::NotFound => Code::NotFound,
            _ => Code::Other,
        };
        Failure::new(code, format!("{}: {e}", shown_path(path)))
    })
}

fn warn_if_others_can_read(app: &App, file: &File, path: &Path) {
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
