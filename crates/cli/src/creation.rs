//! Making a vault: its passphrase, its recovery code, its key files.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use azvault_contexts::Secret;
use azvault_vault::{Cost, KeyFile, NewSlot, Opener, RawKey, RecoveryCode, SlotKind, Vault};
use serde::Serialize;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::given::{self, Given, KeyText};
use crate::prompt::{Answer, Terminal};
use crate::{paths, policy, ui::shown_path};

/// Least length of a passphrase that somebody chose, in characters.
const LEAST_CHARACTERS: usize = 12;

/// What the vault shall be.
pub(crate) struct Wanted {
    pub(crate) cost: Cost,
    pub(crate) recovery: Recovery,
    pub(crate) raw_key_file: Option<PathBuf>,
}

/// Where the recovery code goes.
pub(crate) enum Recovery {
    Shown,
    File(PathBuf),
    None,
}

#[derive(Serialize)]
pub(crate) struct Document {
    schema: u8,
    vault: String,
    id: String,
    fingerprint: String,
}

/// What `init -o json` prints. Never the recovery code.
pub(crate) fn document(path: &Path, vault: &Vault) -> Result<Document, Failure> {
    Ok(Document {
        schema: 1,
        vault: path.display().to_string(),
        id: vault.id().to_string(),
        fingerprint: vault.fingerprint().map_err(|e| Failure::from_vault(e, path))?,
    })
}

/// Creates the vault of this run and gives it back unlocked, with what opens it.
///
/// The files that hold keys are written before the vault: a vault whose key was never written
/// could not be opened again.
pub(crate) fn create(app: &App, wanted: Wanted) -> Result<(Vault, Given), Failure> {
    let path = app.vault_path()?;
    let anchors = paths::anchors()?;
    if let Some(pin) = &app.global.expect_vault {
        let what = format!("a new vault would not be the expected one, {pin}");
        return Err(Failure::new(Code::Integrity, what)
            .hint("name the expected one with --vault FILE, or leave out --expect-vault"));
    }
    if path.symlink_metadata().is_ok() {
        return Err(Failure::new(Code::Exists, format!("{} exists already", shown_path(&path)))
            .hint("azvault status, or name another file with --vault FILE"));
    }
    policy::costs_enough(app, wanted.cost)?;
    policy::new_vault(app, &kinds(app, &wanted))?;
    let passphrase = passphrase(app)?;
    let given = match &app.global.key_file {
        Some(file) => Given::PassphraseAndKeyFile(passphrase, key_file(app, file)?),
        None => Given::Passphrase(passphrase),
    };
    let code = match wanted.recovery {
        Recovery::None => None,
        Recovery::Shown | Recovery::File(_) => Some(RecoveryCode::generate()),
    };
    let raw_key = wanted.raw_key_file.as_ref().map(|_| RawKey::generate());
    if let (Recovery::File(file), Some(code)) = (&wanted.recovery, &code) {
        write_new(file, code.to_text().as_bytes())?;
    }
    if let (Some(file), Some(key)) = (&wanted.raw_key_file, &raw_key) {
        write_new(file, key.to_text().as_bytes())?;
    }
    let mut slots =
        vec![NewSlot { opener: given.opener(), cost: wanted.cost, label: "passphrase".to_owned() }];
    let alone = |opener, label: &str| NewSlot { opener, cost: Cost::DEFAULT, label: label.into() };
    slots.extend(code.as_ref().map(|code| alone(Opener::RecoveryCode(code), "recovery code")));
    slots.extend(raw_key.as_ref().map(|key| alone(Opener::RawKey(key), "raw key")));
    let spinner = app.ui.spinner("deriving the key");
    let created = azvault_vault::create(&path, &slots, &anchors);
    spinner.finish_and_clear();
    let vault = created.map_err(|e| Failure::from_vault(e, &path))?;
    drop(slots);
    if let (Recovery::Shown, Some(code)) = (&wanted.recovery, &code) {
        show_once(app, code);
    }
    Ok((vault, given))
}

