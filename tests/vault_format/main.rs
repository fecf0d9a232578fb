//! The specification and the file are one: the worked example, and a reader in another language.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

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
    RawKey, RecoveryCode, Settings, Subject, Tampered, Try, Vault, Writing, seal_export, sha256,
};
use azvault_vault::{Table, worked_example};
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
    expected.extend([Table::Record as u8, 0]);
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
            id: subscription.to_owned(),
            name: None,
            state: Some("Enabled".to_owned()),
        }),
        environment: Some("AzureCloud".to_owned()),
        version_profile: None,
        extended_properties: BTreeMap::new(),
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

/// Typed in another composition than that of the world: the same passphrase.
const TYPED: &str = "pa\u{308}ssphrase of the wo\u{308}rld";

/// What the reader in another language prints for whoever has that secret.
fn read_in_python(arguments: &[&OsStr], secret: &str) -> serde_json::Value {
    let mut reader = Command::new("python3")
        .arg(root().join("tests/vault_reader.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(reader.stdin.take().unwrap(), "{secret}").unwrap();
    let output = reader.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "python3 -m pip install -r tests/requirements.txt\n{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_reader_written_from_the_page_reads_what_was_written() {
    let world = World::new();
    fill(&mut world.create()).unwrap();
    let read = read_in_python(&[world.path().as_os_str()], TYPED);
    assert_eq!(read["generation"], 2);
    let records = read["records"].as_array().unwrap();
    let of_kind = |kind: &str| records.iter().filter(|r| r["kind"] == kind).collect::<Vec<_>>();
    let mut names: Vec<_> =
        of_kind("context").iter().map(|r| r["value"]["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["prød 0", "prød 1", "prød 2"]);
    assert_eq!(of_kind("context")[0]["kept"]["/NewThing"]["a"], 1.5);
    let mut values: Vec<_> = of_kind("secret")
        .iter()
        .map(|r| BASE64.decode(r["secret"].as_str().unwrap().as_bytes()).unwrap())
        .collect();
    values.sort_unstable();
    assert_eq!(values, [b"token number 0", b"token number 1", b"token number 2"]);
    assert_eq!(of_kind("settings")[0]["value"]["default"], "prød 1");
    let file = &of_kind("import")[0]["value"]["files"][0];
    assert_eq!(file["data_sha256"], file["sha256"]);
    let audit = read["audit"].as_array().unwrap();
    let verbs: Vec<_> = audit.iter().map(|entry| entry["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["migrate run", "secret reveal", "context remove"]);
    assert_eq!(audit[0]["subjects"][0]["what"], "context prød 1");
    assert_eq!(audit[0]["actor"]["uid"], 1000);
}

#[test]
fn a_reader_written_from_the_page_opens_a_rotated_vault_by_each_kind_of_slot() {
    let world = World::new();
    let mut vault = world.create();
    fill(&mut vault).unwrap();
    let before = read_in_python(&[world.path().as_os_str()], TYPED);
    let other = Secret::copied_from(b"another passphrase");
    let (files, raws) =
        ([(), ()].map(|()| KeyFile::generate()), [(), ()].map(|()| RawKey::generate()));
    let codes = [(), ()].map(|()| RecoveryCode::generate());
    let rings = [(), ()].map(|()| RawKey::generate());
    let mut openers = vec![Opener::Passphrase(&world.passphrase), Opener::Passphrase(&other)];
    for key_file in &files {
        openers.push(Opener::PassphraseAndKeyFile { passphrase: &other, key_file });
    }
    openers.extend(raws.iter().map(Opener::RawKey));
    openers.extend(codes.iter().map(Opener::RecoveryCode));
    openers.extend(rings.iter().map(Opener::Keyring));
    let prepare =
        |opener| NewSlot { opener, cost: Cost::FLOOR, label: "mine".to_owned() }.prepare().unwrap();
    let mut slots: Vec<_> = (1..).zip(openers.into_iter().map(prepare)).collect();
    let key = Locked::open(&world.path()).unwrap();
    let key = key.master_key(&Opener::Passphrase(&world.passphrase), Try::All).unwrap();
    vault
        .write(|writing| {
            slots[1..].iter().try_for_each(|(_, slot)| writing.add_slot(&key, slot).map(drop))
        })
        .unwrap();
    let rotate = |vault: &mut Vault, slots: &[_]| {
        vault.rotate(slots, |_| Ok::<_, Problem>(entry("key rotate")), &mut |_, _| {}).unwrap()
    };
    // Twice: what was sealed anew is sealed anew.
    rotate(&mut vault, &slots);
    assert_eq!(rotate(&mut vault, &slots).epoch, 3);

    let key_files = [("file 1", &files[0]), ("file 2", &files[1])].map(|(name, key_file)| {
        let path = world.folder.path().join(name);
        std::fs::write(&path, key_file.to_text().as_bytes()).unwrap();
        path
    });
    let mut secrets: Vec<(String, Option<&Path>)> = vec![(TYPED.to_owned(), None)];
    secrets.push(("another passphrase".to_owned(), None));
    secrets.extend(key_files.iter().map(|f| ("another passphrase".to_owned(), Some(f.as_path()))));
    secrets.extend(raws.iter().chain(&rings).map(|key| (key.to_text().to_string(), None)));
    secrets.extend(codes.iter().map(|code| (code.to_text().to_string(), None)));
    assert_eq!(secrets.len(), slots.len());
    for (secret, key_file) in secrets {
        let vault = world.path();
        let arguments: Vec<_> =
            [vault.as_path()].into_iter().chain(key_file).map(Path::as_os_str).collect();
        let read = read_in_python(&arguments, &secret);
        // The same records with the same values, under other pins.
        let plain = |read: &serde_json::Value| {
            let mut records = read["records"].clone();
            for record in records.as_array_mut().unwrap() {
                let value = record["value"].as_object_mut().unwrap();
                value.remove("pin");
                for file in
                    value.get_mut("files").and_then(|f| f.as_array_mut()).into_iter().flatten()
                {
                    file["original"].as_object_mut().unwrap().remove("pins").unwrap();
                }
            }
            records
        };
        assert_eq!(plain(&read), plain(&before));
        assert_eq!((&read["epoch"], &read["generation"]), (&3.into(), &5.into()));
        assert_eq!(read["labels"].as_object().unwrap().len(), 10);
        let verbs: Vec<_> =
            read["audit"].as_array().unwrap().iter().map(|entry| entry["verb"].clone()).collect();
        let last = ["migrate run", "secret reveal", "context remove", "key rotate", "key rotate"];
        assert_eq!(verbs, last);
    }
    slots.truncate(1);
    assert_eq!(rotate(&mut vault, &slots).dropped.len(), 9);
}

#[test]
fn a_reader_written_from_the_page_opens_an_export() {
    let world = World::new();
    let held = |value: &[u8]| HeldSecret {
        description: SecretDescription::of(SecretKind::RefreshToken),
        value: Secret::copied_from(value),
    };
    // Larger than one part.
    let large = vec![7; 16 * 1024 * 1024 + 5];
    let profile = Profile {
        contexts: vec![context("prød 1", "s1"), context("prød 2", "s2")],
        default: Some(ContextName::new("prød 1")),
        secrets: vec![held(b"token\0\xff"), held(&large), held(b"the last")],
        autosave: Some(AutosaveMode::Process),
        ..Profile::default()
    };
    let sealed = seal_export(&profile, &world.passphrase, Cost::FLOOR).unwrap();
    let path = world.folder.path().join("moved.azvault");
    std::fs::write(&path, sealed).unwrap();
    let read = read_in_python(&[OsStr::new("--export"), path.as_os_str()], TYPED);
    let contexts = read["contexts"].as_array().unwrap();
    let names: Vec<_> = contexts.iter().map(|c| c["value"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["prød 1", "prød 2"]);
    assert_eq!(contexts[0]["kept"]["/NewThing"]["a"], 1.5);
    assert_eq!(read["default"], "prød 1");
    assert_eq!(read["autosave"], "Process");
    let values = read["secrets"].as_array().unwrap().iter();
    let values: Vec<_> =
        values.map(|s| BASE64.decode(s["secret"].as_str().unwrap().as_bytes()).unwrap()).collect();
    assert_eq!(values, [&b"token\0\xff"[..], &large, b"the last"]);
    assert_eq!(read["secrets"][0]["kind"], "refresh_token");
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
    assert!(snapshot.contexts()[0].value.kept.is_empty());
    drop(snapshot);
    let snapshot = vault.snapshot_with_kept().unwrap();
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
    let more = |writing: &mut Writing<'_>| (0..7).try_for_each(|_| writing.log(entry("use")));
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
