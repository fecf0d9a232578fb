use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::leftovers::draft_name;
use azvault_test_support::{Home, copy_folder, files, fixture, ran};

#[test]
fn one_guided_command_makes_the_vault_and_proves_the_import() {
    let home = Home::empty();
    copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
    let before = files(home.path());
    let ran = home.run(&["migrate", "--no-recovery"]).expect(0);
    assert!(ran.stdout.contains("proven: 3 contexts and 12 secrets"), "{}", ran.stdout);
    assert_eq!(files(home.path()), before, "the originals are untouched");
    assert_eq!(home.json(&["status"])["contexts"], 3);
}

#[test]
fn with_nothing_to_import_no_vault_is_made() {
    let home = Home::empty();
    home.run(&["migrate"]).expect(0).says("nothing to import");
    assert!(!home.vault().exists());
    let home = Home::with_vault();
    home.run(&["migrate", "run", "--yes"]).expect(0).says("nothing to do");
}

#[test]
fn a_plan_writes_nothing_and_needs_no_vault() {
    let home = Home::empty();
    copy_folder(&fixture("azure-powershell/homes/both-cli-and-powershell"), home.path());
    let before = files(home.path());
    let plan = home.json(&["migrate", "plan"]);
    assert_eq!(plan["schema"], 1);
    assert!(plan["contexts"].as_array().unwrap().iter().all(|c| c["action"] == "add"));
    assert!(plan["totals"]["secrets"].as_u64().unwrap() > 6);
    assert!(plan["secrets"].as_array().unwrap().iter().all(|s| s.get("value").is_none()));
    assert_eq!(files(home.path()), before);
    assert!(!home.vault().exists());
}

#[test]
fn a_second_run_changes_nothing() {
    let home = Home::with_files("azure-powershell/homes/both-cli-and-powershell");
    let first = home.json(&["migrate", "run", "--yes"]);
    assert_eq!(first["changed"], true);
    let bytes = fs::read(home.vault()).unwrap();
    let second = home.json(&["migrate", "run", "--yes"]);
    assert_eq!(second["changed"], false);
    assert_eq!(second["migration"], first["migration"]);
    assert_eq!(fs::read(home.vault()).unwrap(), bytes);
    let plan = home.json(&["migrate", "plan"]);
    assert!(plan["contexts"].as_array().unwrap().iter().all(|c| c["action"] == "same"));
}

#[test]
fn a_rotated_secret_is_added_by_the_next_run() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let file = home.join(".Azure/AzureRmContext.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("not-a-real-secret-h401", "not-a-real-secret-9999")).unwrap();
    home.run(&["migrate", "verify"]).expect(10);
    home.run(&["migrate", "clean", "--yes"]).expect(10);
    assert!(file.exists());
    assert_eq!(home.json(&["migrate", "run", "--yes"])["changed"], true);
    home.run(&["migrate", "verify"]).expect(0);
    let secrets = home.json(&["secret", "list"]);
    assert_eq!(secrets["secrets"].as_array().unwrap().len(), 13);
}

#[test]
fn clean_and_rollback_give_back_the_same_bytes_modes_and_times() {
    let home = Home::with_vault();
    for (folder, to) in [
        ("azure-powershell/homes/both-cli-and-powershell", ""),
        ("azure-cli/mixed-2.29.2-then-2.45.0", "az dir"),
        ("azure-powershell/homes/saved-files/Documents", "odd \n \u{1b}[31m name"),
    ] {
        copy_folder(&fixture(folder), &home.join(to));
    }
    let odd = home.join(".Azure/AzureRmContext.json");
    fs::set_permissions(&odd, fs::Permissions::from_mode(0o666)).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_234_567_890, 123_456_789);
    fs::File::options().append(true).open(&odd).unwrap().set_modified(time).unwrap();
    let before = files(home.path());
    let all = home.path().to_str().unwrap().to_owned();
    let az = home.join("az dir");
    let saved = home.join("odd \n \u{1b}[31m name");
    let from = ["--from", &all, "--from", az.to_str().unwrap(), "--from", saved.to_str().unwrap()];
    home.run(&[&["migrate", "run", "--yes"], &from[..]].concat()).expect(0);
    home.run(&["migrate", "verify"]).expect(0);
    let cleaned = home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(cleaned.stdout.contains("removed 10 files"), "{}", cleaned.stdout);
    let cleaned = cleaned.says("not erasing").says("az ad app credential delete").says("0666");
    drop(cleaned);
    assert_eq!(files(home.path()).len(), before.len() - 10);
    home.run(&["migrate", "verify"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0).says("gone already");
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(files(home.path()), before);
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(files(home.path()), before);
    // What was put back is known, and goes again.
    let again = home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(again.stdout.contains("removed 10 files"), "{}", again.stdout);
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(files(home.path()), before);
}