/// The ways to unlock it.
fn kinds(app: &App, wanted: &Wanted) -> Vec<SlotKind> {
    let mut kinds = vec![match app.global.key_file {
        Some(_) => SlotKind::PassphraseAndKeyFile,
        None => SlotKind::Passphrase,
    }];
    if !matches!(wanted.recovery, Recovery::None) {
        kinds.push(SlotKind::RecoveryCode);
    }
    kinds.extend(wanted.raw_key_file.as_ref().map(|_| SlotKind::RawKey));
    kinds
}

/// Shows a recovery code, which cannot be had again.
pub(crate) fn show_once(app: &App, code: &RecoveryCode) {
    app.ui.once(
        "recovery code, shown this once: write it down and keep it away from this machine",
        code.to_text().as_bytes(),
    );
}

fn passphrase(app: &App) -> Result<Secret, Failure> {
    if let Some(passphrase) = given::passphrase(app)? {
        return Ok(passphrase);
    }
    let Some(mut terminal) = app.terminal() else {
        return Err(Failure::new(
            Code::NeedsTerminal,
            "a new vault needs a passphrase and nobody can be asked",
        )
        .hint("name a file: --passphrase-file FILE"));
    };
    app.ui.note("A new vault needs a passphrase: 4 random words or 12 characters at the least.");
    ask_new_passphrase(app, &mut terminal)
}

/// A passphrase for something that is being made: typed twice, or generated.
pub(crate) fn ask_new_passphrase(app: &App, terminal: &mut Terminal) -> Result<Secret, Failure> {
    loop {
        let question = "Passphrase (empty: generate one): ";
        let typed = terminal.ask_passphrase(question)?;
        if typed.is_empty() {
            if let Some(generated) = generated(app, terminal)? {
                return Ok(generated);
            }
            continue;
        }
        if characters(&typed) < LEAST_CHARACTERS {
            app.ui.warning("too short: 12 characters at the least");
            continue;
        }
        if terminal.ask_passphrase("Once more: ")?.same_as(&typed) {
            return Ok(typed);
        }
        app.ui.warning("the two differ");
    }
}

fn generated(app: &App, terminal: &mut Terminal) -> Result<Option<Secret>, Failure> {
    let passphrase = azvault_vault::generate_passphrase();
    // EXPOSE: shown once to the person who asked for a generated passphrase, on the terminal.
    app.ui.once("generated passphrase", passphrase.expose());
    let kept = terminal.ask_yes("Have you written it down?")?;
    Ok(Some(passphrase).filter(|_| kept == Answer::Yes))
}

fn characters(text: &Secret) -> usize {
    // EXPOSE: counted; bytes that continue a UTF-8 character are none of their own.
    text.expose().iter().filter(|byte| *byte & 0xC0 != 0x80).count()
}

/// The key file that goes with the passphrase: the one that is there, or a new one.
pub(crate) fn key_file(app: &App, file: &Path) -> Result<KeyFile, Failure> {
    if file.symlink_metadata().is_err() {
        let key = KeyFile::generate();
        write_new(file, key.to_text().as_bytes())?;
        app.ui.note(format!("wrote a new key file: {}", shown_path(file)));
        return Ok(key);
    }
    match given::read_key_file(file)? {
        KeyText::Beside(key) => Ok(key),
        KeyText::Alone(_) => Err(Failure::new(
            Code::Usage,
            format!("{} is a raw key, which opens a vault alone", shown_path(file)),
        )
        .hint("name a new file with --key-file FILE")),
    }
}

/// Writes a file that was not there before, for its owner alone.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        let code = match e.kind() {
            std::io::ErrorKind::AlreadyExists => Code::Exists,
            _ => Code::Other,
        };
        Failure::new(code, format!("{}: {e}", shown_path(path)))
    };
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.sync_all().map_err(failed)
}
