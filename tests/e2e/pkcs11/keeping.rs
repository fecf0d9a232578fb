//! What the vault keeps of a key on a token: where it is, and no more.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use azvault_test_support::memory::{Searched, found};
use azvault_test_support::{contains, is_root};

use super::{PIN, Tokened, listed};
use crate::stack::{principal, stored};
use crate::world::alone;

/// A key that the test knows, brought to the token: each of its secret numbers, big-endian.
fn known_key(tokened: &Tokened) -> Vec<Vec<u8>> {
    let (pem, numbers) = known_key_file(tokened);
    let file = tokened.home.join("key.der");
    let args = ["--login", "--pin", PIN, "--write-object", file.to_str().unwrap()];
    let more = ["--type", "privkey", "--label", "known", "--id", "77"];
    tokened.tool("pkcs11-tool", &[&args[..], &more].concat()).expect(0);
    fs::remove_file(pem).unwrap();
    fs::remove_file(file).unwrap();
    numbers
}

/// A key in a file, and as DER beside it, whose certificate is `known.cer`; its secret numbers.
pub(super) fn known_key_file(tokened: &Tokened) -> (PathBuf, Vec<Vec<u8>>) {
    let script = "
import sys
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
open(sys.argv[1], 'wb').write(key.private_bytes(s.Encoding.DER, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption()))
open(sys.argv[1] + '.pem', 'wb').write(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
n = key.private_numbers()
print('\\n'.join('%x' % x for x in (n.d, n.p, n.q)))";
    let file = tokened.home.join("key.der");
    let made = Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
    assert!(made.status.success(), "{}", made.stderr.escape_ascii());
    let pem = format!("{}.pem", file.display());
    let certificate = tokened.home.join("known.cer");
    let args = ["req", "-x509", "-new", "-key", &pem, "-subj", "/CN=known", "-days", "9", "-out"];
    assert!(Command::new("openssl").args(args).arg(&certificate).status().unwrap().success());
    let text = String::from_utf8(made.stdout).unwrap();
    let even = |line: &str| format!("{}{line}", if line.len() % 2 == 1 { "0" } else { "" });
    let number = |line| data_encoding::HEXLOWER.decode(even(line).as_bytes()).unwrap();
    (pem.into(), text.lines().map(number).collect())
}

#[test]
fn the_private_key_is_in_no_file_no_export_and_not_in_the_agent() {
    let Some(tokened) = Tokened::new() else { return };
    let numbers = known_key(&tokened);
    let certificate = tokened.home.join("known.cer");
    tokened.register(&[&certificate]);
    tokened.home.run(&["unlock"]).expect(0);
    let own = certificate.to_str().unwrap();
    tokened.connect("pkcs11:token=hsm;object=known", &["--certificate", own]).expect(0);
    let renewals = if azvault_test_support::is_ci() { 25 } else { 5 };
    for _ in 0..renewals {
        tokened.renew().expect(0);
    }

    let (sealed, plain) = (tokened.home.join("sealed"), tokened.home.join("plain.json"));
    let new = tokened.home.secret_file("new", "another passphrase of some words\n");
    let save = ["context", "save", sealed.to_str().unwrap(), "--export-passphrase-file", &new];
    tokened.home.run(&save).expect(0);
    let save =
        ["context", "save", plain.to_str().unwrap(), "--plaintext", "--with-credentials", "--yes"];
    tokened.home.run(&save);
    tokened.home.run(&["backup", "create", tokened.home.join("backup").to_str().unwrap()]);
    let mut files = stored(&tokened.home);
    files.extend(
        [sealed, plain].into_iter().filter_map(|path| Some((path.clone(), fs::read(path).ok()?))),
    );
    for (path, bytes) in &files {
        for number in &numbers {
            assert!(!contains(bytes, &number[..32]), "{}", path.display());
        }
        assert!(!contains(bytes, PIN.as_bytes()), "{}", path.display());
    }
    if !is_root() {
        return;
    }
    let searched: Vec<Searched> = numbers
        .iter()
        .map(|number| Searched::new("a number of the key".to_owned(), &number[..32]))
        .collect();
    let status = tokened.home.json(&["status"]);
    let agent = u32::try_from(status["agent"]["pid"].as_u64().unwrap()).unwrap();
    assert_eq!(found(agent, &searched), Vec::<String>::new());
    println!(
        "figure: {} numbers of a private key, {renewals} renewals: 0 in {} files, 0 in the agent's memory",
        numbers.len(),
        files.len()
    );
    // The PIN goes with the keys.
    let pin = [Searched::new("the PIN".to_owned(), PIN.as_bytes())];
    assert!(!found(agent, &pin).is_empty(), "it is there while the vault is unlocked");
    println!(
        "control: the same search finds the token's PIN, which the agent has while it is unlocked"
    );
}

#[test]
fn nothing_is_shown_exported_or_handed_to_a_program() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.connect(&uri, &["--context-name", "mine"]).expect(0);
    let home = &tokened.home;
    let id = listed(home, &[])["id"].as_str().unwrap().to_owned();
    home.run(&["secret", "show", &id, "--reveal"]).expect(7).says("azvault secret show ID");
    let shown = home.run(&["secret", "show", &id]).expect(0).stdout;
    assert!(shown.contains("pkcs11:token=hsm"), "{shown}");
    assert_eq!(listed(home, &["--reveal"])["value"], "");
    let said = home.run(&["exec", "--env-principal", "--", "true"]).expect(7);
    said.says("a key on a token, which cannot be copied");
    let plain = home.join("plain.json");
    let save =
        ["context", "save", plain.to_str().unwrap(), "--plaintext", "--with-credentials", "--yes"];
    let _ = home.run(&save);
    let written = fs::read_to_string(&plain).unwrap_or_default();
    assert!(!written.contains("MII"), "no certificate with a key: {written}");
    let why = home.run(&["secret", "list", "--wide"]).expect(0).stdout;
    assert!(why.contains("cannot be copied"), "{why}");
}

