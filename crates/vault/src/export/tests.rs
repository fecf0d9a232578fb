use azvault_model::{
    Account, AccountType, AutosaveMode, Context, ContextAccount, ContextName, Environment,
    HeldSecret, Kept, Profile, Secret, SecretDescription, SecretKind, Subscription, Tenant,
};
use zeroize::Zeroizing;

use super::{
    PADDING, PART, aad, decode, derive, encode, head, is_export, open_export, read, seal_export,
    write,
};
use crate::error::Problem;
use crate::format::box_address::{ExportEnd, OwnKeyBox};
use crate::format::kdf::{Cost, KdfError};
use crate::format::key::Key;
use crate::format::sealed_box;
use crate::format::sealed_box::OVERHEAD;

fn map(name: &str, value: &str) -> std::collections::BTreeMap<String, String> {
    [(name.to_owned(), value.to_owned())].into()
}

fn profile() -> Profile {
    let account = ContextAccount {
        id: "megan@contoso.example".into(),
        account_type: AccountType::new("User"),
        properties: map("Tenants", "t"),
    };
    let context = Context {
        name: ContextName::new("prod \"東京\"\u{202e}"),
        account: Some(account),
        tenant: Some(Tenant { id: "t".into(), name: Some("Contoso".into()) }),
        subscription: Some(Subscription { id: "s".into(), name: None, state: None }),
        environment: Some("Hub".into()),
        version_profile: Some("2019-03-01-hybrid".into()),
        extended_properties: map("Default Resource Group", "rg"),
        labels: Default::default(),
        kept: Kept::new(Zeroizing::new("{\"/New\":{\"a\": 1.50}}".to_owned())),
    };
    let held = |value: &[u8]| HeldSecret {
        description: SecretDescription {
            account: Some("megan@contoso.example".into()),
            expires_on: Some(7),
            ..SecretDescription::of(SecretKind::RefreshToken)
        },
        value: Secret::copied_from(value),
    };
    Profile {
        contexts: vec![context],
        default: Some(ContextName::new("prod \"東京\"\u{202e}")),
        default_at: None,
        accounts: vec![Account {
            id: "megan@contoso.example".into(),
            account_type: AccountType::new("User"),
            environment: None,
            home_account_id: Some("o.t".into()),
            tenants: vec!["t".into()],
            properties: map("name", "Megan"),
        }],
        environments: vec![Environment { name: "Hub".to_owned(), settings: map("a", "b") }],
        secrets: vec![held(b"FAKE-REFRESH-TOKEN"), held(b""), held(b"\x00\xff ends in zero \0\0")],
        autosave: Some(AutosaveMode::Process),
        kept: Kept::new(Zeroizing::new("{\"/Root\":[ ]}".to_owned())),
    }
}

fn assert_same(opened: &Profile, before: &Profile) {
    assert_eq!(opened.contexts.len(), before.contexts.len());
    for (opened, before) in opened.contexts.iter().zip(&before.contexts) {
        assert!(opened.says_the_same_as(before), "{:?}", before.name);
    }
    assert_eq!(opened.default, before.default);
    assert_eq!(opened.accounts, before.accounts);
    assert_eq!(opened.environments, before.environments);
    assert_eq!(opened.autosave, before.autosave);
    assert_eq!(opened.kept.as_json(), before.kept.as_json());
    assert_eq!(opened.secrets.len(), before.secrets.len());
    for (opened, before) in opened.secrets.iter().zip(&before.secrets) {
        assert_eq!(opened.description, before.description);
        assert!(opened.value.same_as(&before.value));
    }
}

fn passphrase() -> Secret {
    Secret::copied_from("pässphrase of the wörld".as_bytes())
}

