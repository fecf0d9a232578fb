//! Hostile input: nothing is unbounded, and what a bound ends is said.

use std::io::Write;

use azvault_witness::look;
use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;

#[test]
fn a_bomb_is_opened_up_to_a_bound_and_named() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        packed.write_all(&vec![b' '; 1 << 20]).expect("memory");
    }
    let looked = look(&packed.finish().expect("memory"), "bomb");
    assert_eq!(looked.unread.iter().map(|u| u.place.as_str()).collect::<Vec<_>>(), ["!gzip"]);
}

#[test]
fn what_is_packed_in_a_form_that_is_not_opened_is_named() {
    let archives: [&[u8]; 4] = [
        b"PK\x03\x04\x14\0\0\0\x08\0 and more of it",
        b"\xfd7zXZ\0\0\x04 and more of it",
        b"BZh91AY&SY and more of it",
        b"\x28\xb5\x2f\xfd and more of it",
    ];
    for bytes in archives {
        assert_eq!(look(bytes, "a").unread.len(), 1, "{bytes:?}");
        let inside = format!("{{\"backup\":\"{}\"}}", BASE64.encode(bytes));
        let looked = look(inside.as_bytes(), "a");
        let unread: Vec<&str> = looked.unread.iter().map(|u| u.place.as_str()).collect();
        assert_eq!(unread, ["/backup!base64"], "{bytes:?}");
    }
    assert_eq!(look(b"BZh is the beginning of a word", "a").unread, []);
}

#[test]
fn layers_beyond_the_last_are_named() {
    let mut text = "{\"secret\":\"x1y2z3\"}".to_owned();
    for _ in 0..20 {
        text = format!("{{\"data\":\"{}\"}}", BASE64.encode(text.as_bytes()));
    }
    let looked = look(text.as_bytes(), "deep");
    assert_eq!(looked.unread.len(), 1);
    // What could not be opened is still a finding: long random text.
    assert_eq!(
        looked.findings.iter().map(|f| f.kind.as_str()).collect::<Vec<_>>(),
        ["random-text"]
    );
}

#[test]
fn nesting_and_quotes_without_end_are_survived() {
    for text in [
        "[".repeat(100_000),
        "{\"a\":".repeat(50_000),
        "\"\\\"".repeat(50_000),
        "'".repeat(100_001),
        "a='".repeat(50_000),
        "<a b=\"".repeat(20_000),
        "&".repeat(100_000),
        "{\"".repeat(50_000),
        "-----BEGIN PRIVATE KEY-----".repeat(2_000),
        "https://".repeat(10_000),
        "\\u".repeat(50_000),
        "a=b;".repeat(20_000),
    ] {
        let text = format!("{text}\nclient_secret=W4nted!now\n");

        let looked = look(text.as_bytes(), "hostile");
        assert!(looked.findings.len() + looked.unread.len() > 0, "{}", &text[..20]);
    }
}

#[test]
fn a_long_setting_is_no_wrapped_base64() {
    let text = "[default]\nsubscription_id=8d7c6b5a-4e3f-4210-9a8b-7c6d5e4f3a2b\n\
                tenant_id=0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c\n";
    let looked = look(text.as_bytes(), "credentials");
    assert!(looked.findings.is_empty() && looked.unread.is_empty());
}
