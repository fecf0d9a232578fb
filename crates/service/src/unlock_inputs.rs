//! What opens a slot, as it was given: by descriptor, file, key file, or typed.

use std::fs::File;
use std::path::Path;

use azvault_model::Secret;
use azvault_vault::{AgeKey, KeyFile, Opener, RawKey, RecoveryCode};
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::private_file;
use crate::private_file::Readers;
use crate::text::shown_path;

/// What opens a slot.
pub enum UnlockInput {
    Passphrase(Secret),
    PassphraseAndKeyFile(Secret, KeyFile),
    RawKey(RawKey),
    RecoveryCode(RecoveryCode),
    Keyring(RawKey),
    Age(AgeKey),
    PassphraseAndAge(Secret, AgeKey),
}

impl UnlockInput {
    pub fn opener(&self) -> Opener<'_> {
        match self {
            Self::Passphrase(passphrase) => Opener::Passphrase(passphrase),
            Self::PassphraseAndKeyFile(passphrase, key_file) => {
                Opener::PassphraseAndKeyFile { passphrase, key_file }
            }
            Self::RawKey(key) => Opener::RawKey(key),
            Self::RecoveryCode(code) => Opener::RecoveryCode(code),
            Self::Keyring(key) => Opener::Keyring(key),
            Self::Age(age) => Opener::Age(age),
            Self::PassphraseAndAge(passphrase, age) => Opener::PassphraseAndAge { passphrase, age },
        }
    }

    /// The same with another passphrase; what has none stays as it is.
    pub fn with_passphrase(self, passphrase: Secret) -> Self {
        match self {
            Self::Passphrase(_) => Self::Passphrase(passphrase),
            Self::PassphraseAndKeyFile(_, key_file) => {
                Self::PassphraseAndKeyFile(passphrase, key_file)
            }
            Self::PassphraseAndAge(_, age) => Self::PassphraseAndAge(passphrase, age),
            other => other,
        }
    }
}

/// The passphrase of the options: from file or descriptor. `None` if neither was named.
pub fn passphrase(app: &App) -> Result<Option<Secret>, Failure> {
    if let Some(number) = app.options.passphrase_fd {
        return read_descriptor(number).map(Some);
    }
    app.options.passphrase_file.as_deref().map(read_passphrase_file).transpose()
}

/// Reads a key file of either kind: one that goes with a passphrase, or a raw key.
pub enum KeyText {
    Beside(KeyFile),
    Alone(RawKey),
}

pub fn read_key_file(path: &Path) -> Result<KeyText, Failure> {
    let bytes = read_small(path)?;
    if let Ok(key) = RawKey::parse(&bytes) {
        return Ok(KeyText::Alone(key));
    }
    KeyFile::parse(&bytes).map(KeyText::Beside).map_err(|e| {
        Failure::new(Kind::Locked, format!("{} is no key file: {e}", shown_path(path)))
    })
}

/// What was named on the command line; `None` if nothing was that opens a slot by itself.
pub fn beforehand(app: &App) -> Result<Option<UnlockInput>, Failure> {
    let key = app.options.key_file.as_deref().map(read_key_file).transpose()?;
    if let Some(KeyText::Alone(key)) = key {
        return Ok(Some(UnlockInput::RawKey(key)));
    }
    let Some(text) = passphrase(app)? else { return Ok(None) };
    Ok(Some(match key {
        Some(KeyText::Beside(key_file)) => UnlockInput::PassphraseAndKeyFile(text, key_file),
        _ => recovery_code_or_passphrase(text),
    }))
}

/// What somebody typed, with the key file that goes with it.
pub fn typed(app: &App, typed: Secret) -> Result<UnlockInput, Failure> {
    match app.options.key_file.as_deref().map(read_key_file).transpose()? {
        Some(KeyText::Beside(key_file)) => Ok(UnlockInput::PassphraseAndKeyFile(typed, key_file)),
        _ => Ok(recovery_code_or_passphrase(typed)),
    }
}

/// A recovery code is known by its form and its checksum: it is taken wherever a passphrase is.
fn recovery_code_or_passphrase(text: Secret) -> UnlockInput {
    // EXPOSE: parsed to see whether it is a recovery code.
    match RecoveryCode::parse(text.expose()) {
        Ok(code) => UnlockInput::RecoveryCode(code),
        Err(_) => UnlockInput::Passphrase(text),
    }
}

/// The first line of a descriptor.
pub fn read_descriptor(number: i32) -> Result<Secret, Failure> {
    // The other two standard ones go to every program that is started.
    if number < 0 || number == 1 || number == 2 {
        let what = "a passphrase is read from descriptor 0, or from 3 up";
        return Err(Failure::new(Kind::Usage, what).hint("--passphrase-fd 3 3<FILE"));
    }
    let open = Path::new("/proc/self/fd").join(number.to_string());
    let file = File::open(open)
        .map_err(|e| Failure::new(Kind::Usage, format!("descriptor {number}: {e}")))?;
    first_line(&file, &format!("descriptor {number}"))
}

/// The first line of a file.
pub fn read_passphrase_file(path: &Path) -> Result<Secret, Failure> {
    let file = private_file::open(path, Readers::OwnerAlone)?;
    first_line(&file, &shown_path(path))
}

fn first_line(file: &File, name: &str) -> Result<Secret, Failure> {
    let line = crate::descriptor::read_line(file)
        .map_err(|e| Failure::new(Kind::Other, format!("{name}: {e}")))?;
    line.filter(|line| !line.is_empty())
        .ok_or_else(|| Failure::new(Kind::Locked, format!("{name}: its first line is empty")))
}

fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    crate::descriptor::read_all(&private_file::open(path, Readers::OwnerAlone)?)
        .map_err(|e| Failure::new(Kind::Other, format!("{}: {e}", shown_path(path))))
}

/// Whether something that may open the vault was given, so that nobody needs to be asked.
pub fn has_unattended_input(app: &App) -> bool {
    let global = &app.options;
    global.passphrase_file.is_some()
        || global.passphrase_fd.is_some()
        || global.age_identity.is_some()
        || global.key_file.as_deref().is_some_and(|path| match read_key_file(path) {
            Ok(KeyText::Alone(_)) => true,
            Ok(KeyText::Beside(_)) => false,
            // Opening says what is wrong with it.
            Err(failure) => failure.kind == Kind::Refused,
        })
}
