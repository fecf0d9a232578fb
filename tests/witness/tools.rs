//! Files of tools that the readers came to know later, or never: none of them was made for the witness.

use std::fs;
use std::path::{Path, PathBuf};

use azvault_witness::look;

/// Files in which no credential is.
const NOTHING_IN_IT: [&str; 7] = [
    "azd/auth.json",
    "4d8b2e33-9c5f-4a7a-9e43-f6a7b8c9d0e1.json",
    "msal_token_cache.sig",
    "service_principal_entries.sig",
    "azureml/auth/azureProfile.json",
    "authprofiles_v2.json",
    "classic/WindowsAzureProfile.xml",
];

#[test]
fn each_file_of_another_tool_has_a_finding() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/other-tools");
    let (mut folders, mut seen, mut missed) = (vec![root], 0, Vec::<PathBuf>::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = path.display().to_string();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_about =
                name == "README.md" || name.starts_with('.') && name.ends_with("attributes");
            if is_about
                || name.contains("without")
                || NOTHING_IN_IT.iter().any(|end| text.ends_with(end))
            {
                continue;
            }
            let looked = look(&fs::read(&path).expect("a fixture"), name);
            assert!(looked.unread.is_empty(), "{text}");
            seen += 1;
            if looked.findings.is_empty() {
                missed.push(path);
            }
        }
    }
    println!("figure: {seen} files of other tools, a finding in each");
    assert!(missed.is_empty() && seen >= 60, "{seen} {missed:?}");
}
