//! What lies beside the sign-ins: the same to `scan`, to `migrate clean` and to the guided migrate.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::home::Home;
use crate::scan::CACHE;

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
