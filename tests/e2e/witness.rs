//! The proof does not trust the readers alone: what looks like a credential in an original must be
//! in the vault, or have a reason.

use std::fs;

use serde_json::json;

use azvault_test_support::{Home, fixture};

const SECRET: &str = "nob8Q~odyKnows.uJ3kf9XbT2vLw0PzRn5yHcD7s";

/// A home with one user's sign-in, whose context file was changed.
fn changed(change: impl Fn(&str) -> String) -> Home {
    let home = Home::with_files("real-az/one-user");
    let file = home.join(".Azure/AzureRmContext.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, change(text.trim_start_matches('\u{feff}'))).unwrap();
    home
}

#[test]
fn what_a_reader_overlooks_fails_the_proof_and_keeps_the_file() {
    type Change = fn(&str) -> String;
    let changes: [(&str, &str, Change); 3] = [
        // Stray bytes before the first brace: Azure PowerShell skips them, and so does the reader.
        ("line 1", "client secret", |text| format!("old app: client_secret={SECRET}\n{text}")),
        // A subscription's name goes into the vault as a name, which every listing shows.
        ("/Subscription/Name", "client secret", |text| {
            text.replace("Sub One\"", &format!("{SECRET}\""))
        }),
        ("/State", "connection string", |text| {
            let storage = format!("Server=tcp:a;User ID=b;Password={SECRET}");
            text.replace("\"State\": \"Enabled\"", &format!("\"State\": \"{storage}\""))
        }),
    ];
    for (place, what, change) in changes {
        let home = changed(change);
        home.run(&["migrate", "run", "--yes"]).expect(0);
        let found = home.run(&["migrate", "verify"]).expect(10);
        let line = found.stdout.lines().find(|line| line.contains("not in the vault")).unwrap();
        assert!(line.contains("AzureRmContext.json") && line.contains(place), "{line}");
        assert!(line.contains(&format!("looks like a {what}")), "{line}");
        assert!(!found.stdout.contains(SECRET) && !found.stderr.contains(SECRET), "{place}");
        let document = home.run(&["migrate", "verify", "-o", "json"]).expect(10).json();
        assert_eq!(document["equal"], json!(false));
        home.run(&["migrate", "clean", "--yes"]).expect(10);
        assert!(home.join(".Azure/AzureRmContext.json").exists(), "{place}");
        // Without that value the same home is proven.
        fs::copy(
            fixture("real-az/one-user/.Azure/AzureRmContext.json"),
            home.join(".Azure/AzureRmContext.json"),
        )
        .unwrap();
        home.run(&["migrate", "run", "--yes"]).expect(0);
        home.run(&["migrate", "verify"]).expect(0);
    }
}

#[test]
fn what_was_left_out_is_listed_with_its_reason() {
    let home = Home::with_files("real-az/all-kinds");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let document = home.json(&["migrate", "verify"]);
    let left_out = document["left_out"].as_array().unwrap();
    let thumbprint = left_out.iter().find(|left| {
        left["place"] == "/Contexts/thumb/Account/ExtendedProperties/CertificateThumbprint"
    });
    assert_eq!(thumbprint.unwrap()["why"], "not a secret: a hash or thumbprint");
    home.run(&["migrate", "verify"]).expect(0).says("left out, not a secret: a hash or thumbprint");
}

#[test]
fn credentials_in_settings_are_named_and_stay_in_their_file() {
    let home = Home::with_vault();
    azvault_test_support::copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join(".azure"));
    let config = home.join(".azure/config");
    let text = fs::read_to_string(&config).unwrap();
    let key = format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRET}==");
    fs::write(&config, format!("{text}\n[storage]\nconnection_string = {key}\n")).unwrap();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let document = home.json(&["migrate", "verify"]);
    let left_out = document["left_out"].as_array().unwrap();
    let settings: Vec<_> =
        left_out.iter().filter(|left| left["path"] == config.to_str().unwrap()).collect();
    assert_eq!(settings.len(), 1, "{left_out:?}");
    let why = "looks like a connection string with its key and stays in this file";
    assert_eq!(settings[0]["why"], why);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(fs::read_to_string(&config).unwrap().contains(SECRET));
}

#[test]
fn a_file_that_cannot_be_read_any_more_is_not_proven() {
    let home = Home::with_vault();
    azvault_test_support::copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join(".azure"));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let config = home.join(".azure/config");
    fs::remove_file(&config).unwrap();
    home.run(&["migrate", "verify"]).expect(0);
    fs::create_dir(&config).unwrap();
    let verified = home.run(&["migrate", "verify"]).expect(10);
    assert!(verified.stdout.contains("config: cannot be read again"), "{}", verified.stdout);
}

#[test]
fn homes_that_the_products_wrote_are_proven_whole() {
    let mut proven = 0;
    for folder in ["azure-powershell/homes", "real-az"] {
        for entry in fs::read_dir(fixture(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            if !path.is_dir() || name.ends_with("eras") || name.ends_with("certificates") {
                continue;
            }
            let home = Home::with_files(&name);
            home.run(&["migrate", "run", "--yes"]);
            let document = home.run(&["migrate", "verify", "-o", "json"]);
            if document.code == 0 {
                assert_eq!(document.json()["equal"], json!(true), "{name}");
                proven += 1;
            } else {
                assert!(
                    !document.stdout.contains("not in the vault"),
                    "{name}: {}",
                    document.stdout
                );
            }
        }
    }
    assert!(proven >= 15, "{proven}");
}
