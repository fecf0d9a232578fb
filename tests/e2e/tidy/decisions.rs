//! The index of the decisions has every one, as it is called.

use std::fs;

use super::pages::page;
use super::root;

#[test]
fn every_decision_stands_in_the_index_with_what_was_decided() {
    let index = page("docs/decisions/README.md");
    let folder = fs::read_dir(root().join("docs/decisions")).unwrap();
    let files = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = files.filter(|file| file != "README.md").collect();
    files.sort();
    let mut rest = index.as_str();
    for file in &files {
        let text = page(&format!("docs/decisions/{file}"));
        let heading = text.lines().next().unwrap().strip_prefix("# ").unwrap();
        let (number, title) = heading.split_once(". ").unwrap();
        assert!(file.starts_with(&format!("{number:0>4}-")), "{file} is not number {number}");
        let entry = format!("- {number}. [{title}]({file})  \n  ");
        let at =
            rest.find(&entry).unwrap_or_else(|| panic!("the index has no, or no next: {entry}"));
        rest = &rest[at + entry.len()..];
        assert!(rest.lines().next().unwrap().ends_with('.'), "{file}: what was decided");
    }
    assert_eq!(index.lines().filter(|line| line.starts_with("- ")).count(), files.len());
}