#[test]
fn panic_says_that_it_cannot_be_copied() {
    alone(|| {
        let Some(tokened) = Tokened::new() else { return };
        let uri = tokened.make("app");
        tokened.connect(&uri, &[]).expect(0);
        let secret = principal(&tokened.home, "the client secret\n");
        let mut secret: Vec<&str> = secret.iter().map(String::as_str).collect();
        secret[2] = "a0000000-0000-4000-8000-000000000002";
        tokened.azure.connect(&tokened.home, &secret).expect(0);
        let document = tokened.home.run(&["panic", "-o", "json"]).expect(0).json();
        let works: Vec<_> = document["credentials"].as_array().unwrap().iter().collect();
        let works: Vec<_> =
            works.iter().map(|one| (&one["kind"], &one["blast_radius"]["works_as_copy"])).collect();
        assert_eq!(works.first(), Some(&(&json!("client_secret"), &json!(true))), "{works:?}");
        assert_eq!(works.last(), Some(&(&json!("pkcs11_key"), &json!(false))), "{works:?}");
        let said = tokened.home.run(&["panic"]).expect(0);
        assert!(
            said.stdout.contains("there is nothing to revoke while you have the token; without it"),
            "{}",
            said.stdout
        );
        said.says("1 key on tokens cannot be copied: nothing to revoke while you have the tokens");
    });
}

#[test]
fn new_keys_for_the_vault_leave_a_key_on_a_token_as_it_is() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.connect(&uri, &[]).expect(0);
    let rotated = tokened.home.run(&["key", "rotate", "--yes"]).expect(0);
    let said = format!("{}{}", rotated.stdout, rotated.stderr);
    assert!(!said.contains("pkcs11_key of"), "nothing to revoke: {said}");
}

#[test]
fn the_way_that_was_last_signed_in_with_is_the_one_that_is_used() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    let secret = principal(&tokened.home, "the client secret\n");
    let secret: Vec<&str> = secret.iter().map(String::as_str).collect();
    tokened.azure.connect(&tokened.home, &secret).expect(0);
    tokened.home.run(&["unlock"]).expect(0);
    tokened.connect(&uri, &[]).expect(0);
    tokened.renew().expect(0);
    let last = || tokened.azure.requests().pop().unwrap()["form"].clone();
    assert!(last()["client_assertion"].is_string());
    tokened.azure.connect(&tokened.home, &secret).expect(0);
    tokened.renew().expect(0);
    assert!(last()["client_secret"].is_string());
}