#[test]
fn rollback_does_not_replace_what_came_into_being_since() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    let file = home.join(".Azure/AzureRmContext.json");
    fs::write(&file, "new").unwrap();
    home.run(&["migrate", "rollback", "--yes"]).expect(9).says("nothing was put back");
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert!(!home.join(".Azure/TokenCache.dat").exists());
    home.run(&["migrate", "rollback", "--yes", "--force"]).expect(0);
    assert_eq!(
        fs::read(&file).unwrap(),
        fs::read(fixture("azure-powershell/homes/az4-linux/.Azure/AzureRmContext.json")).unwrap()
    );
}

#[test]
fn clean_removes_nothing_that_changed_and_nothing_unasked() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "clean", "--yes"]).expect(5);
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["migrate", "clean"]).expect(14).says("--yes");
    home.run(&["migrate", "clean", "--dry-run"]).expect(0);
    let file = home.join(".Azure/TokenCache.dat");
    assert!(file.exists());
    // The same bytes in another file are another file: somebody wrote it since.
    let bytes = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    fs::write(home.join(".Azure/other"), "holds the inode").unwrap();
    fs::write(&file, bytes).unwrap();
    home.run(&["migrate", "clean", "--yes"]).expect(10).says("kept").says("azvault migrate run");
    assert!(file.exists());
    // What was said to type helps.
    assert_eq!(home.json(&["migrate", "run", "--yes"])["changed"], true);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!file.exists());
}

#[test]
fn forget_drops_the_way_back_and_keeps_the_secrets() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let run = home.json(&["migrate", "run", "--yes"]);
    let id = run["migration"].as_str().unwrap();
    home.run(&["migrate", "forget", id]).expect(14);
    home.run(&["migrate", "forget", id, "--yes"]).expect(0);
    home.run(&["migrate", "rollback", "--yes"]).expect(5);
    assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), 12);
    home.run(&["verify"]).expect(0);
    // Without a sealed copy there is nothing to compare with, so nothing is removed.
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(home.join(".Azure/TokenCache.dat").exists());
}

#[test]
fn migrations_are_listed_and_shown() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let run = home.json(&["migrate", "run", "--yes"]);
    let id = run["migration"].as_str().unwrap();
    let list = home.json(&["migrate", "list"]);
    assert_eq!(list["migrations"][0]["id"], id);
    assert_eq!(list["migrations"][0]["sealed"], 2);
    let show = home.json(&["migrate", "show", id]);
    assert!(show["sources"].as_array().unwrap().iter().any(|s| s["format"] == "adal-cache-v3"));
    home.run(&["migrate", "show", "0000000000000001"]).expect(5);
}

#[test]
fn the_default_can_be_chosen() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let name = "FABRIKAM shared (5b000000-0000-4000-8000-000000000003) - megan@contoso.example";
    home.run(&["migrate", "run", "--yes", "--default", "nobody"]).expect(5);
    home.run(&["migrate", "run", "--yes", "--default", name]).expect(0);
    let default = home.json(&["context", "list"])["default"].as_str().unwrap().to_owned();
    assert!(default.starts_with("Fabrikam Shared"), "{default}");
}

