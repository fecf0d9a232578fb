//! The specification and the file are one: the worked example, and a reader in another language.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

mod reader;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use azvault_model::{
    AutosaveMode, Context, ContextName, HeldSecret, Kept, Profile, Secret, SecretDescription,
    SecretKind, Subscription,
};
use azvault_os::file::{FileIdentity, Owner, Permissions};
use azvault_vault::{
    Actor, Cost, Entry, Error, Import, ImportedFile, KeyFile, Locked, NewSlot, Opener, Problem,
    RawKey, RecoveryCode, Settings, Subject, Tampered, Transaction, Try, Vault, seal_export,
    sha256,
};
use azvault_vault::{BoxKind, worked_example};
use data_encoding::{BASE64, HEXLOWER};
use zeroize::Zeroizing;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/vault-format.md")).unwrap()
}

#[test]
fn the_worked_example_of_the_page_is_right() {
    let page = page();
    let value = |name: &str| {
        let line = page.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_once("= ").unwrap().1.trim().to_owned()
    };
    let bytes = |text: &str| HEXLOWER.decode(text.as_bytes()).unwrap();
    let ad = page.lines().find(|line| line.starts_with("     = ")).unwrap();
    let ad = bytes(ad.trim().strip_prefix("= ").unwrap());
    let vault: Vec<u8> = (0x40..0x50).collect();
    let mut expected = b"azv1".to_vec();
    expected.extend(vault);
    expected.extend(1_u32.to_be_bytes());
    expected.extend([BoxKind::Record as u8, 0]);
    expected.extend(5_i64.to_be_bytes());
    expected.extend(3_i64.to_be_bytes());
    assert_eq!(HEXLOWER.encode(&ad), HEXLOWER.encode(&expected));
    let sealed = worked_example(
        bytes(&value("K  ")).try_into().unwrap(),
        bytes(&value("salt")).try_into().unwrap(),
        &ad,
        value("pt ").as_bytes(),
    );
    assert_eq!(HEXLOWER.encode(&sealed), value("box "));
}

struct World {
    folder: tempfile::TempDir,
    passphrase: Secret,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, passphrase: Secret::copied_from("pässphrase of the wörld".as_bytes()) }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }

    fn anchors(&self) -> PathBuf {
        self.folder.path().join("anchors")
    }

    fn create(&self) -> Vault {
        let slot = NewSlot {
            opener: Opener::Passphrase(&self.passphrase),
            cost: Cost::FLOOR,
            label: "mine".to_owned(),
        };
        azvault_vault::create(&self.path(), &[slot], &self.anchors()).unwrap()
    }

    fn open(&self) -> Result<Vault, Problem> {
        let opener = Opener::Passphrase(&self.passphrase);
        Ok(Locked::open(&self.path())?.unlock(&opener, &self.anchors())?)
    }
}

fn context(name: &str, subscription: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: None,
        tenant: None,
        subscription: Some(Subscription {
            id: subscription.into(),
            name: None,
            state: Some("Enabled".into()),
        }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: BTreeMap::new(),
        labels: Default::default(),
        kept: Kept::new(Zeroizing::new("{\"/NewThing\":{\"a\": 1.50}}".to_owned())),
    }
}

fn fill(vault: &mut Vault) -> Result<(), Error> {
    vault.write(|writing| -> Result<(), Problem> {
        for number in 0..3 {
            writing.put_context(None, &context(&format!("prød {number}"), "s1"))?;
            let about = SecretDescription::of(SecretKind::RefreshToken);
            let value = Secret::copied_from(format!("token number {number}").as_bytes());
            writing.add_secret(&about, &value, 1_700_000_000)?;
        }
        let bytes = vec![7; 1024 * 1024 + 5];
        let original = Some(writing.add_original(&bytes)?);
        let file = ImportedFile {
            path: "/home/megan/.Azure/AzureRmContext.json".into(),
            format: "azps-context".to_owned(),
            product: "azure-powershell".to_owned(),
            outcome: "accept".to_owned(),
            permissions: Permissions::of_record(0o644),
            owner: Owner::of_record(1000),
            modified_ns: 1_234_567_890_123_456_789,
            size: bytes.len() as u64,
            identity: FileIdentity::of_record([1, 2]),
            sha256: sha256(&bytes),
            kept: Kept::default(),
            original,
            removed: None,
            links: Vec::new(),
        };
        writing.add_import(&Import {
            created: 1_700_000_000,
            files: vec![file],
            ..Import::default()
        })?;
        let default = Some(ContextName::new("prød 1"));
        writing.put_settings(&Settings { default, ..Settings::default() })?;
        for verb in ["migrate run", "secret reveal", "context remove"] {
            writing.log(entry(verb))?;
        }
        Ok(())
    })
}

fn entry(verb: &str) -> Entry {
    Entry {
        time: 1_700_000_000,
        verb: verb.to_owned(),
        subjects: vec![Subject { id: None, what: "context prød 1".to_owned() }],
        actor: Actor { user: Owner::of_record(1000), pid: 7, parent: Some("bash".to_owned()) },
    }
}

