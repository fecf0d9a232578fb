//! `docs/architecture.md` is what the tree is: its arrows, its map, and every place that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::pages::{code_spans, page, section};
use super::{root, sources};

const PAGE: &str = "docs/architecture.md";

/// The crates on which a crate depends, by its manifest.
fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
    let own = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let lines = own.lines().take_while(|line| !line.starts_with('['));
    let ours = lines.filter_map(|line| line.strip_prefix("azvault-"));
    ours.map(|rest| rest.split(['.', ' ']).next().unwrap().to_owned()).collect()
}

fn crates() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("crates")).unwrap();
    folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_drawing_has_the_arrows_of_the_manifests_and_all_point_down() {
    let text = page(PAGE);
    let drawing = section(&text, "## Direction");
    let drawing = drawing.split("```").nth(1).unwrap();
    let (mut floors, mut arrows) = (BTreeMap::new(), BTreeMap::new());
    for line in drawing.lines().skip(1) {
        let (left, right) = line.split_once('→').unwrap_or((line, ""));
        let mut words = left.split_whitespace();
        let floor: u32 = words.next().unwrap().parse().unwrap();
        for name in words {
            floors.insert(name.to_owned(), floor);
            let on: BTreeSet<String> = right.split_whitespace().map(str::to_owned).collect();
            arrows.insert(name.to_owned(), on);
        }
    }
    let drawn: BTreeSet<String> = arrows.keys().cloned().collect();
    assert_eq!(drawn, crates(), "{PAGE} draws every crate");
    for (name, drawn) in &arrows {
        assert_eq!(drawn, &dependencies(name), "{PAGE}: the arrows of {name}");
        let up = drawn.iter().find(|on| floors[*on] >= floors[name]);
        assert_eq!(up, None, "an arrow of {name} does not point down");
    }
}

/// What the rows of one crate cover: a file, or with `/` at the end a folder and its `.rs`.
fn covers(pattern: &str, file: &str) -> bool {
    match pattern.strip_suffix('/') {
        Some(folder) => file.starts_with(pattern) || file.strip_suffix(".rs") == Some(folder),
        None => file == pattern,
    }
}

#[test]
fn the_code_map_covers_every_file_of_the_crates_once() {
    let text = page(PAGE);
    let map = section(&text, "## Code map");
    let (mut missing, mut gone) = (Vec::new(), Vec::new());
    for name in crates() {
        let rows = section(map, &format!("### crates/{name}"));
        let cells = rows.lines().filter_map(|line| line.strip_prefix("| `"));
        let cells = cells.map(|line| format!("`{}", line.split('|').next().unwrap()));
        let patterns: Vec<String> = cells.flat_map(|cell| code_spans(&cell)).collect();
        let once: BTreeSet<&String> = patterns.iter().collect();
        assert_eq!(once.len(), patterns.len(), "{PAGE} says something twice of {name}");

        let below = format!("crates/{name}/src/");
        let all = sources();
        let files: Vec<&str> =
            all.iter().filter_map(|(path, _)| path.strip_prefix(&below)).collect();
        for pattern in &patterns {
            if !files.iter().any(|file| covers(pattern, file)) {
                gone.push(format!("{below}{pattern}"));
            }
        }
        for file in files {
            let says_itself = file == "lib.rs" || file.ends_with("tests.rs");
            if !says_itself && !patterns.iter().any(|pattern| covers(pattern, file)) {
                missing.push(format!("{below}{file}"));
            }
        }
    }
    assert_eq!(gone, Vec::<String>::new(), "{PAGE}: the code map names what is not there");
    assert_eq!(missing, Vec::<String>::new(), "{PAGE}: a row of the code map for each of these");
}

#[test]
fn every_question_has_a_place() {
    let text = page(PAGE);
    let rows = section(&text, "## Where is …?").lines().filter(|line| line.starts_with("| "));
    let rows: Vec<&str> = rows.skip(1).collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let place = row.split('|').nth(2).unwrap();
        assert!(place.contains("`crates/") || place.contains("]("), "{PAGE}: no place in {row}");
    }
}
