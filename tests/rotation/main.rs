//! Slots that come and go, and new keys for everything: what opens, what no longer does, and what
//! is left of the old ones in the file.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod between;
mod keys;
mod slots;

use std::collections::BTreeMap;
use std::path::PathBuf;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_os::file::{FileIdentity, Owner, Permissions};
use azvault_vault::{
    Actor, AnchorMismatch, Cost, Entry, Error, Import, ImportedFile, KeyFile, Locked, MasterKey,
    NewSlot, Opener, PreparedSlot, Problem, RawKey, RecoveryCode, Rotated, SealerError, SlotError,
    Subject, Tampered, Try, Vault, sha256,
};
use proptest::prelude::*;

struct World {
    folder: tempfile::TempDir,
    passphrase: Secret,
    raw: RawKey,
}

fn new<'a>(opener: Opener<'a>, cost: Cost) -> NewSlot<'a> {
    NewSlot { opener, cost, label: "a label".to_owned() }
}

fn prepared(opener: Opener<'_>) -> PreparedSlot {
    new(opener, Cost::FLOOR).prepare().unwrap()
}

fn entry(verb: &str) -> Entry {
    Entry {
        time: 1_700_000_000,
        verb: verb.to_owned(),
        subjects: vec![Subject { id: None, what: "slot".to_owned() }],
        actor: Actor { user: Owner::of_record(1000), pid: 7, parent: None },
    }
}

impl World {
    /// A vault with a passphrase and a raw key.
    fn new() -> (Self, Vault) {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
            passphrase: Secret::copied_from(b"correct horse battery staple"),
            raw: RawKey::generate(),
        };
        let slots = [new(world.by_passphrase(), Cost::FLOOR), new(world.by_raw(), Cost::FLOOR)];
        let vault = azvault_vault::create(&world.path(), &slots, &world.anchors()).unwrap();
        (world, vault)
    }

    fn by_passphrase(&self) -> Opener<'_> {
        Opener::Passphrase(&self.passphrase)
    }

    fn by_raw(&self) -> Opener<'_> {
        Opener::RawKey(&self.raw)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }

    fn anchors(&self) -> PathBuf {
        self.folder.path().join("anchors")
    }

    fn open(&self, opener: &Opener<'_>) -> Result<Vault, Problem> {
        Ok(Locked::open(&self.path())?.unlock(opener, &self.anchors())?)
    }

    fn master_key(&self) -> MasterKey {
        Locked::open(&self.path()).unwrap().master_key(&self.by_raw(), Try::All).unwrap()
    }

    /// Slots as the file has them, whole.
    fn slot_boxes(&self) -> Vec<Vec<u8>> {
        self.column("SELECT box FROM slot")
    }

    fn column(&self, query: &str) -> Vec<Vec<u8>> {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }
}

fn secret(number: u32) -> Vec<u8> {
    format!("secret number {number} {}", "x".repeat(usize::try_from(number % 7).unwrap() * 300))
        .into_bytes()
}

/// Secrets, an original of two parts, and a log.
fn fill(vault: &mut Vault, secrets: u32) {
    vault
        .write(|writing| -> Result<(), Problem> {
            for number in 0..secrets {
                let about = SecretDescription::of(SecretKind::RefreshToken);
                let value = Secret::copied_from(&secret(number));
                writing.add_secret(&about, &value, 1_700_000_000 + i64::from(number))?;
                writing.log(entry("import"))?;
            }
            let bytes = vec![7; 1024 * 1024 + 5];
            let original = Some(writing.add_original(&bytes)?);
            let file = ImportedFile {
                path: "/home/ada/.Azure/AzureRmContext.json".into(),
                format: String::new(),
                product: String::new(),
                outcome: String::new(),
                permissions: Permissions::of_record(0o600),
                owner: Owner::of_record(1000),
                modified_ns: 1,
                size: bytes.len() as u64,
                identity: FileIdentity::of_record([1, 2]),
                sha256: sha256(&bytes),
                kept: azvault_model::Kept::default(),
                original,
                removed: None,
                links: Vec::new(),
            };
            writing.add_import(&Import { created: 1, files: vec![file], ..Import::default() })?;
            writing.put_settings(&azvault_vault::Settings::default()).map(drop)
        })
        .unwrap();
}

fn secrets(vault: &Vault) -> Vec<Vec<u8>> {
    let snapshot = vault.snapshot().unwrap();
    let mut values: Vec<_> =
        snapshot.open_secrets().unwrap().iter().map(|secret| secret.expose().to_vec()).collect();
    values.sort_unstable();
    values
}

fn rotate(vault: &mut Vault, kept: &[(i64, PreparedSlot)]) -> Result<Rotated, Problem> {
    Ok(vault.rotate(kept, |_| Ok::<_, Problem>(entry("key rotate")), &mut |_, _| {})?)
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
