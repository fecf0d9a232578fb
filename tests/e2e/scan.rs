use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::{Value, json};

use azvault_test_support::{Home, Ran, copy_folder, fixture};

/// A token cache of Azure CLI with one refresh token.
pub(crate) const CACHE: &str = r#"{"RefreshToken":{"k":{"home_account_id":"o.t","environment":"login.microsoftonline.com","client_id":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","secret":"rt.planted"}}}"#;

fn scan(home: &Home, args: &[&str]) -> Value {
    home.run(&[&["scan"], args, &["-o", "json"]].concat()).json()
}

fn paths(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_clean_home_has_no_findings() {
    let home = Home::empty();
    let said = home.run(&["scan"]).expect(0).stdout;
    assert!(said.contains("no Azure sign-ins were found in the usual places\n"), "{said}");
    // The passphrase file of the test is the only file.
    assert!(said.contains("looked at 1 file in 1 folder\n"), "{said}");
    let scan = home.json(&["scan"]);
    assert_eq!(scan["findings"], json!([]));
    assert_eq!((&scan["looked"]["files"], &scan["looked"]["complete"]), (&json!(1), &json!(true)));
}

#[test]
fn sign_ins_in_clear_are_findings_and_no_vault_is_needed() {
    let home = Home::empty();
    copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
    let ran = home.run(&["scan", "-o", "json"]).expect(10);
    let scan = ran.json();
    assert_eq!(paths(&scan["findings"]).len(), 2);
    assert_eq!(scan["totals"]["contexts"], 3);
    assert_eq!(scan["next"], "azvault migrate");
    assert!(!home.vault().exists());
    ran.says("azvault migrate");
}

#[test]
fn files_and_folders_can_be_named() {
    let home = Home::empty();
    let file = fixture("azure-powershell/files/caches/TokenCache.v3.dat");
    home.run(&["scan", file.to_str().unwrap()]).expect(10);
    home.run(&["scan", home.join("nowhere").to_str().unwrap()]).expect(5);
    home.run(&["scan", home.path().to_str().unwrap()]).expect(0);
    home.run(&["scan", "--home", "."]).expect(2);
}

#[test]
fn what_lies_elsewhere_is_found_where_it_is_named_or_in_the_whole_home() {
    let home = Home::empty();
    let copy = home.join("projects/my azure context.json");
    fs::create_dir(home.join("projects")).unwrap();
    let from = fixture("azure-powershell/homes/az4-linux/.Azure/AzureRmContext.json");
    fs::copy(from, &copy).unwrap();
    home.run(&["scan"]).expect(0);
    // The next command names it too.
    let next = format!("azvault migrate --from '{}'", copy.display());
    home.run(&["scan", copy.to_str().unwrap()]).expect(10).says(&next);
    home.run(&["scan", "--home"]).expect(10).says(&next);
    let others: Vec<_> = (0..5).map(|n| home.join(&format!("projects/{n}.json"))).collect();
    for other in &others {
        fs::copy(&copy, other).unwrap();
    }
    let next = format!("azvault migrate --from {}", home.path().display());
    home.run(&["scan", "--home"]).expect(10).says(&next);
    for other in &others {
        fs::remove_file(other).unwrap();
    }
    fs::create_dir(home.join(".azure")).unwrap();
    fs::write(home.join(".azure/msal_token_cache.json.bak"), CACHE).unwrap();
    let both = "azvault migrate && azvault migrate --from '";
    home.run(&["scan", "--home"]).expect(10).says(both);
    let nothing = home.join("nothing");
    fs::create_dir(&nothing).unwrap();
    let said = home.run(&["scan", nothing.to_str().unwrap()]).expect(0).stdout;
    assert!(said.starts_with("no Azure sign-ins were found in what was named\n"), "{said}");
    let help = home.run(&["scan", "--help"]).expect(0).stdout;
    assert!(help.contains("nowhere else"), "{help}");
}

#[test]
fn secrets_of_other_kinds_are_findings_too() {
    let home = Home::empty();
    fs::create_dir_all(home.join(".azure/azuredevops")).unwrap();
    let pats =
        "[azdevops-cli:https://dev.azure.com/fabrikam]\npersonal access token = planted-pat\n";
    fs::write(home.join(".azure/azuredevops/personalAccessTokens"), pats).unwrap();
    let ran = home.run(&["scan"]).expect(10).says("1 file with unencrypted credentials");
    assert!(ran.stdout.contains("personalAccessTokens"), "{}", ran.stdout);
}

#[test]
fn backups_a_second_folder_and_saved_files_are_found_by_what_they_hold() {
    let home = Home::empty();
    let files = [
        ".azure/msal_token_cache.json.bak",
        ".azure/msal_token_cache (1).json",
        ".azure/msal_token_cache.json~",
        ".azure/backup/msal_token_cache - Copy.json",
        ".azure-client1/msal_token_cache.json.old",
        ".IdentityService/my.app.nocae",
        "Documents/saved",
    ];
    for file in files {
        fs::create_dir_all(home.join(file).parent().unwrap()).unwrap();
        fs::write(home.join(file), CACHE).unwrap();
    }
    // A name that is known hides none of them.
    fs::write(home.join(".azure/azureProfile.json"), r#"{"subscriptions":[]}"#).unwrap();
    for args in [&[][..], &["--home"], &["."]] {
        let mut found = paths(&scan(&home, args)["findings"]);
        found.sort();
        let mut wanted: Vec<String> =
            files.iter().map(|file| home.join(file).to_str().unwrap().to_owned()).collect();
        wanted.sort();
        assert_eq!(found, wanted, "{args:?}");
    }
    // What a person saved by hand is moved where it is named, and the next command names it.
    let next = home.run(&["scan"]).expect(10);
    assert!(next.stderr.contains("azvault migrate && azvault migrate --from "), "{}", next.stderr);
    assert!(next.stderr.contains("/Documents/saved"), "{}", next.stderr);
    let plan = home.json(&["migrate", "plan"]);
    let planned = paths(&plan["sources"]);
    assert!(!planned.iter().any(|path| path.ends_with("/Documents/saved")), "{planned:?}");
    // With a folder of the variable, the usual one is looked at as well.
    let mut moved = home.command(&["scan", "-o", "json"]);
    let moved = moved.env("AZURE_CONFIG_DIR", home.join("empty")).output().unwrap();
    assert_eq!(moved.status.code(), Some(10));
    // One value in seven files is one secret.
    let totals = &scan(&home, &[])["totals"];
    assert_eq!((&totals["secrets"], &totals["in_files"]["secrets"]), (&json!(1), &json!(7)));
}

#[test]
fn a_row_says_how_bad_a_file_is_and_why_and_the_worst_is_first() {
    let home = Home::empty();
    fs::create_dir(home.join(".azure")).unwrap();
    fs::set_permissions(home.path(), Permissions::from_mode(0o700)).unwrap();
    let file = |name: &str, text: &str, mode: u32| {
        let path = home.join(".azure").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    };
    let expired = r#"{"AccessToken":{"k":{"home_account_id":"o.t","environment":"login.microsoftonline.com","client_id":"c","secret":"at","target":"s","expires_on":"1"}}}"#;
    file("a.json", expired, 0o644);
    file("b.json", CACHE, 0o600);
    file("c.json", CACHE, 0o644);
    file("d.json", &CACHE[..CACHE.len() - 2], 0o600);
    let findings = &scan(&home, &[])["findings"];
    let rows: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let path = one["path"].as_str().unwrap();
            let text = |name: &str| one[name].as_str().unwrap();
            (&path[path.len() - 6..path.len() - 5], text("severity"), text("readable_by"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("c", "critical", "everybody on this machine"),
            ("b", "high", "only you"),
            ("a", "medium", "everybody on this machine"),
            ("d", "medium", "only you"),
        ]
    );
    assert_eq!(findings[2]["expired"], json!({"access_token": 1}));
    assert_eq!(findings[0]["age"], 0);
    // The folder of the test is closed to others: said, and no reason to call it harmless.
    assert_eq!(findings[0]["closed_by"], home.path().to_str().unwrap());
    let said = home.run(&["scan"]).expect(10).stdout;
    assert!(said.contains("everybody*") && said.contains("~/.azure/c.json"), "{said}");
    assert!(said.contains("msal-cache: 1 access token (expired)"), "{said}");
    let tsv = home.run(&["scan", "-o", "tsv"]).expect(10).stdout;
    assert_eq!(tsv.lines().count(), 4);
    assert!(tsv.starts_with("critical\teverybody on this machine\t0\t"), "{tsv}");
}

#[test]
fn what_could_not_be_read_is_no_all_clear() {
    let home = Home::empty();
    fs::create_dir_all(home.join("dotfiles")).unwrap();
    fs::create_dir(home.join(".azure")).unwrap();
    let target = home.join("dotfiles/my cache.json");
    fs::write(&target, CACHE).unwrap();
    symlink(&target, home.join(".azure/msal_token_cache.json")).unwrap();
    let next = format!("azvault migrate --from '{}'", target.display());
    let ran = home.run(&["scan"]).expect(10).says("not all of it could be looked at").says(&next);
    assert!(ran.stdout.contains("; 1 could not be read"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not read: ~/.azure/msal_token_cache.json"), "{}", ran.stdout);
    let document = ran_json(&home.run(&["scan", "-o", "json"]).expect(10));
    assert_eq!(document["looked"]["complete"], false);
    assert_eq!(document["unreadable"][0]["next"], next);
    // A link that leads nowhere, and one to a folder, are not folders that are empty.
    fs::remove_file(home.join(".azure/msal_token_cache.json")).unwrap();
    symlink("gone", home.join(".azure/clouds.config")).unwrap();
    home.run(&["scan"]).expect(10);
    fs::remove_file(home.join(".azure/clouds.config")).unwrap();
    fs::remove_dir(home.join(".azure")).unwrap();
    symlink("gone", home.join(".azure")).unwrap();
    home.run(&["scan"]).expect(10).says("not all of it could be looked at");
    fs::remove_file(home.join(".azure")).unwrap();
    home.run(&["scan"]).expect(0);
}

fn ran_json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_cache_of_the_current_folder_is_found_and_a_context_without_one_is_named() {
    for name in ["cache-in-working-directory", "eras/5.3.1/home-no-local-share"] {
        let home = Home::with_vault();
        copy_folder(&fixture("real-az").join(name), home.path());
        let lost = scan(&home, &[]);
        let signed_out = lost["signed_out"].as_array().unwrap();
        assert!(!signed_out.is_empty(), "{name}");
        let plan = home.run(&["migrate", "plan"]).expect(0).stdout;
        let context = signed_out[0].as_str().unwrap();
        let said = format!("no sign-in found for context \"{context}\": its token cache");
        assert!(plan.contains(&said), "{plan}");
        home.run(&["migrate", "run", "--yes"]).expect(0).says(&said);
        let mut there = home.command(&["scan", "-o", "json"]);
        let there = there.current_dir(home.join("w")).output().unwrap();
        let there: Value = serde_json::from_slice(&there.stdout).unwrap();
        assert_eq!(there["signed_out"], json!([]), "{name}");
        let cache = &there["findings"].as_array().unwrap().iter().find(|one| {
            one["path"].as_str().unwrap().ends_with("w/.IdentityService/msal.cache.cae")
        });
        assert_eq!(cache.unwrap()["secrets"]["refresh_token"], 1, "{name}: {there}");
        // Through the whole home it is found from anywhere.
        assert_eq!(scan(&home, &["--home"])["signed_out"], json!([]), "{name}");
    }
}
