//! Pages for people who change azvault: what they name is there, and they can be read in a terminal.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::root;

/// Pages about the code itself.
const PAGES: [&str; 5] = [
    "docs/architecture.md",
    "docs/recipes.md",
    "docs/decisions/README.md",
    "CONTRIBUTING.md",
    "README.md",
];

/// Columns of the longest line, as it is shown: where a link leads is not.
const MAX_COLUMNS: usize = 100;

pub(super) fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// What stands under a heading, up to the next one of its level or above.
pub(super) fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let line = format!("\n{heading}\n");
    let at = text.find(&line).unwrap_or_else(|| panic!("there is no {heading}"));
    let below = &text[at + line.len()..];
    let level = heading.split(' ').next().unwrap();
    let ends = (1..=level.len()).filter_map(|n| below.find(&format!("\n{} ", &level[..n])));
    &below[..ends.min().unwrap_or(below.len())]
}

/// What stands between back quotes, outside of blocks.
pub(super) fn code_spans(text: &str) -> Vec<String> {
    let outside = text.split("```").step_by(2);
    let spans = outside.flat_map(|text| text.split('`').skip(1).step_by(2));
    spans.map(str::to_owned).collect()
}

/// Whether a Rust file defines a function, a type or a constant of that name.
fn defines(text: &str, name: &str) -> bool {
    let words = ["fn", "struct", "enum", "trait", "const", "static", "type", "mod"];
    words.iter().any(|word| {
        let definition = format!("{word} {name}");
        let mut found = text.match_indices(&definition);
        found.any(|(at, _)| {
            let next = text[at + definition.len()..].chars().next();
            next.is_none_or(|c| !c.is_alphanumeric() && c != '_')
        })
    })
}

/// Places of the tree that a text names and that are not there.
fn wrong_places(text: &str) -> Vec<String> {
    let folders = ["crates/", "docs/", "tests/", "proof/", "powershell/", "migrations/"];
    let mut wrong = Vec::new();
    for span in code_spans(text) {
        let is_place = folders.iter().any(|folder| span.starts_with(folder));
        if !is_place || span.contains([' ', '*', '<']) {
            continue;
        }
        let (path, name) = span.split_once("::").map_or((&*span, None), |(p, n)| (p, Some(n)));
        let full = root().join(path);
        let is_there = match name {
            Some(name) => fs::read_to_string(full).is_ok_and(|text| defines(&text, name)),
            None => full.exists() && (!path.ends_with('/') || full.is_dir()),
        };
        if !is_there {
            wrong.push(span);
        }
    }
    wrong
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Links of a page that lead nowhere.
fn wrong_links(page: &str, text: &str) -> Vec<String> {
    let folder = Path::new(page).parent().unwrap();
    let mut wrong = Vec::new();
    for after in text.split("](").skip(1) {
        let link = after.split(')').next().unwrap();
        if link.contains("://") {
            continue;
        }
        let (path, name) = link.split_once('#').unwrap_or((link, ""));
        let target =
            if path.is_empty() { root().join(page) } else { root().join(folder).join(path) };
        let is_there = match name {
            "" => target.exists(),
            name => fs::read_to_string(target).is_ok_and(|text| {
                text.lines().any(|line| line.starts_with('#') && anchor(line) == name)
            }),
        };
        if !is_there {
            wrong.push(link.to_owned());
        }
    }
    wrong
}

#[test]
fn a_place_that_is_not_there_is_found() {
    let there = "`tests/e2e/tidy/pages.rs::wrong_places` `crates/vault/src/store/` `docs/style.md`";
    assert_eq!(wrong_places(there), Vec::<String>::new());
    for wrong in
        ["tests/e2e/tidy/pages.rs::wrong_place", "crates/vault/src/stores/", "docs/none.md"]
    {
        assert_eq!(wrong_places(&format!("see `{wrong}`")), [wrong]);
    }
    let links = "[a](pages.md) [b](#none) [c](style.md#none) [d](style.md) [e](https://a.example)";
    assert_eq!(wrong_links("docs/style.md", links), ["pages.md", "#none", "style.md#none"]);
}

#[test]
fn what_the_pages_name_is_there() {
    for name in PAGES {
        let text = page(name);
        assert_eq!(wrong_places(&text), Vec::<String>::new(), "{name}");
        assert_eq!(wrong_links(name, &text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_pages_can_be_read_in_a_terminal() {
    for name in PAGES.into_iter().filter(|name| *name != "README.md") {
        for (at, line) in page(name).lines().enumerate() {
            let shown: String =
                line.split("](").enumerate().fold(String::new(), |shown, (n, part)| {
                    let part = if n == 0 { part } else { part.split_once(')').map_or("", |p| p.1) };
                    shown + part
                });
            let columns = shown.chars().count();
            assert!(columns <= MAX_COLUMNS, "{name}:{} has {columns} columns", at + 1);
        }
    }
}

#[test]
fn the_pages_are_found_from_the_readme() {
    let text = page("README.md");
    let mut missing: BTreeSet<&str> = PAGES.into_iter().collect();
    missing.remove("README.md");
    missing.retain(|name| !text.contains(&format!("]({name})")));
    assert_eq!(missing, BTreeSet::new(), "README.md links to them");
}

/// Words that `docs/style.md` says otherwise. Titles of older decisions are quotations.
const UNWANTED: [&str; 8] =
    ["whoever", "somebody", "nobody", "anew", "afresh", "in clear", "the same again", "door"];

#[test]
fn the_pages_speak_plainly() {
    for name in PAGES {
        for (at, line) in page(name).to_lowercase().lines().enumerate() {
            let shown = line.split('[').next().unwrap();
            let words = format!(" {} ", shown.replace(|c: char| !c.is_alphanumeric(), " "));
            for word in UNWANTED {
                assert!(!words.contains(&format!(" {word} ")), "{name}:{}: {word:?}", at + 1);
            }
        }
    }
}
