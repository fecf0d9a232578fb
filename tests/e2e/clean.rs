//! `migrate clean`: what goes beside the originals, what is said of what stays, and how one goes on.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use azvault_test_support::{Home, copy_folder, files, fixture, ran};

const CONTEXTS: &str = ".Azure/AzureRmContext.json";

/// Azure PowerShell's home of Az 4, imported, with files that come since.
fn imported_with(copies: &[(&str, &str)]) -> Home {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    for (from, to) in copies {
        fs::copy(home.join(from), home.join(to)).unwrap();
    }
    home
}

#[test]
fn copies_that_equal_an_original_go_with_it_and_come_back() {
    let home = imported_with(&[
        (CONTEXTS, ".Azure/AzureRmContext - Copy.json"),
        (CONTEXTS, ".Azure/named as nothing is"),
        (".Azure/TokenCache.dat", ".Azure/TokenCache.dat.bak"),
        (".Azure/TokenCache.dat", ".Azure/TokenCache.dat~"),
    ]);
    let lax = home.join(".Azure/TokenCache.dat~");
    fs::set_permissions(lax, fs::Permissions::from_mode(0o644)).unwrap();
    let before = files(home.path());
    let dry = home.json(&["migrate", "clean", "--dry-run"]);
    assert_eq!(dry["removed"].as_array().unwrap().len(), 6, "{dry}");
    assert_eq!(files(home.path()), before);
    let cleaned = home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(cleaned.stdout.contains("removed 6 files"), "{}", cleaned.stdout);
    assert!(cleaned.stdout.contains("TokenCache.dat~ (the same as "), "{}", cleaned.stdout);
    assert_eq!(files(home.path()).len(), before.len() - 6);
    home.run(&["migrate", "verify"]).expect(0);
    home.run(&["verify"]).expect(0);
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(files(home.path()), before);
    let again = home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(again.stdout.contains("removed 6 files"), "{}", again.stdout);
}

#[test]
fn where_an_original_changed_the_hint_is_one_command_and_then_it_goes() {
    let home = imported_with(&[]);
    let mut text = fs::read_to_string(home.join(CONTEXTS)).unwrap();
    text.push('\n');
    fs::write(home.join(CONTEXTS), text).unwrap();
    let refused = home.run(&["migrate", "clean", "--yes"]).expect(10);
    let refused = refused.says("nothing was removed: vault and originals differ");
    let hint = refused.stderr.lines().find_map(|line| line.trim().strip_prefix("try: azvault "));
    let words: Vec<&str> = hint.unwrap().split(' ').chain(["--yes"]).collect();
    home.run(&words).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!home.join(CONTEXTS).exists());
}

#[test]
fn a_copy_with_something_else_in_it_stays_and_is_named_with_what_imports_it() {
    let home = imported_with(&[(CONTEXTS, ".Azure/AzureRmContext (1).json")]);
    let older = home.join(".Azure/AzureRmContext (1).json");
    let text = fs::read_to_string(&older).unwrap();
    fs::write(&older, text.replace("not-a-real-secret-h401", "not-a-real-secret-old1")).unwrap();
    fs::write(home.join(".Azure/.TokenCache.dat.swp"), "b0VIM 9.0").unwrap();
    fs::write(home.join(".Azure/TokenCache.dat.lockfile"), "").unwrap();
    fs::write(home.join(".Azure/AzureRmContext.json.empty"), "{}").unwrap();
    let mut clean = home.command(&["migrate", "clean", "--yes", "-o", "json"]);
    let cleaned = ran(clean.output().unwrap()).expect(0).says("looks like a copy").json();
    let similar = cleaned["similar"].as_array().unwrap();
    let paths: Vec<_> = similar.iter().map(|one| one["path"].as_str().unwrap()).collect();
    let swap = home.join(".Azure/.TokenCache.dat.swp");
    assert_eq!(paths, [swap.to_str().unwrap(), older.to_str().unwrap()]);
    assert!(older.exists() && swap.exists());
    // What is said to type takes it along.
    let next = similar[1]["next"].as_str().unwrap().replace("migrate ", "migrate run --yes ");
    home.bash(&next).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!older.exists());
}

