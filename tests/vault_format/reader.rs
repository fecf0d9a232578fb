//! A reader in another language, written from the page alone.

use super::*;

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
