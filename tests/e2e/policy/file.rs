//! What a policy file may say, whose it may be, and how it is shown.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;

use serde_json::{Value, json};

use super::of_user;
use crate::machine::{Machine, SYSTEM, can_be_made};
use azvault_test_support::Home;

#[test]
fn the_environment_hides_no_policy_of_the_machine() {
    if !can_be_made() {
        return;
    }
    let machine = Machine::with("plaintext-export = \"forbidden\"\n");
    let home = Home::with_contexts();
    let elsewhere = home.join("elsewhere");
    fs::create_dir_all(elsewhere.join("azvault")).unwrap();
    let save = ["context", "save", "out", "--format", "azure-powershell", "--plaintext", "--yes"];
    let vault = ["--vault", home.vault().to_str().unwrap()].map(str::to_owned);
    for (name, value) in [
        ("HOME", elsewhere.to_str()),
        ("HOME", None),
        ("HOME", Some("/nowhere")),
        ("XDG_CONFIG_HOME", elsewhere.to_str()),
        ("XDG_CONFIG_HOME", Some("")),
        ("XDG_CONFIG_HOME", Some("/proc/self/cwd")),
        ("XDG_CONFIG_DIRS", elsewhere.to_str()),
        ("AZVAULT_POLICY", elsewhere.to_str()),
        ("AZVAULT_POLICY_FILE", Some("/dev/null")),
    ] {
        let mut command = home.command(&save);
        command.args(&vault);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        machine.refuses(&home, &command, 1);
        assert!(!home.join("out").exists(), "{name} {value:?}");
    }
    // A user's file says more, and nothing less.
    let file = of_user(&home, "autosave = \"off\"\nplaintext-export = \"allowed\"\n");
    let refused = machine.run(&home.command(&save)).expect(7);
    refused.says(&format!("{file} line 2: plaintext-export may only tighten {SYSTEM} line 1"));
    machine.run(&home.command(&["token"])).expect(7);
    of_user(&home, "autosave = \"off\"\n");
    machine.refuses(&home, &home.command(&save), 1);
    let enable = machine.run(&home.command(&["autosave", "enable"])).expect(7);
    enable.says(&format!("refused by {file} line 1: autosave is off"));
}

/// Commands that do something that a policy could forbid.
const COULD_BE_FORBIDDEN: [&[&str]; 9] = [
    &["init", "--vault", "new.db"],
    &["unlock"],
    &["token"],
    &["exec", "--", "/bin/true"],
    &["use", "gov"],
    &["connect", "--device-code"],
    &["autosave", "enable"],
    &["context", "save", "out", "--format", "azure-powershell", "--plaintext", "--yes"],
    &["migrate", "rollback", "--yes"],
];

#[track_caller]
fn forbids_all(home: &Home, run: &dyn Fn(&[&str]) -> azvault_test_support::Ran, word: &str) {
    for args in COULD_BE_FORBIDDEN {
        let ran =
            run(args).expect(7).says("refused by a policy that cannot be followed").says(word);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    let check = run(&["policy", "check"]).expect(10);
    assert!(check.stdout.contains(word), "{}", check.stdout);
    run(&["policy", "show"]).expect(7);
    run(&["lock"]).expect(0);
    assert!(!home.join("new.db").exists() && !home.join("out").exists());
}

#[test]
fn a_file_that_cannot_be_read_forbids_all_that_a_policy_could() {
    let home = Home::with_contexts();
    let file = of_user(&home, "");
    let folder = home.join(".config/azvault");
    let run = |args: &[&str]| home.run(args);
    for (bytes, word) in [
        (&b"plaintext_export = \"forbidden\""[..], "line 1: there is no key plaintext_export"),
        (b"\nautosave = \"on\"", "line 2: this is no word for it"),
        (b"autosave = \"off", "line 1: this is no TOML"),
        (b"\xff\xfe", "it is not UTF-8"),
        (&[b'#'; 64 * 1024 + 1], "large"),
    ] {
        of_user(&home, bytes);
        forbids_all(&home, &run, word);
    }
    of_user(&home, "");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o660)).unwrap();
    forbids_all(&home, &run, "others can write it");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    home.run(&["policy", "check"]).expect(0);
    if chown(&file, Some(12345), None).is_ok() {
        forbids_all(&home, &run, "it belongs to another user");
    }
    fs::remove_file(&file).unwrap();
    symlink("/nowhere", &file).unwrap();
    forbids_all(&home, &run, "No such file");
    fs::remove_file(&file).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    forbids_all(&home, &run, "no regular file");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    forbids_all(&home, &run, "no regular file");
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "").unwrap();
    forbids_all(&home, &run, "Not a directory");
    fs::remove_file(&folder).unwrap();
    symlink("nowhere", &folder).unwrap();
    forbids_all(&home, &run, "No such file");
    fs::remove_file(&folder).unwrap();
    home.run(&["policy", "check"]).expect(0);
}

