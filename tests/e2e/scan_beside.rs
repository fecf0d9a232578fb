//! What lies beside the sign-ins: the same to `scan`, to `migrate clean` and to the guided migrate.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::scan::CACHE;
use azvault_test_support::Home;

const FILES: [(&str, &str, &str); 3] = [
    (
        ".azure/azuredevops/personalAccessTokens",
        "[azure-devops-cli:https://dev.azure.com/fabrikam]\npersonal access token = planted-pat\n",
        "personal access token of Azure DevOps",
    ),
    (
        ".azure/config",
        "[cloud]\nname = AzureCloud\n[storage]\n\
         connection_string = DefaultEndpointsProtocol=https;AccountName=x;AccountKey=planted\n",
        "access key of a storage account",
    ),
    (
        ".azure/github_token_cache.json",
        r#"[{"value":"gho_planted","repos":[],"last_modified_timestamp":1}]"#,
        "GitHub token that Azure CLI cached",
    ),
];

fn leave(home: &Path) {
    fs::create_dir_all(home.join(".azure/azuredevops")).unwrap();
    for (path, text, _) in FILES {
        fs::write(home.join(path), text).unwrap();
    }
}

#[test]
fn credentials_of_other_services_alone_are_one_row_a_file() {
    let home = Home::empty();
    leave(home.path());
    // What only names tenants is no finding.
    fs::write(home.join(".azure/msal_http_cache.bin"), [0x80, 4, b'.']).unwrap();
    let ran = home.run(&["scan", "-o", "json"]).expect(10);
    assert!(!ran.stdout.contains("planted"));
    let scan = ran.json();
    let rows = scan["findings"].as_array().unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row["path"].as_str().unwrap(), row["reported"][0]["what"].as_str().unwrap()))
        .collect();
    let paths = FILES.map(|(path, _, _)| home.join(path).display().to_string());
    let wanted: Vec<_> =
        paths.iter().zip(FILES).map(|(path, (_, _, what))| (path.as_str(), what)).collect();
    assert_eq!(found, wanted);
    assert_eq!((&scan["left_over"], &scan["totals"]["files"]), (&json!([]), &json!(3)));
    // None of it is imported: `azvault migrate` would not be the next command.
    let next = format!("try: azvault migrate plan --from {}", paths[0]);
    let said = home.run(&["scan"]).expect(10).says(&next).stdout;
    assert!(said.contains("azcli-config: access key of a storage account"), "{said}");
    assert_eq!(said.matches("personalAccessTokens").count(), 1, "{said}");
}

#[test]
fn clean_and_the_guided_migrate_say_what_scan_says() {
    let home = Home::with_vault();
    leave(home.path());
    fs::write(home.join(".azure/msal_token_cache.json"), CACHE).unwrap();
    let lines = FILES.map(|(path, _, what)| {
        let format = match path.rsplit('/').next() {
            Some("config") => "azcli-config",
            Some("personalAccessTokens") => "azdevops-pats",
            _ => "azcli-github-tokens",
        };
        format!("  ~/{path}: {format}: {what}\n")
    });
    let said = home.run(&["migrate", "--yes"]).expect(0).stderr;
    let listed = format!("Also on this machine, and not moved:\n{}", lines.concat());
    assert!(said.contains(&listed), "{said}");
    assert!(said.contains("azvault scan\n"), "{said}");
    let said = home.run(&["migrate", "clean", "--yes"]).expect(0).stderr;
    assert!(said.contains(&listed), "{said}");
    assert!(!home.join(".azure/msal_token_cache.json").exists());
    // A folder that could not be read is no silence.
    for (path, _, _) in FILES {
        fs::remove_file(home.join(path)).unwrap();
    }
    fs::write(home.join(".azure/msal_token_cache.json"), CACHE).unwrap();
    std::os::unix::fs::symlink("gone", home.join(".azure/clouds.config")).unwrap();
    let said = home.run(&["migrate", "--yes"]).stderr;
    assert!(said.contains("Not all of this machine could be looked at."), "{said}");
}

#[test]
fn a_file_that_was_not_understood_is_a_finding_whatever_it_is() {
    let settings = r#"{"Mode":"CurrentUser","ContextDirectory":null,"ContextFile":null,"Odd":"x"}"#;
    for (path, whole, odd) in [
        (".azure/config", "[cloud]\nname = AzureCloud\n", "[cloud]\nname = x\nno setting\n"),
        (".azure/clouds.config", "[AzureCloud]\n", "no section\n"),
        (".azure/azuredevops/personalAccessTokens", "# none\n", "planted-pat\n"),
        (".Azure/AzureRmContextSettings.json", r#"{"Mode":"Process"}"#, settings),
        (".Azure/AzureRmContextSettings.json", r#"{"Mode":"Process"}"#, "{\"Mode\": "),
    ] {
        let home = Home::empty();
        fs::create_dir_all(home.join(path).parent().unwrap()).unwrap();
        fs::write(home.join(path), whole).unwrap();
        home.run(&["scan"]).expect(0);
        fs::write(home.join(path), odd).unwrap();
        let said = home.run(&["scan"]).expect(10).says("try: azvault migrate plan --from ").stdout;
        assert!(said.contains(&format!("~/{path}\n")), "{path}: {said}");
        assert!(said.contains("secrets may be in it"), "{path}: {said}");
    }
}

#[test]
fn on_a_narrow_terminal_no_line_is_longer_and_no_path_is_broken() {
    let home = Home::empty();
    leave(home.path());
    fs::write(home.join(".azure/msal_token_cache.json"), CACHE).unwrap();
    fs::write(home.join(".azure/msal_token_cache.json.damaged"), &CACHE[..90]).unwrap();
    let profile = r#"{"subscriptions":[{"id":"s","name":"n","tenantId":"t","environmentName":"AzureCloud","user":{"name":"u","type":"user"}}]}"#;
    fs::write(home.join(".azure/azureProfile.json"), profile).unwrap();
    std::os::unix::fs::symlink("gone", home.join(".azure/clouds.config")).unwrap();
    let shown = home.on_terminal_of(Some(80), &[], &["scan"]).expect(10).stdout;
    // What redraws a line for the progress is no line of the answer.
    let lines: Vec<String> = shown
        .lines()
        .map(|line| {
            let plain = console::strip_ansi_codes(line).into_owned();
            plain.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default().to_owned()
        })
        .collect();
    // The command to paste is one line, whatever its length.
    for line in lines.iter().filter(|line| !line.starts_with("try: ")) {
        assert!(line.chars().count() <= 80, "{line:?} in {lines:#?}");
    }
    for path in FILES.iter().map(|(path, ..)| *path).chain([".azure/azureProfile.json"]) {
        let whole = format!("~/{path}");
        assert!(lines.iter().any(|line| line.contains(&whole)), "{path}: {lines:#?}");
    }
}
