//! Making a vault: its passphrase, its recovery code, its key files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use azvault_model::Secret;
use azvault_vault::{
    Cost, Error, KeyFile, Made, NewSlot, NewVault, Opener, Over, RawKey, RecoveryCode, SlotKind,
    Vault, write_file,
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::app::App;
use crate::console::{Answer, Prompt};
use crate::failure::{Failure, Kind};
use crate::strength;
use crate::strength::Strength;
use crate::text::shown_path;
use crate::unlock_inputs;
use crate::unlock_inputs::{KeyText, UnlockInput};
use crate::{paths, policy, private_file};

/// What the vault shall be.
pub struct NewVaultRequest {
    /// The verb that makes it.
    pub verb: &'static str,
    pub cost: Cost,
    pub recovery: Recovery,
    pub raw_key_file: Option<PathBuf>,
}

/// Where the recovery code goes.
pub enum Recovery {
    Shown,
    File(PathBuf),
    None,
}

#[derive(Serialize)]
pub struct Document {
    schema: u8,
    vault: String,
    id: String,
    fingerprint: String,
}

/// What `init -o json` prints. Never the recovery code.
pub fn document(path: &Path, vault: &Vault) -> Result<Document, Failure> {
    Ok(Document {
        schema: 1,
        vault: path.display().to_string(),
        id: vault.id().to_string(),
        fingerprint: vault.fingerprint()?,
    })
}

/// Creates the vault of this run and gives it back unlocked, with what opens it.
///
/// Nothing is written before everything was asked and derived. The files that hold keys come before
/// the vault: a vault whose key was never written could not be opened again. What fails leaves
/// neither.
pub fn create(app: &App, request: NewVaultRequest) -> Result<(Vault, UnlockInput), Failure> {
    let path = app.vault_path()?;
    let anchors = paths::anchors()?;
    if let Some(pin) = &app.options.expect_vault {
        let what = format!("a new vault would not be the expected one, {pin}");
        return Err(Failure::new(Kind::Integrity, what)
            .hint("name the expected one with --vault FILE, or leave out --expect-vault"));
    }
    if path.symlink_metadata().is_ok() {
        return Err(Failure::new(Kind::Exists, format!("{} exists already", shown_path(&path)))
            .hint("azvault status, or name another file with --vault FILE"));
    }
    azvault_vault::check_place(&path).map_err(|e| not_made(e, &path))?;
    policy::costs_enough(app, request.cost)?;
    policy::new_vault(app, &kinds(app, &request))?;
    let passphrase = passphrase(app)?;
    if matches!(request.recovery, Recovery::Shown) {
        check_shown(app, request.verb)?;
    }
    let (given, new_key_file) = given(app, passphrase)?;
    let code = match request.recovery {
        Recovery::None => None,
        Recovery::Shown | Recovery::File(_) => Some(RecoveryCode::generate()),
    };
    let raw_key = request.raw_key_file.as_ref().map(|_| RawKey::generate());
    let mut slots = vec![NewSlot {
        opener: given.opener(),
        cost: request.cost,
        label: "passphrase".to_owned(),
    }];
    let alone = |opener, label: &str| NewSlot { opener, cost: Cost::DEFAULT, label: label.into() };
    slots.extend(code.as_ref().map(|code| alone(Opener::RecoveryCode(code), "recovery code")));
    slots.extend(raw_key.as_ref().map(|key| alone(Opener::RawKey(key), "raw key")));
    let spinner = app.console.spinner("deriving the key");
    let new = NewVault::with_slots(&slots);
    drop(spinner);
    let new = new.map_err(|e| not_made(e.at(&path), &path))?;
    drop(slots);

    let mut written = Written::default();
    if let (Recovery::File(file), Some(code)) = (&request.recovery, &code) {
        written.add(file, code.to_text().as_bytes())?;
    }
    if let (Some(file), Some(key)) = (&request.raw_key_file, &raw_key) {
        written.add(file, key.to_text().as_bytes())?;
    }
    if let (Some(file), UnlockInput::PassphraseAndKeyFile(_, key)) = (new_key_file, &given) {
        written.add(file, key.to_text().as_bytes())?;
        app.console.note(format!("wrote a new key file: {}", shown_path(file)));
    }
    // Before the vault has its place: a vault must not stay whose code nobody saw.
    let shown = code.as_ref().filter(|_| matches!(request.recovery, Recovery::Shown));
    if let Some(code) = shown {
        show_once(app, code);
    }
    let vault = new.place(&path, &given.opener(), &anchors).map_err(|e| {
        if shown.is_some() {
            app.console.warning("the recovery code above opens nothing: no vault was made");
        }
        not_made(e, &path)
    })?;
    written.keep();
    Ok((vault, given))
}

/// Files with keys for a vault that is being made. They go again if it is not.
#[derive(Default)]
struct Written(Vec<Made>);

impl Written {
    fn add(&mut self, file: &Path, text: &[u8]) -> Result<(), Failure> {
        let made = write_new(file, text);
        self.0.push(made.map_err(|failure| Failure {
            what: format!("{}; no vault was made", failure.what),
            ..failure
        })?);
        Ok(())
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        for made in &self.0 {
            let _ = made.undo();
        }
    }
}

/// What opens the new vault, and where its key file has yet to be written.
fn given(app: &App, passphrase: Secret) -> Result<(UnlockInput, Option<&Path>), Failure> {
    let Some(file) = app.options.key_file.as_deref() else {
        return Ok((UnlockInput::Passphrase(passphrase), None));
    };
    let (key, new) = match file.symlink_metadata() {
        Ok(_) => (existing_key_file(file)?, None),
        Err(_) => (KeyFile::generate(), Some(file)),
    };
    Ok((UnlockInput::PassphraseAndKeyFile(passphrase, key), new))
}

/// Why there is no vault at that place now, as before.
fn not_made(error: Error, path: &Path) -> Failure {
    let is_full = error.problem.as_io().is_some_and(|e| e.kind() == ErrorKind::StorageFull);
    let mut failure = Failure::from(error);
    if is_full {
        failure.what = format!("{}: the disk is full", shown_path(path));
        failure.hint = Some("make room, or name another place with --vault FILE".into());
    }
    failure.what.push_str("; no vault was made");
    failure
}

/// The ways to unlock it.
fn kinds(app: &App, request: &NewVaultRequest) -> Vec<SlotKind> {
    let mut kinds = vec![match app.options.key_file {
        Some(_) => SlotKind::PassphraseAndKeyFile,
        None => SlotKind::Passphrase,
    }];
    if !matches!(request.recovery, Recovery::None) {
        kinds.push(SlotKind::RecoveryCode);
    }
    kinds.extend(request.raw_key_file.as_ref().map(|_| SlotKind::RawKey));
    kinds
}

/// Refuses to show a recovery code where no person sees it: stderr that is no terminal is a log.
pub fn check_shown(app: &App, verb: &str) -> Result<(), Failure> {
    if app.stderr_is_seen() {
        return Ok(());
    }
    let what =
        "the recovery code would be printed to stderr, which is no terminal that a person reads";
    let or_none = if verb == "key add recovery" {
        String::new()
    } else {
        format!(", or azvault {verb} --no-recovery")
    };
    Err(Failure::new(Kind::NeedsTerminal, what)
        .hint(format!("azvault {verb} --recovery-file FILE{or_none}")))
}

/// Shows a recovery code, which cannot be had again.
pub fn show_once(app: &App, code: &RecoveryCode) {
    app.console.once(
        "recovery code, shown this once: write it down and keep it off this machine",
        code.to_text().as_bytes(),
    );
}

fn passphrase(app: &App) -> Result<Secret, Failure> {
    if let Some(passphrase) = unlock_inputs::passphrase(app)? {
        return strength::checked(app, passphrase);
    }
    let Some(mut terminal) = app.terminal() else {
        return Err(Failure::new(
            Kind::NeedsTerminal,
            "a new vault needs a passphrase and there is no terminal to prompt on",
        )
        .hint("name a file: --passphrase-file FILE"));
    };
    app.console.note("A new vault needs a passphrase: 4 random words will do.");
    ask_new_passphrase(app, &mut *terminal)
}

/// A passphrase for something that is being made: typed twice, or generated.
pub fn ask_new_passphrase(app: &App, terminal: &mut dyn Prompt) -> Result<Secret, Failure> {
    loop {
        let question = "Passphrase (empty: generate one): ";
        let typed = terminal.ask_passphrase(question)?;
        if typed.is_empty() {
            if let Some(generated) = generated(app, terminal)? {
                return Ok(generated);
            }
            continue;
        }
        match strength::check(app, &typed) {
            Err(refused) => {
                app.console.failure(&refused);
                continue;
            }
            Ok(Strength::Fair(bits)) => {
                app.console.warning(format!(
                    "it withstands about 2^{bits} guesses; 4 random words withstand more"
                ));
                if terminal.ask_yes("Use it all the same?")? == Answer::No {
                    continue;
                }
            }
            Ok(Strength::Good) => {}
        }
        if terminal.ask_passphrase("Once more: ")?.same_as(&typed) {
            return Ok(typed);
        }
        app.console.warning("the two differ");
    }
}

fn generated(app: &App, terminal: &mut dyn Prompt) -> Result<Option<Secret>, Failure> {
    let passphrase = azvault_vault::generate_passphrase();
    // EXPOSE: shown once to the person who asked for a generated passphrase, on the terminal.
    app.console.once("generated passphrase", passphrase.expose());
    let kept = terminal.ask_yes("Have you written it down?")?;
    Ok(Some(passphrase).filter(|_| kept == Answer::Yes))
}

/// The key file that goes with the passphrase: the existing one, or a new one that was made for it.
pub fn key_file(app: &App, file: &Path) -> Result<(KeyFile, Option<Made>), Failure> {
    if file.symlink_metadata().is_err() {
        let key = KeyFile::generate();
        let made = write_new(file, key.to_text().as_bytes())?;
        app.console.note(format!("wrote a new key file: {}", shown_path(file)));
        return Ok((key, Some(made)));
    }
    Ok((existing_key_file(file)?, None))
}

fn existing_key_file(file: &Path) -> Result<KeyFile, Failure> {
    match unlock_inputs::read_key_file(file)? {
        KeyText::Beside(key) => Ok(key),
        KeyText::Alone(_) => Err(Failure::new(
            Kind::Usage,
            format!("{} is a raw key, which opens a vault alone", shown_path(file)),
        )
        .hint("name a new file with --key-file FILE")),
    }
}

/// Writes a file that was not there before, for its owner alone: whole, or not at all.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<Made, Failure> {
    private_file::check_place(path)?;
    let line = Zeroizing::new([bytes, b"\n"].concat());
    write_file(path, &line, Over::Nothing, &|_| Ok(())).map_err(|e| {
        let (kind, why) = match e.kind() {
            ErrorKind::AlreadyExists => (Kind::Exists, "exists already".to_owned()),
            _ => (Kind::Other, e.to_string()),
        };
        Failure::new(kind, format!("{}: {why}", shown_path(path)))
    })
}