#[test]
fn it_says_what_to_revoke_in_which_order_and_how_to_go_on() {
    let home = Home::with_files("azure-powershell/homes/both-cli-and-powershell");
    let plain = [".Azure", ".azure"].map(|folder| home.join(folder).exists());
    assert!(plain.contains(&true));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let said = home.run(&["migrate", "clean", "--yes"]).expect(0).stderr;
    // az has just been signed out: the vault signs it in.
    for line in said.lines().filter(|line| line.contains("az ad ") || line.contains("az rest ")) {
        let own = line.matches("az ad ").count() + line.matches("az rest ").count();
        assert_eq!(line.matches("azvault exec -- az ").count(), own, "{line}");
    }
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"));
    assert!(at("  1. client_secret") < at("refresh_token of "), "the worst first: {said}");
    assert!(!said.contains(". certificate_path of "), "{said}");
    assert!(at("refresh_token of ") < at("Revoking ends the vault's own copy as well"));
    assert!(at("Revoking ends") < at("azvault connect --service-principal --application"));
    assert!(at("azvault connect --service-principal --application") < at("To go on:"));
    for text in [" -- az account show", "azvault az-shim install", "| Connect-AzVault"] {
        assert!(at("To go on:") < at(text), "{text}: {said}");
    }
    // Every secret of the vault was in one of these files; one that was not is not for this list.
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    let cleaned = home.json(&["migrate", "clean", "--yes"]);
    assert_eq!(cleaned["go_on"].as_array().unwrap().len(), 3, "{cleaned}");
    assert!(!cleaned["then"].as_array().unwrap().is_empty());
}

#[test]
fn only_what_lay_in_the_files_is_to_be_revoked() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join("other"));
    let other = home.join("other");
    let second = ["migrate", "run", "--yes", "--from", other.to_str().unwrap()];
    home.run(&second).expect(0);
    let cleaned = home.json(&["migrate", "clean", "--yes"]);
    let rotate = cleaned["rotate"].to_string();
    assert!(rotate.contains("astrid.berg@") && !rotate.contains("megan@"), "{rotate}");
}

#[test]
fn another_migration_that_was_not_cleaned_is_named() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let first = home.json(&["migrate", "run", "--yes"]);
    copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join(".azure"));
    home.run(&["migrate", "run", "--yes", "--from", home.join(".azure").to_str().unwrap()])
        .expect(0);
    let first = first["migration"].as_str().unwrap();
    let cleaned = home.json(&["migrate", "clean", "--yes"]);
    assert_eq!(cleaned["uncleaned"], json!([{"migration": first, "files": 2}]));
    home.run(&["migrate", "clean", "--yes"]).expect(0).says(&format!("migrate clean {first}"));
    let last = home.json(&["migrate", "clean", first, "--yes"]);
    assert_eq!(last["uncleaned"], json!([]));
    assert_eq!(last["removed"].as_array().unwrap().len(), 2);
}

#[test]
fn credentials_that_no_context_uses_are_named_and_their_files_go() {
    let home = Home::with_files("real-az/orphan-keystore");
    let said = "no context uses the credentials of \"a9900000-0000-4000-8000-0000000000aa\"";
    let plan = home.run(&["migrate", "plan"]).expect(0).stdout;
    assert!(plan.contains(said), "{plan}");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let cleaned = home.run(&["migrate", "clean", "--yes"]).expect(0);
    cleaned.says("No context uses the credentials of \"a9900000-0000-4000-8000-0000000000aa\"");
    assert!(!home.join(".Azure/keystore.cache").exists());
    // Where every one has its context, nothing is said.
    let home = Home::with_files("real-az/base");
    let plan = home.run(&["migrate", "plan"]).expect(0).stdout;
    assert!(!plan.contains("no context uses"), "{plan}");
}

#[test]
fn an_empty_context_file_is_nothing_bad() {
    let home = Home::with_files("real-az/module-imported-only");
    let plan = home.json(&["migrate", "plan"]);
    let sources = plan["sources"].as_array().unwrap();
    let ends = |one: &&Value| one["path"].as_str().unwrap().ends_with("AzureRmContext.json");
    let empty = sources.iter().find(ends).unwrap();
    assert_eq!((&empty["format"], &empty["outcome"]), (&json!("empty"), &json!("accept")));
    home.run(&["scan"]).expect(0);
}

#[test]
fn a_file_with_something_that_is_not_in_the_vault_stays_and_the_others_go() {
    const SECRET: &str = "nob8Q~odyKnows.uJ3kf9XbT2vLw0PzRn5yHcD7s";
    let home = Home::with_files("real-az/one-user");
    let file = home.join(CONTEXTS);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("Sub One\"", &format!("{SECRET}\""))).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let cleaned = home.run(&["migrate", "clean", "--yes"]).expect(10);
    let cleaned = cleaned.says("kept ").says("looks like a client secret").says("migrate verify");
    assert!(cleaned.stdout.contains("removed 1 file"), "{}", cleaned.stdout);
    assert!(!(cleaned.stdout + &cleaned.stderr).contains(SECRET));
    assert!(file.exists());
    assert!(!home.join(".local/share/.IdentityService/msal.cache.cae").exists());
}
