//! Files that lead out of what was named: read by a person's word, and never removed without it.

use std::fs;
use std::path::PathBuf;

use azvault_test_support::{Home, Ran, copy_folder, fixture};

const CERTIFICATE: &str = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n\
                           -----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const SSH_KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nplanted-c41d\n-----END OPENSSH PRIVATE KEY-----\n";

/// A folder that somebody sent: entries that name files of the person's own.
fn sent(home: &Home, certificates: &[&str]) -> String {
    let folder = home.join("sent/.azure");
    fs::create_dir_all(&folder).unwrap();
    let entry = |(number, path): (usize, &&str)| serde_json::json!({"client_id": format!("app-{number}"), "tenant": "t", "certificate": path});
    let entries: Vec<_> = certificates.iter().enumerate().map(entry).collect();
    let text = serde_json::Value::from(entries).to_string();
    fs::write(folder.join("service_principal_entries.json"), text).unwrap();
    home.join("sent").to_str().unwrap().to_owned()
}

fn certificates(home: &Home) -> usize {
    let secrets = home.json(&["secret", "list"]);
    let secrets = secrets["secrets"].as_array().unwrap();
    secrets.iter().filter(|secret| secret["kind"] == "certificate").count()
}

/// Imports on a terminal where somebody answers.
fn on_terminal(home: &Home, steps: &[(&str, &str)], from: &str) -> Ran {
    let file = home.join("passphrase");
    let run = ["migrate", "run", "--from", from, "--passphrase-file", file.to_str().unwrap()];
    home.on_terminal(steps, &run)
}

#[test]
fn a_certificate_outside_of_what_was_named_is_read_by_a_persons_word_alone() {
    let home = Home::with_vault();
    fs::create_dir(home.join(".ssh")).unwrap();
    home.secret_file(".ssh/id_rsa", SSH_KEY);
    home.secret_file("own.pem", CERTIFICATE);
    let from = sent(&home, &["~/.ssh/id_rsa", "~/own.pem"]);
    let plan = home.run(&["migrate", "plan", "--from", &from]).expect(0).stdout;
    for text in [".ssh/id_rsa", "own.pem", "app-0", "app-1", "nobody named it (--from "] {
        assert!(plan.contains(text), "{text}: {plan}");
    }
    // Neither `--yes` nor a pipe is a person.
    home.run(&["migrate", "run", "--yes", "--from", &from]).expect(0);
    assert_eq!(certificates(&home), 0);
    let key = "id_rsa, which nobody named: the certificate of application app-0. Read it";
    let own = "own.pem, which nobody named: the certificate of application app-1. Read it";
    on_terminal(&home, &[(key, "n\n"), (own, "n\n")], &from);
    assert_eq!(certificates(&home), 0);
    // A key of SSH is none, even if somebody says yes to it.
    let import = ("Import this into the vault?", "y\n");
    let shown = on_terminal(&home, &[(key, "y\n"), (own, "y\n"), import], &from).expect(0).stdout;
    assert!(shown.contains("a private key without a certificate"), "{shown}");
    assert_eq!(certificates(&home), 1);
    let all = home.run(&["secret", "list", "--reveal", "-o", "json"]).expect(0).stdout;
    assert!(!all.contains("planted-c41d"));

    // The option: named.
    let other = Home::with_vault();
    other.secret_file("own.pem", CERTIFICATE);
    let from = sent(&other, &["~/own.pem"]);
    let own = other.join("own.pem");
    let named = ["migrate", "run", "--yes", "--from", &from, "--from", own.to_str().unwrap()];
    other.run(&named).expect(0);
    assert_eq!(certificates(&other), 1);
    other.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!own.exists(), "what was named goes with the file that points to it");
}

/// Settings that lead to contexts elsewhere; where those are.
fn settings(home: &Home, folder: &str) -> PathBuf {
    let contexts = home.join("mine");
    fs::create_dir_all(&contexts).unwrap();
    let file = fixture("azure-powershell/files/contexts/11-client-assertion.json");
    fs::copy(file, contexts.join("mine.json")).unwrap();
    fs::create_dir_all(home.join(folder).join(".Azure")).unwrap();
    let settings = serde_json::json!({
        "Mode": "Process", "ContextDirectory": contexts, "ContextFile": "mine.json",
        "CacheDirectory": null, "CacheFile": null, "Settings": {},
    });
    let place = home.join(folder).join(".Azure/AzureRmContextSettings.json");
    fs::write(place, settings.to_string()).unwrap();
    contexts.join("mine.json")
}

#[test]
fn settings_lead_neither_an_import_nor_a_removal_out_of_what_was_named() {
    let home = Home::with_vault();
    let mine = settings(&home, "sent");
    copy_folder(&fixture("azure-powershell/homes/az4-linux"), &home.join("sent"));
    let mine = {
        // The fixture has settings of its own.
        settings(&home, "sent");
        mine
    };
    let from = home.join("sent");
    let from = from.to_str().unwrap();
    let plan = home.run(&["migrate", "plan", "--from", from]).expect(0).stdout;
    assert!(plan.contains("not read, because nobody named it (--from "), "{plan}");
    assert!(plan.contains("`migrate clean` would remove"), "{plan}");
    home.run(&["migrate", "run", "--yes", "--from", from]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(mine.exists());
    assert!(!home.join("sent/.Azure/AzureRmContext.json").exists());
    // Named, or agreed to, it is imported and goes.
    let import = ("Import this into the vault?", "y\n");
    let steps = [("mine/mine.json, which nobody named", "y\n"), import];
    let shown = on_terminal(&home, &steps, from).expect(0).stdout;
    assert!(shown.contains("read because "), "{shown}");
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!mine.exists());
    // The usual places are the home folder: what it holds is named.
    let home = Home::with_vault();
    let mine = settings(&home, ".");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!mine.exists());
}
