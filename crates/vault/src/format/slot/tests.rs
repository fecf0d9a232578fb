//! Kinds of slots as they stand in files and on screens, and what a slot may hold.

use azvault_model::Secret;

use super::{MAX_PASSPHRASE, Opener, Row, SlotKind, least};
use crate::error::Problem;
use crate::format::age_way::{AgeKey, AgeWay};
use crate::format::id::VaultId;
use crate::format::kdf::Cost;
use crate::format::key_text::RawKey;
use crate::format::sealed_box;
use crate::new_slot::NewSlot;

const VAULT: VaultId = VaultId([7; 16]);

/// A slot of a raw key, which nothing is wrapped in.
fn row(raw: &RawKey) -> Row {
    let slot = NewSlot { opener: Opener::RawKey(raw), cost: Cost::FLOOR, label: String::new() };
    slot.prepare().unwrap().wrap(1, &crate::format::key::Key::random(), VAULT, 1)
}

#[test]
fn kinds_have_the_numbers_and_names_of_the_format() {
    for (number, kind, name, has_cost) in [
        (1, SlotKind::Passphrase, "passphrase", true),
        (2, SlotKind::PassphraseAndKeyFile, "passphrase-and-key-file", true),
        (3, SlotKind::RawKey, "raw-key", false),
        (4, SlotKind::RecoveryCode, "recovery-code", false),
        (5, SlotKind::Keyring, "keyring", false),
        (6, SlotKind::Age, "age", false),
        (7, SlotKind::PassphraseAndAge, "passphrase-and-age", true),
    ] {
        assert_eq!((kind.number(), kind.as_str(), kind.has_cost()), (number, name, has_cost));
        assert_eq!(SlotKind::of(number), Some(kind));
    }
    assert_eq!((SlotKind::of(0), SlotKind::of(8)), (None, None));
}

#[test]
fn a_slot_that_holds_something_else_than_a_key_is_refused() {
    let raw = RawKey::generate();
    let mut row = row(&raw);
    assert!(row.open(&Opener::RawKey(&raw), VAULT, 1).unwrap().is_some());
    let kek = super::wrapping_key(&Opener::RawKey(&raw), None, &row.salt).unwrap();
    for length in [0, 31, 33, 64] {
        row.sealed = sealed_box::seal(&kek, &row.aad(VAULT, 1, None), &vec![7; length]);
        let opened = row.open(&Opener::RawKey(&raw), VAULT, 1).map(|key| key.is_some());
        assert!(matches!(opened, Err(Problem::Tampered { .. })), "{length} bytes");
    }
}

#[test]
fn the_least_cost_is_that_of_the_cheapest_slot_with_a_passphrase() {
    let raw = row(&RawKey::generate());
    assert_eq!(least(&[]).unwrap(), [0, 0]);
    assert_eq!(least(&[raw]).unwrap(), [0, 0]);
    let with = |m, t| Row { kind: 1, m, t, p: 1, ..row(&RawKey::generate()) };
    // Memory times passes counts, not memory alone.
    let rows = [with(65_536, 4), with(131_072, 1), row(&RawKey::generate()), with(262_144, 3)];
    assert_eq!(least(&rows).unwrap(), [131_072, 1]);
}

#[test]
fn one_text_is_one_passphrase_and_a_longer_one_than_allowed_is_none() {
    let normal = |bytes: &[u8]| super::normalised(&Secret::copied_from(bytes));
    // One letter with its accent, and the same in two characters; bytes that are no UTF-8.
    assert_eq!(normal("é".as_bytes()).unwrap(), normal("e\u{301}".as_bytes()).unwrap());
    assert_eq!(normal(&[0xff, b'a']).unwrap()[..], [0xff, b'a']);
    assert_eq!(normal(&[b'a'; MAX_PASSPHRASE]).unwrap().len(), MAX_PASSPHRASE);
    assert!(matches!(normal(&[b'a'; MAX_PASSPHRASE + 1]), Err(Problem::WrongKey)));
    assert!(matches!(normal(&[b'a'; MAX_PASSPHRASE * 2]), Err(Problem::WrongKey)));
}

/// A way by age of which nobody decrypts the file.
fn by_age(recipients: &[&str]) -> AgeKey {
    let way = AgeWay {
        file: b"age-encryption.org/v1\n...".to_vec(),
        recipients: recipients.iter().map(|&text| text.to_owned()).collect(),
        plugins: [("tpm".to_owned(), "/usr/bin/age-plugin-tpm".to_owned())].into(),
        identity: Some("/home/ada/tpm.txt".to_owned()),
    };
    AgeKey { value: RawKey::generate(), way }
}

#[test]
fn a_slot_by_age_says_to_whom_and_opens_by_its_own_value() {
    let age = by_age(&["age1tag1qqq", "age1qqq"]);
    let slot = NewSlot { opener: Opener::Age(&age), cost: Cost::FLOOR, label: String::new() };
    let row = slot.prepare().unwrap().wrap(1, &crate::format::key::Key::random(), VAULT, 1);
    assert_eq!(row.slot().unwrap().age.as_ref(), Some(&age.way));
    assert!(row.open(&Opener::Age(&age), VAULT, 1).unwrap().is_some());

    let other = AgeKey { value: RawKey::generate(), way: age.way.clone() };
    assert!(row.open(&Opener::Age(&other), VAULT, 1).unwrap().is_none());
    let mut way = age.way.clone();
    way.identity = None;
    let elsewhere = AgeKey { value: RawKey::of_secret(&age.value.to_secret()).unwrap(), way };
    assert!(row.open(&Opener::Age(&elsewhere), VAULT, 1).unwrap().is_none());
}

#[test]
fn a_byte_that_was_changed_anywhere_in_a_slot_by_age_is_refused() {
    let age = by_age(&["age1tag1qqq"]);
    let slot = NewSlot { opener: Opener::Age(&age), cost: Cost::FLOOR, label: String::new() };
    let row = || slot.prepare().unwrap().wrap(1, &crate::format::key::Key::random(), VAULT, 1);
    let whole = row();
    for at in 0..whole.sealed.len() {
        let mut changed = row();
        changed.salt = whole.salt;
        changed.sealed.clone_from(&whole.sealed);
        changed.sealed[at] ^= 1;
        // What the record says is what decrypts: the value is that of the way that it names.
        let opened = changed.slot().and_then(|slot| {
            let way = slot.age.unwrap();
            let key = AgeKey { value: RawKey::of_secret(&age.value.to_secret()).unwrap(), way };
            changed.open(&Opener::Age(&key), VAULT, 1)
        });
        assert!(!matches!(opened, Ok(Some(_))), "byte {at}");
    }
}

#[test]
fn hardware_is_known_by_the_recipient() {
    for (recipient, is_hardware) in [
        ("age1tag1qtqt79l2mrmtrqwmf56k8laadmw2mt722ew2dfpydawfyvd47a5rchpyv40", true),
        ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", true),
        ("age1pq1qqqq", false),
        ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", false),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI1", false),
    ] {
        assert_eq!(crate::is_of_hardware(recipient), is_hardware, "{recipient}");
    }
}