#[test]
fn an_export_opens_with_its_passphrase_alone_and_holds_everything() {
    let sealed = seal_export(&profile(), &passphrase(), Cost::FLOOR).unwrap();
    assert!(is_export(&sealed));
    assert_same(&open_export(&sealed, &passphrase()).unwrap(), &profile());
    let composed = Secret::copied_from("pa\u{308}ssphrase of the wo\u{308}rld".as_bytes());
    assert_same(&open_export(&sealed, &composed).unwrap(), &profile());
    for (wrong, what) in [(&b"another"[..], "another"), (b"", "none"), (&[b'x'; 1025], "long")] {
        let opened = open_export(&sealed, &Secret::copied_from(wrong));
        assert!(matches!(opened, Err(Problem::WrongKey)), "{what}");
    }
    let empty = seal_export(&Profile::default(), &passphrase(), Cost::FLOOR).unwrap();
    assert_same(&open_export(&empty, &passphrase()).unwrap(), &Profile::default());
    // Nothing is told apart by its size until it is larger than the padding.
    assert_eq!(sealed.len(), 36 + 2 * OVERHEAD + PADDING);
    assert_eq!(sealed.len(), empty.len());
    for word in ["megan", "FAKE", "Hub", "contexts", "azv"] {
        let found = sealed.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!found, "{word} stands in the file");
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_the_boxes_is_refused() {
    let (salt, key) = ([9; 16], Key::copied_from(&[5; 32]));
    let sealed = write(&key, &salt, Cost::FLOOR, &encode(&profile()), PART);
    let boxes = &sealed[36..];
    assert_same(&decode(&read(&key, &salt, boxes, PART).unwrap()).unwrap(), &profile());
    let refused = |boxes: &[u8]| match read(&key, &salt, boxes, PART) {
        Err(Problem::Tampered { .. }) => true,
        // Of the lock, damage and a wrong passphrase look alike.
        Err(Problem::WrongKey) => boxes[..OVERHEAD] != sealed[36..36 + OVERHEAD],
        _ => false,
    };
    let mut flipped = boxes.to_vec();
    for bit in 0..boxes.len() * 8 {
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(&flipped), "bit {bit}");
        flipped[bit / 8] ^= 1 << (bit % 8);
    }
    for length in 0..boxes.len() {
        assert!(refused(&boxes[..length]), "{length} bytes");
    }
    let longer = [boxes, b"\0"].concat();
    assert!(refused(&longer));
}

#[test]
fn every_byte_of_the_head_counts() {
    let sealed = seal_export(&profile(), &passphrase(), Cost::FLOOR).unwrap();
    for at in 0..36 {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let opened = open_export(&changed, &passphrase());
        let wanted = match at {
            // `AZVEXP0`, and names that are none.
            0..8 => matches!(opened, Err(Problem::NotAVault { .. })),
            // Memory, passes and lanes out of bounds, else another key.
            8..20 => matches!(opened, Err(Problem::KdfOutOfBounds { .. } | Problem::WrongKey)),
            _ => matches!(opened, Err(Problem::WrongKey)),
        };
        assert!(wanted, "byte {at}");
    }
    for length in 0..sealed.len().min(36 + OVERHEAD) {
        assert!(open_export(&sealed[..length], &passphrase()).is_err(), "{length} bytes");
    }
}

#[test]
fn more_work_than_any_export_may_ask_for_is_refused_before_memory_is_taken() {
    for (numbers, wanted) in [
        ([u32::MAX, 3, 1], KdfError::Memory(u32::MAX)),
        ([1024 * 1024 + 1, 1, 1], KdfError::Memory(1024 * 1024 + 1)),
        ([0, 3, 1], KdfError::Memory(0)),
        ([65_536, 0, 1], KdfError::Passes(0)),
        ([65_536, u32::MAX, 1], KdfError::Passes(u32::MAX)),
        ([65_536, 3, 0], KdfError::Lanes(0)),
        ([65_536, 3, u32::MAX], KdfError::Lanes(u32::MAX)),
        ([1024 * 1024, 5, 1], KdfError::Work(5 * 1024 * 1024)),
        ([19_456, 1, 1], KdfError::Work(19_456)),
    ] {
        let mut file = b"AZVEXP1\n".to_vec();
        file.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        file.extend([0; 16 + 2 * OVERHEAD]);
        // The head is read without key and passphrase: nothing can have been derived.
        let refused = head(&file).err();
        let source = match &refused {
            Some(Problem::KdfOutOfBounds { source, .. }) => Some(*source),
            _ => None,
        };
        assert_eq!(source, Some(wanted));
        assert!(matches!(open_export(&file, &passphrase()), Err(Problem::KdfOutOfBounds { .. })));
    }
}

