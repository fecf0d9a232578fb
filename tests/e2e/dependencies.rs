//! What azvault is made of: where it comes from, under which licences, how much of it there is.
//! `cargo deny check` says the same of licences and sources, and knows advisories besides.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::tidy::UNSAFE;

/// Built on the generation of RustCrypto before ours; what it alone needs may be there twice.
const OF_ANOTHER_GENERATION: &str = "age";

/// Crates of which two versions are built otherwise, and who needs the older one.
const TWICE: [(&str, &str); 14] = [
    ("base64", "postgres-protocol"),
    ("const-oid", "tokio-postgres-rustls, which reads the signature of a server's certificate"),
    ("der", "the same"),
    ("der_derive", "the same"),
    ("spki", "the same"),
    ("x509-cert", "the same"),
    ("fallible-iterator", "postgres"),
    ("getrandom", "ring"),
    ("foldhash", "hashbrown"),
    ("hashbrown", "petgraph, of which wl-clipboard-rs is made"),
    ("nom", "tree_magic_mini, of which wl-clipboard-rs is made"),
    ("quick-xml", "wayland-scanner, which runs when it is built"),
    ("syn", "derive macros that have not moved on"),
    ("synstructure", "the same"),
];

#[test]
fn every_crate_is_from_the_registry_under_a_licence_that_asks_for_a_notice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(&root)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    let tree: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = tree["packages"].as_array().unwrap();
    let deny = fs::read_to_string(root.join("deny.toml")).unwrap();
    let allowed = allowed(&deny);
    let used = used(&tree, None);
    let others = self::used(&tree, Some(OF_ANOTHER_GENERATION));

    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    let mut without_it: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut own, mut licences) = (0, BTreeSet::new());
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let Some(source) = package["source"].as_str() else {
            own += 1;
            continue;
        };
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(is_allowed(licence, &allowed), "{name} is under {licence:?}");
        licences.insert(licence);
        if used.contains(package["id"].as_str().unwrap()) {
            *versions.entry(name).or_default() += 1;
        }
        if others.contains(package["id"].as_str().unwrap()) {
            *without_it.entry(name).or_default() += 1;
        }
    }
    let twice = versions.values().filter(|number| **number > 1).count();
    for (name, _) in without_it.iter().filter(|(_, number)| **number > 1) {
        assert!(TWICE.iter().any(|(known, _)| known == name), "{name} is there twice");
    }
    println!(
        "figure: {} crates in the program and what builds it ({} with those of tests), all from one \
         registry; {} licence texts, all allowed; {} crates in two versions; {} unsafe blocks in our \
         {own} crates, in {} files",
        versions.values().sum::<usize>(),
        packages.len() - own,
        licences.len(),
        twice,
        unsafe_blocks(&root),
        UNSAFE.len(),
    );
}

/// Ids of all packages that the program needs when it is built, without one and what it alone needs.
fn used<'a>(tree: &'a Value, without: Option<&str>) -> BTreeSet<&'a str> {
    let nodes = tree["resolve"]["nodes"].as_array().unwrap();
    let packages = tree["packages"].as_array().unwrap();
    let program = packages.iter().find(|package| package["name"] == "azvault").unwrap();
    let mut found = BTreeSet::new();
    let mut next = vec![program["id"].as_str().unwrap()];
    while let Some(id) = next.pop() {
        if !found.insert(id) {
            continue;
        }
        let named = packages.iter().find(|package| package["id"] == id).unwrap();
        if without.is_some_and(|without| named["name"] == without) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                next.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    found
}

/// The list in `deny.toml`.
fn allowed(deny: &str) -> BTreeSet<&str> {
    let line = deny.lines().find_map(|line| line.strip_prefix("allow = [")).unwrap();
    line.trim_end_matches(']').split(',').map(|word| word.trim().trim_matches('"')).collect()
}

/// An SPDX expression without parentheses within parentheses: one side of an OR is enough, all of
/// an AND are needed; what a WITH excepts from a licence makes it no stricter.
fn is_allowed(licence: &str, allowed: &BTreeSet<&str>) -> bool {
    let all = |part: &str| {
        part.split(" AND ").all(|word| {
            let word = word.split(" WITH ").next().unwrap();
            allowed.contains(word.trim())
        })
    };
    let any = |part: &str| part.replace('/', " OR ").split(" OR ").any(all);
    match licence.strip_prefix('(').and_then(|rest| rest.split_once(") AND ")) {
        Some((choice, more)) => any(choice) && all(more),
        None => any(licence),
    }
}

fn unsafe_blocks(root: &Path) -> usize {
    // That there are none elsewhere is a rule of the house, with its own test.
    let blocks = |path: &&str| {
        let text = fs::read_to_string(root.join(path)).unwrap();
        text.matches("unsafe {").count()
    };
    UNSAFE.iter().map(blocks).sum()
}

#[test]
fn licences_are_read_as_spdx_says() {
    let allowed = BTreeSet::from(["MIT", "Zlib"]);
    for (licence, is) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(MIT OR GPL-3.0) AND Zlib", true),
        ("(MIT OR Zlib) AND GPL-3.0", false),
        ("MIT WITH something OR GPL-3.0", true),
        ("none", false),
    ] {
        assert_eq!(is_allowed(licence, &allowed), is, "{licence}");
    }
}
