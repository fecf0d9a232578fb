//! What a vault holds, in words that two runs of the same command have in common.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use azvault_model::Secret;
use azvault_vault::{Locked, Opener, Problem, Vault};
use data_encoding::HEXLOWER;

use azvault_test_support::{Home, PASSPHRASE};

/// The passphrase that commands change to.
pub(crate) const OTHER: &str = "another horse another staple";

/// A vault at one moment. Ids and times are left out: they differ from run to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Everything that the person stored.
    pub(crate) content: Vec<String>,
    /// Originals whose bytes are sealed in it: where they lay in the home, and their SHA-256.
    pub(crate) sealed: BTreeMap<PathBuf, [u8; 32]>,
    /// What the audit log has, and what opens the vault.
    pub(crate) history: Vec<String>,
    /// What the person stored, as each backup has it.
    pub(crate) backups: Vec<Vec<String>>,
}

/// Whether a command that was broken off left what was before, or what is after. A backup of what
/// goes is whole before it goes: it may be there already, and no vault is after without it.
pub(crate) fn is_whole(found: &Option<State>, ends: &[Option<State>; 2]) -> bool {
    let [before, after] = ends;
    let is_before = || match (found, before, after) {
        (Some(found), Some(before), Some(after)) => {
            let backups = [&before.backups, &after.backups];
            found.content == before.content
                && found.sealed == before.sealed
                && found.history == before.history
                && backups.contains(&&found.backups)
        }
        _ => found == before,
    };
    found == after || is_before()
}

/// The vault of a home, every box of it opened; `None` if there is none.
pub(crate) fn of(home: &Home) -> Option<State> {
    read(home).unwrap()
}

/// As [`of`], for vaults that may be damaged.
pub(crate) fn read(home: &Home) -> Result<Option<State>, Problem> {
    if !home.vault().exists() {
        return Ok(None);
    }
    let mut state = look(home, &home.vault(), &home.join(".local/state/azvault/anchors"))?;
    let folder = fs::read_dir(home.vault().with_file_name("backups"));
    for backup in folder.into_iter().flatten() {
        let path = backup.unwrap().path();
        // What has a dot before its name counts as none.
        if path.file_name().unwrap().as_encoded_bytes()[0] != b'.' {
            // It may be older than the vault, which only a vault must not be.
            let elsewhere = tempfile::tempdir().unwrap();
            state.backups.push(look(home, &path, elsewhere.path())?.content);
        }
    }
    state.backups.sort();
    Ok(Some(state))
}

/// A file of a vault, every box of it opened.
fn look(home: &Home, path: &Path, anchors: &Path) -> Result<State, Problem> {
    let (vault, mut history) = open(path, anchors)?;
    vault.verify_all()?;
    let snapshot = vault.snapshot()?;
    let mut content = Vec::new();
    let mut add = |kind: &str, text: String| content.push(format!("{kind} {text}"));
    for context in snapshot.contexts() {
        add("context", json(&context.value));
    }
    for account in snapshot.accounts() {
        add("account", json(&account.value));
    }
    for environment in snapshot.environments() {
        add("environment", json(&environment.value));
    }
    let values = snapshot.open_secrets()?;
    for (secret, value) in snapshot.secrets().iter().zip(&values) {
        // EXPOSE: compared with what another run stored.
        let digest = HEXLOWER.encode(&azvault_vault::sha256(value.expose()));
        add("secret", format!("{:?} {digest}", secret.description));
    }
    add("default", snapshot.settings().default.map_or_else(String::new, |name| json(&name)));
    content.sort();
    let mut sealed = BTreeMap::new();
    for file in snapshot.imports().iter().flat_map(|import| &import.value.files) {
        let Some(original) = &file.original else { continue };
        let place = file.path.strip_prefix(home.path()).unwrap().to_owned();
        let bytes = snapshot.original(original)?;
        sealed.insert(place, azvault_vault::sha256(&bytes));
    }
    let log = snapshot.audit_log()?;
    history.extend(log.into_iter().map(|logged| logged.entry.verb));
    Ok(State { content, sealed, history, backups: Vec::new() })
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// The vault, and what can be known of the ways to open it.
fn open(path: &Path, anchors: &Path) -> Result<(Vault, Vec<String>), Problem> {
    for passphrase in [PASSPHRASE, OTHER] {
        let opener = Secret::copied_from(passphrase.as_bytes());
        let locked = Locked::open(path)?;
        let Ok(keys) = locked.keys(&Opener::Passphrase(&opener)) else { continue };
        let slots = locked.slots().iter().map(|slot| slot.kind.as_str().to_owned());
        let mut ways: Vec<_> = slots.collect();
        ways.extend([passphrase.to_owned(), format!("epoch {}", locked.epoch())]);
        return Ok((locked.unlock_with(Box::new(keys), anchors)?, ways));
    }
    Err(Problem::WrongKey)
}
