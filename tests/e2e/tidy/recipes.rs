//! `docs/recipes.md` names every file on the trail of its examples.

use std::fs;

use super::pages::{code_spans, page, section};
use super::{root, sources};

const PAGE: &str = "docs/recipes.md";

/// A recipe, a word that only its example has, and where it is looked for.
const TRAILS: [(&str, &str, &str); 7] = [
    ("## A verb", "doctor::Args", "crates/cli/src/"),
    ("## A legacy format", "Format::PacProfiles", "crates/importer/src/"),
    ("## A legacy format", "PAC_PROFILES", "crates/importer/src/"),
    ("## A sign-in flow", "Credential::Assertion", "crates/"),
    ("## A sign-in flow", "Means::Assertion", "crates/"),
    ("## A shell", "Shell::Nu", "crates/"),
    ("## A policy member", "extra_authorities", "crates/"),
];

#[test]
fn no_file_on_the_trail_of_an_example_is_missing() {
    let text = page(PAGE);
    for (recipe, word, below) in TRAILS {
        let named = code_spans(section(&text, recipe));
        let named: Vec<&str> = named.iter().map(|n| n.split("::").next().unwrap()).collect();
        let mut files = 0;
        for (path, code) in sources() {
            let is_code = !path.ends_with("tests.rs") && path.starts_with(below);
            if !is_code || !code.split("#[cfg(test)]").next().unwrap().contains(word) {
                continue;
            }
            files += 1;
            assert!(named.contains(&&*path), "{PAGE}, {recipe}: {path} has {word}");
        }
        assert!(files > 0, "{PAGE}, {recipe}: nothing has {word} any more");
    }
}

#[test]
fn the_table_of_questions_to_the_system_has_every_module() {
    let text = fs::read_to_string(root().join("crates/os/src/lib.rs")).unwrap();
    let modules: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")).collect();
    assert!(modules.len() > 5);
    for module in modules {
        let module = module.trim_end_matches(';');
        assert!(text.contains(&format!("//! | [`{module}`]")), "crates/os: no row for {module}");
    }
}