#[test]
fn parts_that_are_swapped_doubled_missing_or_of_another_file_are_refused() {
    let (salt, key) = ([9; 16], Key::copied_from(&[5; 32]));
    let part = PADDING / 4;
    let text = encode(&profile());
    let sealed = write(&key, &salt, Cost::FLOOR, &text, part);
    let (lock, rest) = sealed[36..].split_at(OVERHEAD);
    let parts: Vec<&[u8]> = rest.chunks(part + OVERHEAD).collect();
    assert_eq!(parts.len(), 4);
    let open = |parts: &[&[u8]]| read(&key, &salt, &[&[lock], parts].concat().concat(), part);
    assert_eq!(open(&parts).unwrap()[..], text[..], "the control");
    let elsewhere = write(&key, &[8; 16], Cost::FLOOR, &text, part);
    let foreign = &elsewhere[36 + OVERHEAD..][..part + OVERHEAD];
    for (what, order) in [
        ("swapped", vec![parts[1], parts[0], parts[2], parts[3]]),
        ("the last one moved", vec![parts[0], parts[1], parts[3], parts[2]]),
        ("doubled", vec![parts[0], parts[1], parts[1], parts[3]]),
        ("the last one missing", vec![parts[0], parts[1], parts[2]]),
        ("the first one missing", vec![parts[1], parts[2], parts[3]]),
        ("none", vec![]),
        ("one too many", vec![parts[0], parts[1], parts[2], parts[3], parts[3]]),
        ("of another file", vec![foreign, parts[1], parts[2], parts[3]]),
    ] {
        assert!(matches!(open(&order), Err(Problem::Tampered { .. })), "{what}");
    }
    // A part does not open in the place of the lock, nor the lock in that of a part.
    for end in [ExportEnd::More, ExportEnd::Last] {
        assert!(
            sealed_box::open(&key, &aad(&salt, OwnKeyBox::ExportPart { number: 0, end }), lock)
                .is_err()
        );
    }
    assert!(sealed_box::open(&key, &aad(&salt, OwnKeyBox::ExportLock), parts[0]).is_err());
}

#[test]
fn an_export_of_more_than_one_part_is_read_as_it_was() {
    let mut before = profile();
    before.secrets[0].value = Secret::new(Zeroizing::new(vec![7; PART + 5]));
    let sealed = seal_export(&before, &passphrase(), Cost::FLOOR).unwrap();
    assert!(sealed.len() > PART + 36 + 3 * OVERHEAD);
    assert_same(&open_export(&sealed, &passphrase()).unwrap(), &before);
    // Cut where a part ends: the part that is last now was not written as the last.
    let cut = &sealed[..36 + OVERHEAD + PART + OVERHEAD];
    assert!(matches!(open_export(cut, &passphrase()), Err(Problem::Tampered { .. })));
}

#[test]
fn a_text_that_fills_its_last_part_ends_with_it() {
    let (salt, key) = ([9; 16], Key::copied_from(&[5; 32]));
    for (length, parts) in [(0, 1), (1, 1), (64, 1), (65, 2), (128, 2), (129, 3)] {
        let text = vec![3; length];
        let sealed = write(&key, &salt, Cost::FLOOR, &text, 64);
        assert_eq!(sealed.len(), 36 + (parts + 1) * OVERHEAD + length);
        assert_eq!(sealed.len(), sealed.capacity());
        assert_eq!(read(&key, &salt, &sealed[36..], 64).unwrap()[..], text[..]);
    }
}

#[test]
fn other_files_and_newer_exports_are_told_apart() {
    let long = [&b"AZVEXP"[..], &[b'1'; 40]].concat();
    for (bytes, export) in [
        (&b""[..], false),
        (b"SQLite format 3\0", false),
        (b"AZVEXP", false),
        (b"AZVEXP\n", false),
        (b"AZVEXP1", false),
        (b"AZVEXP+1\n", false),
        (&long, false),
        (b"AZVEXP1\n", true),
        (b"AZVEXP2\nwhatever", true),
        (b"AZVEXP9999\n", true),
    ] {
        assert_eq!(is_export(bytes), export, "{bytes:?}");
        let opened = open_export(bytes, &passphrase()).err();
        let newer = matches!(opened, Some(Problem::TooNew { known: 1, .. }));
        let other = matches!(opened, Some(Problem::NotAVault { .. }));
        let short = matches!(opened, Some(Problem::Tampered { .. }));
        let wanted = match bytes {
            b"AZVEXP1\n" => short,
            _ if export => newer,
            _ => other,
        };
        assert!(wanted, "{bytes:?}: {opened:?}");
    }
}

#[test]
fn the_key_is_the_exports_own() {
    let first = crate::format::kdf::derive(b"x", &[1; 16], Cost::FLOOR).unwrap();
    let slot = crate::format::keys::kek(
        &[1; 16],
        &first,
        None,
        crate::format::slot_kind::SlotKind::Passphrase,
    );
    let export = derive(&Secret::copied_from(b"x"), &[1; 16], Cost::FLOOR).unwrap();
    assert_ne!(slot.bytes(), export.bytes());
    assert_ne!(first.bytes(), export.bytes());
}
