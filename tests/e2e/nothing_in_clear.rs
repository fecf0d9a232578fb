//! No secret, id or name of a file in anything that is written, whatever the loudness.

use std::fs;

use azvault_test_support::{Home, all_bytes, contains, fixture};

fn canaries() -> Vec<String> {
    let text = fs::read_to_string(fixture("azure-powershell/canaries.txt")).unwrap();
    // A line may start or end with blanks, but an empty one is no canary.
    let mut canaries: Vec<String> =
        text.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let truth = fs::read(fixture("azure-cli/expected.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    for folder in truth["dirs"].as_object().unwrap().values() {
        let secrets = folder["secrets"].as_array().unwrap().iter();
        canaries.extend(secrets.map(|secret| secret["value"].as_str().unwrap().to_owned()));
    }
    canaries
}

const NAMES: [&str; 5] = [
    "megan@contoso.example",
    "72f00000-0000-4000-8000-000000000001",
    "5b000000-0000-4000-8000-000000000001",
    "a9900000-0000-4000-8000-000000000001",
    "Contoso Dev",
];

#[test]
fn no_planted_secret_reaches_a_stream_or_azvaults_files() {
    let canaries = canaries();
    assert!(canaries.len() > 80);
    let truth = fs::read(fixture("azure-powershell/expected.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    let homes = truth["homes"].as_object().unwrap().keys();
    let mut sources: Vec<_> = homes.map(|name| format!("azure-powershell/homes/{name}")).collect();
    sources.push("azure-powershell/files".to_owned());
    let folders = ["adal-2.29.2", "mixed-2.29.2-then-2.45.0", "msal-2.91.0"];
    sources.extend(folders.map(|folder| format!("azure-cli/{folder}")));
    for source in sources {
        let home = Home::with_vault();
        let from = fixture(&source);
        let from = from.to_str().unwrap();
        for args in [
            vec!["scan", from],
            vec!["migrate", "plan", "--from", from],
            vec!["migrate", "plan", "-o", "json", "--from", from],
            vec!["migrate", "run", "--yes", "--from", from],
            vec!["migrate", "verify"],
            vec!["context", "list"],
            vec!["secret", "list"],
            vec!["secret", "list", "-o", "json"],
            vec!["migrate", "list"],
            vec!["migrate", "clean", "--dry-run"],
            vec!["status"],
            vec!["verify"],
            vec!["backup", "create"],
            vec!["backup", "list"],
        ] {
            let ran = home.run(&[&args[..], &["-vv"]].concat());
            for canary in &canaries {
                let (out, err) = (ran.stdout.contains(canary), ran.stderr.contains(canary));
                assert!(!out && !err, "{source}: {args:?} printed {canary:?}");
            }
        }
        for (path, bytes) in all_bytes(&home.join(".local")) {
            let path = path.display();
            for canary in canaries.iter().map(String::as_str).chain(NAMES) {
                assert!(!contains(&bytes, canary.as_bytes()), "{source}: {canary:?} in {path}");
            }
        }
    }
}

#[test]
fn the_search_finds_a_secret_where_there_is_one() {
    // The control of the test above: the fixtures themselves hold what it looks for.
    let bytes = fs::read(fixture("azure-powershell/homes/az4-linux/.Azure/AzureRmContext.json"));
    assert!(contains(&bytes.unwrap(), b"not-a-real-secret-h401"));
}
