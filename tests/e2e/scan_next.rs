//! The next command of a scan: one that a shell takes as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::Value;

use crate::scan::CACHE;
use azvault_test_support::Home;

/// A key that no format knows.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIPlanted1234567890abcdefghijklmnopqrstuv\n\
                   -----END PRIVATE KEY-----\n";
const GITHUB: &str = r#"[{"value":"gho_planted","repos":[],"last_modified_timestamp":1}]"#;

/// Every member `next` of a document, however deep.
fn nexts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(next) = members.get("next").and_then(Value::as_str) {
                found.push(next.to_owned());
            }
            members.values().for_each(|member| nexts(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| nexts(item, found)),
        _ => {}
    }
}

fn is_one_command(text: &str) {
    let parsed = Command::new("sh").args(["-n", "-c", text]).status().unwrap();
    let unquoted: String = text.replace(r"'\''", "").split('\'').step_by(2).collect();
    assert!(parsed.success() && !unquoted.contains(['(', ')', ';', '\n']), "{text}");
    let first = text.split(' ').next().unwrap();
    assert!(["azvault", "ls"].contains(&first), "{text}");
    assert!(!text.contains("://"), "{text}");
}

#[test]
fn every_next_command_can_be_pasted() {
    let files = [
        ("msal_token_cache.json", CACHE),
        ("it's (1).json", CACHE),
        ("damaged.json", &CACHE[..CACHE.len() - 2]),
        ("strange.bin", KEY),
        ("github_token_cache.json", GITHUB),
    ];
    for (name, text) in files {
        let home = Home::empty();
        fs::create_dir_all(home.join(".azure/my data; (x)")).unwrap();
        fs::write(home.join(".azure/my data; (x)").join(name), text).unwrap();
        for args in [&["scan"][..], &["scan", "--home"], &["scan", ".azure"]] {
            let ran = home.run(args).expect(10);
            let hints = ran.stderr.lines().filter_map(|line| line.strip_prefix("try: "));
            let hints: Vec<&str> = hints.collect();
            assert_eq!(hints.len(), 1, "{name}: {}", ran.stderr);
            is_one_command(hints[0]);
            let mut all = Vec::new();
            nexts(&home.run(&[args, &["-o", "json"]].concat()).expect(10).json(), &mut all);
            assert_eq!(all.len(), 2, "{name}: {all:?}");
            assert_eq!(all[1], hints[0]);
            all.iter().for_each(|next| is_one_command(next));
        }
    }
}

#[test]
fn what_could_not_be_read_has_one_as_well() {
    for target in ["gone", "dotfiles/it's (1).json", "dotfiles"] {
        let home = Home::empty();
        fs::create_dir_all(home.join("dotfiles")).unwrap();
        fs::create_dir(home.join(".azure")).unwrap();
        fs::write(home.join("dotfiles/it's (1).json"), CACHE).unwrap();
        symlink(home.join(target), home.join(".azure/msal_token_cache.json")).unwrap();
        let ran = home.run(&["scan"]).expect(10);
        let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("try: ")).unwrap();
        is_one_command(hint);
    }
}

#[test]
fn what_revokes_a_credential_is_text_beside_its_file() {
    let home = Home::empty();
    fs::create_dir(home.join(".azure")).unwrap();
    fs::write(home.join(".azure/github_token_cache.json"), GITHUB).unwrap();
    let path = home.join(".azure/github_token_cache.json");
    let next = format!("try: azvault migrate plan --from {}", path.display());
    let ran = home.run(&["scan"]).expect(10).says(&next);
    assert!(ran.stdout.contains("revoke: https://github.com/settings/applications"));
    let plan = home.run(&["migrate", "plan", "--from", path.to_str().unwrap()]).expect(0).stdout;
    assert!(plan.contains("github_token_cache.json"), "{plan}");
    fs::remove_file(path).unwrap();
    fs::write(home.join(".azure/strange.bin"), KEY).unwrap();
    let said = home.run(&["scan"]).expect(10).stdout;
    assert!(said.contains("not imported: revoke what it holds"), "{said}");
}