#[test]
fn a_machines_file_is_roots_alone() {
    if !can_be_made() {
        return;
    }
    let home = Home::with_contexts();
    let machine = Machine::with("");
    let run = |args: &[&str]| machine.run(&home.command(args));
    run(&["policy", "check"]).expect(0);
    let mode = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&machine.policy(), 0o602);
    forbids_all(&home, &run, "others can write it");
    mode(&machine.policy(), 0o644);
    mode(&machine.azvault(), 0o775);
    forbids_all(&home, &run, "others than root can write its folder");
    mode(&machine.azvault(), 0o755);
    fs::write(machine.policy(), "[unlock]\nhard = \"1h\"").unwrap();
    forbids_all(&home, &run, "/etc/azvault/policy.toml line 2: there is no key unlock.hard");
    fs::write(machine.policy(), b"\xc3").unwrap();
    forbids_all(&home, &run, "it is not UTF-8");
    if chown(machine.policy(), Some(12345), None).is_ok() {
        forbids_all(&home, &run, "it belongs to another user");
    }
    fs::remove_file(machine.policy()).unwrap();
    symlink("policy", machine.policy()).unwrap();
    forbids_all(&home, &run, "No such file");
}

#[test]
fn any_bytes_are_taken_or_refused() {
    let home = Home::empty();
    // A generator of our own numbers: a failure comes again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap() % most
    };
    let pieces: [&[u8]; 14] = [
        b"autosave",
        b" = ",
        b"\"off\"",
        b"\n",
        b"[slots]",
        b"required",
        b"[\"keyring\"]",
        b"\xff",
        b"\0",
        b"#",
        b"[[",
        b"\"\"\"",
        b"unlock.idle = \"1h\"\n",
        b"\xef\xbb\xbf",
    ];
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..150 {
        let bytes: Vec<u8> =
            (0..next(6)).flat_map(|_| pieces[next(pieces.len())]).copied().collect();
        of_user(&home, &bytes);
        match home.run(&["policy", "show"]).code {
            0 => taken += 1,
            7 => refused += 1,
            code => panic!("{code} for {bytes:?}"),
        }
        // A line that nobody understands is not passed over, whatever stands before it.
        of_user(&home, [&bytes, &b"\nzzz = 1\n"[..]].concat());
        home.run(&["policy", "show"]).expect(7);
    }
    assert!(taken > 10 && refused > 10, "{taken} {refused}");
    println!("150 files: {taken} taken, {refused} refused");
}

#[test]
fn what_is_in_force_is_shown_with_its_lines() {
    if !can_be_made() {
        return;
    }
    let home = Home::with_vault();
    assert_eq!(home.json(&["policy", "show"])["members"], json!([]));
    assert_eq!(home.json(&["status"])["policy"], Value::Null);
    let machine = Machine::with(
        "autosave = \"off\"\nunlock.for = \"8h\"\nslots.required = [\"passphrase\"]\n",
    );
    let file = of_user(&home, "\nunlock.for = \"90m\"\ntenants = [\"b\", \"a\"]\n");
    let shown = machine.run(&home.command(&["policy", "show", "-o", "json"])).expect(0).json();
    let member = |key: &str, value: Value, file: &str, line: u64| json!({ "key": key, "value": value, "file": file, "line": line });
    assert_eq!(
        shown,
        json!({
            "schema": 1,
            "files": [{ "path": SYSTEM, "exists": true }, { "path": file, "exists": true }],
            "members": [
                member("autosave", json!("off"), SYSTEM, 1),
                member("tenants", json!(["b", "a"]), &file, 3),
                member("unlock.for", json!("1h 30m"), &file, 2),
                member("slots.required", json!("passphrase"), SYSTEM, 3),
            ],
        })
    );
    let status = machine.run(&home.command(&["status", "-o", "json"])).expect(0).json();
    assert_eq!(status["policy"], json!({ "files": [SYSTEM, file], "members": 4 }));
    let status = machine.run(&home.command(&["status"])).expect(0);
    assert!(
        status.stdout.contains("4 members of /etc/azvault/policy.toml and "),
        "{}",
        status.stdout
    );
    machine.run(&home.command(&["policy", "check"])).expect(0).says("nothing was found");
}

#[test]
fn a_file_is_checked_before_it_holds() {
    let home = Home::empty();
    fs::write(home.join("new.toml"), "autosafe = \"off\"\n[unlock]\nidle = 5\n").unwrap();
    let checked = home.run(&["policy", "check", "new.toml"]).expect(10);
    let lines: Vec<&str> = checked.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("new.toml line 1: there is no key autosafe: write autosave"));
    assert!(lines[1].contains("new.toml line 3: this is no time for it: write \"1h30m\""));
    fs::write(home.join("new.toml"), "autosave = \"off\"\n").unwrap();
    home.run(&["policy", "check", "new.toml"]).expect(0);
    home.run(&["policy", "check", "nowhere.toml"]).expect(10);
}