#[test]
fn an_import_that_is_killed_leaves_the_vault_as_it_was_or_whole() {
    let home = Home::with_files("azure-powershell/homes/az-modern-linux-plaintext");
    let empty = home.json(&["secret", "list"]);
    let mut seen_whole = false;
    for milliseconds in [0, 5, 15, 30, 45, 60, 75, 90, 120, 200] {
        let mut child = home.command(&["migrate", "run", "--yes"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        let _ = child.kill();
        let _ = child.wait();
        home.run(&["verify"]).expect(0);
        let held = home.json(&["secret", "list"]);
        let count = held["secrets"].as_array().unwrap().len();
        assert!(held == empty || count == 11, "{count} secrets after {milliseconds} ms");
        seen_whole |= count == 11;
    }
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let whole = home.json(&["secret", "list"])["secrets"].as_array().unwrap().len();
    assert_eq!(whole, 11);
    let _ = seen_whole;
}

#[test]
fn an_unattended_run_without_consent_asks_and_so_fails() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run"]).expect(14).says("--yes");
    let mut command = home.command(&["migrate"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(14);
}

#[test]
fn variables_and_settings_that_redirect_are_followed() {
    let home = Home::with_vault();
    copy_folder(&fixture("azure-cli/adal-2.29.2"), &home.join("elsewhere"));
    let data = home.join("data/.IdentityService");
    copy_folder(
        &fixture("azure-powershell/homes/az5-identityservice-in-home/.IdentityService"),
        &data,
    );
    let contexts = home.join("contexts");
    fs::create_dir(&contexts).unwrap();
    let file = fixture("azure-powershell/files/contexts/11-client-assertion.json");
    fs::copy(file, contexts.join("mine.json")).unwrap();
    fs::create_dir(home.join(".Azure")).unwrap();
    let settings = serde_json::json!({
        "Mode": "Process", "ContextDirectory": contexts, "ContextFile": "mine.json",
        "CacheDirectory": null, "CacheFile": null, "Settings": {},
    });
    let place = home.join(".Azure/AzureRmContextSettings.json");
    fs::write(place, settings.to_string()).unwrap();
    let mut command = home.command(&["migrate", "plan", "-o", "json"]);
    command.env("AZURE_CONFIG_DIR", home.join("elsewhere"));
    command.env("XDG_DATA_HOME", home.join("data"));
    command.env("AZVAULT_FILE", home.vault());
    let plan = ran(command.output().unwrap()).expect(0).json();
    let sources = plan["sources"].as_array().unwrap();
    for end in ["elsewhere/accessTokens.json", ".IdentityService/msal.cache", "contexts/mine.json"]
    {
        let found = sources.iter().any(|s| s["path"].as_str().unwrap().ends_with(end));
        assert!(found, "{end} is not in {sources:?}");
    }
    assert_eq!(plan["autosave"], "Process");
    assert_eq!(plan["default"], "gha");
    assert!(plan["remarks"].to_string().contains("Azure CLI"), "both defaults are said");
}

#[test]
fn a_certificate_that_an_entry_points_to_is_taken_along_and_goes() {
    let home = Home::with_vault();
    copy_folder(&fixture("azure-cli/certs"), &home.join("certs"));
    let folder = home.join(".azure");
    fs::create_dir(&folder).unwrap();
    let certificate = home.join("certs/sp-drift.pem");
    let entries = serde_json::json!([{
        "client_id": "99811b4d-bbfc-48a2-8053-3cc7e83c1355", "tenant": "t", "certificate": certificate,
    }]);
    fs::write(folder.join("service_principal_entries.json"), entries.to_string()).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let secrets = home.json(&["secret", "list", "--reveal"]);
    let all = secrets["secrets"].as_array().unwrap();
    let held = all.iter().find(|secret| secret["kind"] == "certificate");
    let bytes = fs::read_to_string(&certificate).unwrap();
    assert_eq!(held.unwrap()["value"].as_str().unwrap(), bytes);
    assert_eq!(home.json(&["migrate", "verify"])["secrets"], all.len());
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!certificate.exists());
    assert!(!folder.join("service_principal_entries.json").exists());
}

#[test]
fn what_a_killed_rollback_left_in_clear_is_swept_by_the_next_one() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let left = home.join(".Azure").join(draft_name());
    fs::write(&left, "half an original").unwrap();
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert!(!left.exists());
}