#[test]
fn what_is_written_is_read_back_and_a_failed_write_changes_nothing() {
    let world = World::new();
    let mut vault = world.create();
    fill(&mut vault).unwrap();
    let before = std::fs::read(world.path()).unwrap();
    let failed = vault.write(|writing| -> Result<(), Problem> {
        writing.put_context(None, &context("half done", "s9"))?;
        Err(Problem::WrongKey)
    });
    assert!(matches!(failed, Err(Error { problem: Problem::WrongKey, .. })));
    assert_eq!(std::fs::read(world.path()).unwrap(), before);
    drop(vault);
    let vault = world.open().unwrap();
    let snapshot = vault.snapshot().unwrap();
    assert_eq!(snapshot.contexts().len(), 3);
    let kept = snapshot.contexts();
    assert_eq!(kept[0].value.kept.as_json(), "{\"/NewThing\":{\"a\": 1.50}}");
    let file = &snapshot.imports()[0].value.files[0];
    assert_eq!(file.modified_ns, 1_234_567_890_123_456_789);
    let original = snapshot.original(file.original.as_ref().unwrap()).unwrap();
    assert_eq!(sha256(&original), file.sha256);
    drop(snapshot);
    let verified = vault.verify_all().unwrap();
    assert_eq!((verified.records, verified.secrets, verified.originals), (8, 3, 2));
}

#[test]
fn settings_that_are_written_twice_in_their_first_transaction_are_one_record() {
    let world = World::new();
    let mut vault = world.create();
    let default = Some(ContextName::new("second"));
    let written = vault.write(|writing| {
        let first = writing.put_settings(&Settings::default())?;
        let second =
            writing.put_settings(&Settings { default: default.clone(), ..Settings::default() })?;
        assert_eq!(first, second);
        Ok::<_, Problem>(())
    });
    written.unwrap();
    drop(vault);
    let vault = world.open().unwrap();
    assert_eq!(vault.verify_all().unwrap().records, 1);
    assert_eq!(vault.snapshot().unwrap().settings().default, default);
}

#[test]
fn damage_to_the_files_structure_is_found_without_a_key() {
    let world = World::new();
    fill(&mut world.create()).unwrap();
    assert!(Locked::open(&world.path()).unwrap().quick_check().is_ok());
    let mut file = std::fs::read(world.path()).unwrap();
    // As many free pages as there are not: no row is on one, so nothing else would notice.
    file[36..40].copy_from_slice(&7_u32.to_be_bytes());
    std::fs::write(world.path(), file).unwrap();
    let checked = Locked::open(&world.path()).unwrap().quick_check();
    assert!(matches!(checked, Err(Error { problem: Problem::Tampered(_), .. })), "{checked:?}");
}

#[test]
fn an_edited_audit_log_is_refused_and_the_first_bad_entry_is_named() {
    let world = World::new();
    fill(&mut world.create()).unwrap();
    let mut vault = world.open().unwrap();
    let more = |writing: &mut Transaction<'_>| (0..7).try_for_each(|_| writing.log(entry("use")));
    vault.write(more).unwrap();
    assert_eq!(vault.snapshot().unwrap().audit_log().unwrap().len(), 10);
    drop(vault);
    let whole = std::fs::read(world.path()).unwrap();
    for (edit, bad) in [
        ("UPDATE audit SET box = zeroblob(200) WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 5", 5),
        (
            "UPDATE audit SET seq = 20 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6;
          UPDATE audit SET seq = 6 WHERE seq = 20",
            5,
        ),
        ("UPDATE audit SET box = (SELECT box FROM audit WHERE seq = 2) WHERE seq = 7", 7),
        // The ends are those that the head names: already reading anything else notices.
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 10", 10),
        ("DELETE FROM audit", 1),
    ] {
        std::fs::write(world.path(), &whole).unwrap();
        let connection = rusqlite::Connection::open(world.path()).unwrap();
        connection.execute_batch(edit).unwrap();
        drop(connection);
        let vault = world.open().unwrap();
        assert_eq!(vault.snapshot().is_err(), [1, 10].contains(&bad), "{edit}");
        let read = vault.snapshot().and_then(|snapshot| snapshot.audit_log().map(drop));
        match read.map_err(|e| e.problem) {
            Err(Problem::Tampered(Tampered::AuditEntry { seq, .. })) => {
                assert_eq!(seq, bad, "{edit}");
            }
            found => panic!("{edit}: {found:?}"),
        }
        assert!(vault.verify_all().is_err(), "{edit}");
    }
}

#[test]
fn a_log_of_one_entry_cannot_be_emptied() {
    let world = World::new();
    let mut vault = world.create();
    vault.write(|writing| writing.log(entry("use"))).unwrap();
    assert_eq!(vault.snapshot().unwrap().audit_log().unwrap().len(), 1);
    drop(vault);
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    connection.execute_batch("DELETE FROM audit").unwrap();
    drop(connection);
    assert!(world.open().unwrap().snapshot().is_err());
}
