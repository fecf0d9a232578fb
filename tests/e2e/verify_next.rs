//! The next command of `migrate verify`: one that helps, which each test types as it stands.

use std::fs;

use rustix::fs::{CWD, Mode, mkfifoat};
use serde_json::{Value, json};

use azvault_test_support::{Home, Ran};

const FILE: &str = ".azure/service_principal_entries.json";

fn entry(app: &str, secret: Value) -> Value {
    json!({"client_id": app, "tenant": "t", "client_secret": secret})
}

fn secret(of: &str) -> Value {
    json!(format!("SYNTH~{of}-1234567890-abcdefghij"))
}

/// Writes the entries to a file below the home.
fn write(home: &Home, file: &str, entries: &[Value]) {
    let path = home.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, json!(entries).to_string()).unwrap();
}

/// A home with those entries in Azure CLI's own file, imported.
fn imported(entries: &[Value]) -> Home {
    let home = Home::with_vault();
    write(&home, FILE, entries);
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home
}

/// The command that `migrate verify` says, which ends with 10.
#[track_caller]
fn next(home: &Home) -> String {
    let ran = home.run(&["migrate", "verify"]).expect(10);
    let hint = ran.stderr.lines().find_map(|line| line.strip_prefix("try: "));
    hint.unwrap_or_else(|| panic!("{}", ran.stderr)).to_owned()
}

/// What a shell makes of a command, with everything agreed to.
fn typed(home: &Home, command: &str) -> Ran {
    let agreed = command.split(" && ").map(|one| match one.contains("migrate plan") {
        true => one.to_owned(),
        false => format!("{one} --yes"),
    });
    home.bash(&agreed.collect::<Vec<_>>().join(" && "))
}

#[test]
fn parts_that_were_not_understood_lead_to_the_plan_that_names_them() {
    let home = imported(&[
        entry("app", secret("good")),
        entry("odd", json!({"value": "SYNTH~an-odd-secret-1234567890"})),
    ]);
    let command = next(&home);
    assert_eq!(command, format!("azvault migrate plan --from {}", home.join(FILE).display()));
    let plan = typed(&home, &command).expect(0).stdout;
    assert!(plan.contains("/1/client_secret"), "{plan}");
    // The guided way ends in the same.
    home.run(&["migrate", "--yes"]).expect(10).says(&format!("try: {command}"));
}

#[test]
fn a_file_that_cannot_be_read_leads_to_the_plan_that_says_why() {
    let home = imported(&[entry("app", secret("good"))]);
    let path = home.join(FILE);
    fs::remove_file(&path).unwrap();
    mkfifoat(CWD, &path, Mode::RUSR).unwrap();
    let command = next(&home);
    assert_eq!(command, format!("azvault migrate plan --from {}", path.display()));
    let plan = typed(&home, &command);
    assert!(plan.stdout.contains("not a regular file"), "{}{}", plan.stdout, plan.stderr);
}

#[test]
fn a_changed_file_is_imported_again_from_where_it_lies() {
    for (file, options) in [(FILE, ""), ("my data/it's.json", " --from")] {
        let home = Home::with_vault();
        let path = home.join(file);
        write(&home, file, &[entry("app", secret("one"))]);
        home.run(&["migrate", "run", "--yes", "--from", path.to_str().unwrap()]).expect(0);
        write(&home, file, &[entry("app", secret("one")), entry("app2", secret("two"))]);
        let command = next(&home);
        assert!(command.starts_with(&format!("azvault migrate run{options}")), "{command}");
        assert_eq!(command.contains("--from"), !options.is_empty(), "{command}");
        typed(&home, &command).expect(0);
        home.run(&["migrate", "verify"]).expect(0);
        assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn what_was_signed_out_comes_back_from_its_file_or_once_that_is_put_back() {
    let home = imported(&[entry("app", secret("one"))]);
    let sign_out = || home.run(&["disconnect", "--account", "app", "--yes"]).expect(0);
    sign_out();
    let command = next(&home);
    assert_eq!(command, "azvault migrate run");
    typed(&home, &command).expect(0);
    home.run(&["migrate", "verify"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    sign_out();
    let command = next(&home);
    assert!(command.starts_with("azvault migrate rollback "), "{command}");
    typed(&home, &command).expect(0);
    assert!(home.join(FILE).exists());
    typed(&home, &next(&home)).expect(0);
    home.run(&["migrate", "verify"]).expect(0);
}
