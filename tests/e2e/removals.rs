//! Every removal in the code has its row in docs/removals.md, and the row its test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::tidy::{root, sources};

/// Calls by which a file can go, or another one come in its place.
const CALLS: [&str; 9] = [
    "remove_file(",
    "remove_dir(",
    "remove_dir_all(",
    "remove_folder(",
    "unlinkat(",
    "renameat(",
    "renameat_with(",
    "fs::rename(",
    "rename_over(",
];

#[test]
fn each_removal_has_its_row_and_each_row_its_removal() {
    let mut found = BTreeSet::new();
    for (path, text) in sources() {
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        let code = text.split("#[cfg(test)]\nmod").next().unwrap();
        let removes = |line: &str| {
            let code = line.split("//").next().unwrap();
            CALLS.iter().any(|call| code.contains(call))
        };
        if !is_test && code.lines().any(removes) {
            found.insert(path);
        }
    }
    let table = fs::read_to_string(root().join("docs/removals.md")).unwrap();
    let mut rows = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        rows.insert(columns[1].trim_matches('`').to_owned());
        assert!(columns[2..5].iter().all(|column| !column.is_empty()), "{row}");
        for test in columns[4].split(',').map(|test| test.trim().trim_matches('`')) {
            let (file, name) = test.split_once("::").unwrap_or((test, ""));
            let text = fs::read_to_string(root().join(file));
            let text = text.unwrap_or_else(|e| panic!("{file}: {e}"));
            assert!(name.is_empty() || text.contains(&format!("fn {name}()")), "{test}");
        }
    }
    assert_eq!(found, rows, "sources that remove something, and rows of docs/removals.md");
}

#[test]
fn what_the_readme_has_people_try_touches_no_file_of_this_repository() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let tried: Vec<&str> = readme.lines().filter(|line| line.starts_with("cargo run")).collect();
    assert!(!tried.is_empty());
    for line in tried {
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |option: &str| {
            let at = words.iter().position(|word| *word == option);
            at.map(|at| Path::new(words[at + 1]))
        };
        // Neither the files that the tests need, nor the vault of the person who tries it.
        assert!(after("--from").is_none_or(Path::is_absolute), "{line}");
        assert!(after("--vault").is_some_and(Path::is_absolute), "{line}");
    }
}
