//! The pages that promise something, held against what is measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[derive(Deserialize)]
struct Claims {
    claim: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    claim: String,
    command: Vec<String>,
    control: Control,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Control {
    InTheTest(String),
    WithoutAGuard { file: String, from: String, to: String },
}

#[derive(Deserialize)]
struct Survivors {
    survivor: Vec<Survivor>,
}

/// A change by cargo-mutants after which all tests pass.
#[derive(Deserialize)]
struct Survivor {
    mutant: String,
    reason: String,
}

/// Every claim of every file.
fn claims() -> Vec<Claim> {
    let files = fs::read_dir(root().join("proof/claims")).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts.flat_map(|text| toml::from_str::<Claims>(&text).unwrap().claim).collect()
}

/// First cells of the rows of a table, and its last ones.
fn rows<'a>(page: &'a str, heading: &str) -> Vec<(&'a str, &'a str)> {
    let (_, table) = page.split_once(heading).expect("a table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.trim_matches('|').split(" | ").collect::<Vec<_>>());
    cells.map(|cells| (cells[0].trim(), cells[cells.len() - 1].trim())).collect()
}

#[test]
fn the_table_of_figures_has_every_claim_and_no_other() {
    let claims = claims();
    let claimed: BTreeSet<_> = claims.iter().map(|claim| claim.claim.as_str()).collect();
    assert!(claimed.len() > 8);
    let security = page("SECURITY.md");
    let shown = rows(&security, "| Claim | Figure | Control |");
    let shown: BTreeSet<_> = shown.into_iter().map(|(claim, _)| claim).collect();
    assert_eq!(shown, claimed, "proof/run --write SECURITY.md");
    assert!(!security.contains("| not run |"), "every control was run");
}

#[test]
fn a_change_that_no_test_notices_is_of_code_that_is_there_and_has_its_reason() {
    let text = page("proof/survivors.toml");
    let listed = toml::from_str::<Survivors>(&text).unwrap().survivor;
    for Survivor { mutant, reason } in &listed {
        let (file, change) = mutant.split_once(": ").unwrap();
        // `… in NAME`, or `replace NAME -> TYPE with …`: of a method the last part.
        let name = change.rsplit_once(" in ").map(|(_, name)| name);
        let name = name.or_else(|| change.strip_prefix("replace ")?.split(" -> ").next()).unwrap();
        let name = name.rsplit("::").next().unwrap();
        assert!(page(file).contains(&format!("fn {name}(")), "{mutant}");
        assert!(reason.ends_with('.'), "{mutant}");
    }
    assert!(!listed.is_empty());
}

#[test]
fn each_control_finds_its_text_once() {
    for claim in claims() {
        match claim.control {
            Control::InTheTest(place) => assert_eq!(place, "in the test", "{}", claim.claim),
            Control::WithoutAGuard { file, from, to } => {
                assert_eq!(page(&file).matches(&from).count(), 1, "{file}: {from}");
                assert_ne!(from, to, "{file}");
            }
        }
    }
}

#[test]
fn each_command_runs_a_test_that_exists() {
    let sources = sources();
    for Claim { claim, command, .. } in claims() {
        let test = command.last().unwrap().trim_end_matches("::").rsplit("::").next().unwrap();
        // A test by its name, or all of a file.
        let forms = [format!("fn {test}()"), format!("mod {test};")];
        assert!(forms.iter().any(|form| sources.contains(form)), "{claim}: {test} is not there");
    }
}

/// All Rust there is, as one text.
fn sources() -> String {
    let (mut text, mut folders) =
        (String::new(), vec![root().join("crates"), root().join("tests")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text += &fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}

#[test]
fn each_promise_names_tests_that_exist() {
    let page = page("docs/threat-model.md");
    let (_, promises) = page.split_once("\n## Promises\n").unwrap();
    let (promises, _) = promises.split_once("\n## ").unwrap();
    let mut sections = promises.split("\n### ");
    assert_eq!(sections.next().map(str::trim), Some(""), "each promise has a heading");
    let sections: Vec<_> = sections.collect();
    assert!(sections.len() > 50, "{}", sections.len());
    for section in sections {
        let (against, text) = section.split_once('\n').unwrap();
        let (promised, held) = text.split_once("\n\nHeld by: ").expect(against);
        assert!(!promised.trim().is_empty() && !held.contains("Held by:"), "{against}");
        let named: Vec<_> = held.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{against}: no test is named");
        for name in named {
            let (file, test) = name.split_once("::").unwrap_or((name, ""));
            let path = find(file).unwrap_or_else(|| panic!("{against}: {file} is not there"));
            if !test.is_empty() {
                let text = fs::read_to_string(path).unwrap();
                assert!(text.contains(&format!("fn {test}()")), "{against}: {name} is not there");
            }
        }
    }
}

/// A file or folder by its path from the root, or by its name alone.
fn find(file: &str) -> Option<PathBuf> {
    let path = root().join(file);
    if path.exists() {
        return Some(path);
    }
    let mut folders = vec![root().join("crates"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(file) {
                return Some(path);
            }
        }
    }
    None
}

#[test]
fn no_file_of_these_tests_is_forgotten() {
    let folder = root().join("tests/processes");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for file in fs::read_dir(folder).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(name == "main" || main.contains(&format!("mod {name};")), "{name} is not run");
    }
}
