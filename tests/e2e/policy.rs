//! What a policy forbids is allowed without it, refused with it by the line that forbids it, and not
//! begun.

mod file;
mod keys;
mod tokens;

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::machine::{Machine, can_be_made};
use crate::world::cut_off;
use azvault_test_support::Home;

/// Writes the user's own policy, in the configuration folder of the home.
pub(crate) fn of_user(home: &Home, policy: impl AsRef<[u8]>) -> String {
    let file = home.join(".config/azvault/policy.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, policy).unwrap();
    file.to_str().unwrap().to_owned()
}

fn init(home: &Home, more: &[&str]) -> Command {
    home.command(&[&["init"], more].concat())
}

#[test]
fn autosave_off_keeps_changes_in_sessions_and_out_of_the_vault() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("# nothing is kept\n\nautosave = \"off\"\n");
    let home = Home::with_contexts();
    let session = home.session();
    home.run(&["autosave", "enable"]).expect(0);
    session.run(&["autosave", "enable", "--scope", "process"]).expect(0);
    home.run(&["context", "select", "ci"]).expect(0);
    home.run(&[
        "context",
        "save",
        "saved.json",
        "--format",
        "azure-powershell",
        "--plaintext",
        "--yes",
    ])
    .expect(0);
    for args in [
        &["autosave", "enable"][..],
        &["autosave", "enable", "--scope", "process"],
        &["context", "select", "gov", "--scope", "user"],
        &["context", "set", "new", "--tenant", "t", "--scope", "user"],
        &["context", "rename", "gov", "new", "--scope", "user"],
        &["context", "import", "saved.json", "--force", "--scope", "user"],
        &["connect", "--device-code", "--scope", "user"],
    ] {
        machine.refuses(&home, &home.command(args), 3);
        machine.refuses(&home, &session.command(args), 3);
    }
    // Without a scope it is the session's, and without a session it is nobody's.
    machine.refuses(&home, &home.command(&["context", "select", "gov"]), 3).says("session start");
    let select = session.command(&["context", "select", "gov", "-o", "json"]);
    assert_eq!(machine.run(&select).expect(0).json()["scope"], "process");
    let show = machine.run(&session.command(&["autosave", "show", "-o", "json"])).expect(0).json();
    assert_eq!(
        (&show["mode"], &show["because"], &show["session"]),
        (&json!("Process"), &json!("forced by a policy"), &json!("CurrentUser"))
    );
    // What is stored can be removed, and what lies in plaintext can be moved in.
    let remove = home.command(&["context", "remove", "gov", "--yes", "--scope", "user"]);
    machine.run(&remove).expect(0);
    machine.run(&home.command(&["migrate", "run", "--yes"])).expect(0);
    // Lifted, it is as before.
    assert_eq!(session.json(&["autosave", "show"])["mode"], "CurrentUser");
}

#[test]
fn no_plaintext_leaves_the_vault() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("plaintext-export = \"forbidden\"");
    let home = Home::with_contexts();
    let originals = azvault_test_support::files(&home.join(".Azure"));
    let list = home.json(&["secret", "list"]);
    let id = list["secrets"][0]["id"].as_str().unwrap();
    let save = ["context", "save", "out", "--format", "azure-powershell", "--plaintext", "--yes"];
    let commands = [
        &save[..],
        &["secret", "show", id, "--reveal"],
        &["secret", "list", "--reveal", "-o", "json"],
        &["secret", "list", "--wide", "--reveal", "-o", "json"],
    ];
    for args in commands {
        home.run(args).expect(0);
    }
    fs::remove_file(home.join("out")).unwrap();
    let clean = machine.run(&home.command(&["migrate", "clean", "--yes"])).expect(0);
    let clean = clean.says("they cannot be put back: refused by /etc/azvault/policy.toml line 1");
    assert!(!clean.stderr.contains("migrate rollback "), "{}", clean.stderr);
    let contexts = home.json(&["context", "list"]);
    let context = contexts["contexts"][0]["name"].as_str().unwrap();
    let further = [
        &["migrate", "rollback", "--yes"][..],
        &["exec", context, "--env-principal", "--", "touch", "out"],
        &["secret", "show", id, "--copy"],
    ];
    for args in commands.into_iter().chain(further) {
        machine.refuses(&home, &home.command(args), 1);
    }
    assert!(!home.join("out").exists());
    assert!(azvault_test_support::files(&home.join(".Azure")).len() < originals.len());
    // What is sealed, and what says nothing, is none.
    home.secret_file("pass", "another passphrase\n");
    let sealed = ["context", "save", "sealed", "--export-passphrase-file", "pass"];
    machine.run(&home.command(&sealed)).expect(0);
    for args in [&["secret", "show", id][..], &["secret", "list", "--wide"], &["panic"]] {
        let said = machine.run(&cut_off(&home.command(args))).expect(0);
        assert!(!format!("{}{}", said.stdout, said.stderr).contains("not-a-real"), "{args:?}");
    }
    // The promise stands: lifted, the originals come back byte for byte.
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(azvault_test_support::files(&home.join(".Azure")), originals);
}
