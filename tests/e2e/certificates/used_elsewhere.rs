//! When a certificate stays, and that it is said.

use std::fs;

use super::{entry, pem};
use azvault_test_support::{Home, ran};

#[test]
fn a_certificate_that_a_variable_says_stays_and_is_named() {
    let home = Home::with_vault();
    let file = home.join("certs/sp.pem");
    pem(&file);
    entry(&home, "~/certs/sp.pem");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let mut clean = home.command(&["migrate", "clean", "--yes"]);
    let clean = clean.env("ARM_CLIENT_CERTIFICATE_PATH", &file).output().unwrap();
    ran(clean).expect(10).says("the variable ARM_CLIENT_CERTIFICATE_PATH says its path");
    assert!(file.exists());
    assert!(!home.join(".azure/service_principal_entries.json").exists());
    // Without it the next one takes it.
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!file.exists());
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert!(file.exists());
}

#[test]
fn a_certificate_stays_while_a_file_of_another_migration_points_to_it() {
    let home = Home::with_vault();
    let file = home.join("certs/sp.pem");
    pem(&file);
    entry(&home, file.to_str().unwrap());
    fs::rename(home.join(".azure"), home.join("copy")).unwrap();
    let copy = home.join("copy");
    let (copy, certs) = (copy.to_str().unwrap(), file.to_str().unwrap());
    let first = home.json(&["migrate", "run", "--yes", "--from", copy, "--from", certs]);
    entry(&home, "~/certs/sp.pem");
    let second = home.json(&["migrate", "run", "--yes"]);
    assert_ne!(first["migration"], second["migration"]);
    let said = home.run(&["migrate", "clean", "--yes"]).expect(10);
    said.says("copy/service_principal_entries.json points to it, and is still there");
    assert!(file.exists());
    let first = first["migration"].as_str().unwrap();
    home.run(&["migrate", "clean", first, "--yes"]).expect(0);
    assert!(!file.exists());
}

#[test]
fn a_certificate_stays_with_the_file_that_points_to_it() {
    let home = Home::with_vault();
    let file = home.join("certs/sp.pem");
    pem(&file);
    entry(&home, "~/certs/sp.pem");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    // The same bytes in another file: somebody wrote it since, and so it stays.
    let entries = home.join(".azure/service_principal_entries.json");
    let bytes = fs::read(&entries).unwrap();
    fs::write(home.join(".azure/holds-the-inode"), "").unwrap();
    fs::remove_file(&entries).unwrap();
    fs::write(&entries, bytes).unwrap();
    let said = home.run(&["migrate", "clean", "--yes"]).expect(10);
    said.says("changed since it was imported").says("points to it, and is still there");
    assert!(file.exists() && entries.exists());
}

#[test]
fn a_private_key_that_no_migration_has_is_named_before_the_last_word_of_it_goes() {
    let elsewhere = Home::empty();
    let file = elsewhere.join("sp.pem");
    pem(&file);
    let home = Home::with_vault();
    entry(&home, file.to_str().unwrap());
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let dry = home.json(&["migrate", "clean", "--dry-run"]);
    let left = &dry["left_behind"][0];
    assert_eq!(left["path"], file.to_str().unwrap());
    assert_eq!(left["application"], "app-1");
    let said = home.run(&["migrate", "clean", "--dry-run"]).expect(0);
    let said = said.says("stays, unencrypted: the private key of application app-1");
    let next = left["next"].as_str().unwrap();
    assert!(said.stderr.contains(next), "{}", said.stderr);
    // What is to be typed takes it along.
    home.bash(&format!("{next} --yes")).expect(0);
    let cleaned = home.json(&["migrate", "clean", "--yes"]);
    assert_eq!(cleaned["left_behind"], serde_json::json!([]));
    assert!(!file.exists());
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert!(file.exists());
}
