//! Rules of the house that are tests.

mod architecture;
mod decisions;
mod pages;
mod recipes;
mod systems;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// All Rust files of the crates: path below the root, and text.
pub(crate) fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let apart = ["target", "fuzz", "benches"].iter().any(|name| path.ends_with(name));
            if path.is_dir() && !apart {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 80);
    found
}

fn names(folder: &str, extension: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == extension) {
            found.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn any_rust_from_the_stated_version_on_builds_it() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.lines().any(|line| line.starts_with("rust-version = ")));
    // A pinned toolchain has to be downloaded wherever another one is installed.
    for pin in ["rust-toolchain.toml", "rust-toolchain"] {
        assert!(!root().join(pin).exists(), "{pin} pins a toolchain: rust-version says enough");
    }
}

#[test]
fn sql_stands_in_the_store_and_in_migrations_only() {
    for (path, text) in sources() {
        // The other database is a team's, and has one file as well.
        if path.starts_with("crates/vault/src/store") || path == "crates/team/src/database.rs" {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE", "PRAGMA "]
        {
            assert!(!code.contains(word), "{path} has {word:?}");
        }
    }
}

#[test]
fn a_shipped_migration_never_changes() {
    let shipped =
        [("0001_vault.sql", "3d3c131cd8694bf9ca3e0b34839e447821baf14ccb660566825988c66d910f76")];
    let found = names("migrations", "sql");
    assert_eq!(found.len(), shipped.len(), "a new migration belongs into this list: {found:?}");
    for (name, digest) in shipped {
        let text = fs::read(root().join("migrations").join(name)).unwrap();
        let found = data_encoding::HEXLOWER.encode(&azvault_vault::sha256(&text));
        assert_eq!(found, digest, "{name} changed: the next change is the next file");
    }
}

#[test]
fn every_exposed_secret_has_its_reason() {
    let mut count = 0;
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let opens = line.contains(".expose()") || line.contains("Secret::expose");
            if !opens || line.trim_start().starts_with("//") {
                continue;
            }
            count += 1;
            // Above the statement: the comment's first line is at most a few lines up.
            let above = &lines[at.saturating_sub(4)..at];
            assert!(above.iter().any(|l| l.contains("// EXPOSE:")), "{path}:{}", at + 1);
        }
    }
    assert!(count > 8);
}

/// The files with `unsafe`: what cryptography leaves in memory, two questions to the system, and
/// one folder of calls to Windows.
pub(crate) const UNSAFE: [&str; 12] = [
    "crates/os/src/memory.rs",
    "crates/os/src/process/start.rs",
    "crates/os/src/win32/console.rs",
    "crates/os/src/win32/credentials.rs",
    "crates/os/src/win32/files.rs",
    "crates/os/src/win32/folders.rs",
    "crates/os/src/win32/memory.rs",
    "crates/os/src/win32/processes.rs",
    "crates/os/src/win32/sealed.rs",
    "crates/os/src/win32/tcp.rs",
    "crates/os/src/win32/users.rs",
    "crates/vault/src/memory.rs",
];

#[test]
fn printing_unsafe_and_the_environment_have_one_place_each() {
    for (path, text) in sources() {
        if path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        for (word, places) in [
            ("println!", &["crates/cli/src/terminal/ui.rs"][..]),
            ("unsafe {", &UNSAFE),
            ("std::env::var", &["crates/service/src/paths.rs", "crates/os/src/places/windows.rs"]),
            ("serde_json::Value", &[]),
            ("from_reader", &[]),
            ("Timestamp::now", &["crates/cli/src/app.rs"]),
        ] {
            let code = text.split("#[cfg(test)]").next().unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let used = code.into_iter().any(|line| line.contains(word));
            assert!(!used || places.contains(&path.as_str()), "{path} has {word:?}");
        }
    }
}

#[test]
fn a_format_file_takes_what_it_needs_from_few_places() {
    let allowed = [
        "std::",
        "azvault_model::",
        "crate::",
        "super::",
        "data_encoding::",
        "zeroize::",
        "jiff::",
    ];
    for (path, text) in sources() {
        if !path.starts_with("crates/importer/src/formats/") {
            continue;
        }
        for line in text.lines().filter(|line| line.starts_with("use ")) {
            let fits = allowed.iter().any(|prefix| line[4..].starts_with(prefix));
            assert!(fits, "{path}: {line}");
            let other = line.starts_with("use std::fs") || line.contains("crate::open");
            assert!(!other, "{path} does I/O: {line}");
        }
    }
}

/// Where a `match` on a format has an arm for the rest, or `matches!` asks for one: a format that
/// is new would be forgotten there. What is known of a format stands in its row of the table.
fn forgetful(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let line_of = |(at, line): (usize, &&str)| {
        let arm = line.trim_start();
        let rest = arm.starts_with("_ =>") || arm.starts_with("_ if") || arm.starts_with("| _");
        let asks = arm.contains("matches!(") && lines[at..].iter().take(4).any(|l| names(l));
        let siblings = || {
            let above = lines[..at].iter().rev().take_while(|l| indent(l) >= indent(line));
            let below = lines[at + 1..].iter().take_while(|l| indent(l) >= indent(line));
            above.chain(below).any(|l| indent(l) == indent(line) && is_arm(l))
        };
        (asks || (rest && siblings())).then_some(at + 1)
    };
    fn names(line: &str) -> bool {
        let line = line.split("//").next().unwrap_or_default();
        line.match_indices("Format::").any(|(at, _)| {
            let variant = line[at + 8..].chars().next();
            let own = line[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            own && variant.is_some_and(char::is_uppercase)
        })
    }
    fn is_arm(line: &str) -> bool {
        let pattern = line.split("=>").next().unwrap_or_default();
        names(pattern) && !pattern.trim_start().starts_with('(') && !pattern.contains('=')
    }
    lines.iter().enumerate().filter_map(line_of).collect()
}

#[test]
fn no_format_can_be_forgotten() {
    for (text, wanted) in [
        ("match f {\n    Format::A => 1,\n    _ => 2,\n}", &[3][..]),
        ("match f {\n    Format::A\n    | Format::B => 1,\n    _ if x => 2,\n}", &[4]),
        ("match f {\n    Some(Format::A) => 1,\n    _ => 2,\n}", &[3]),
        ("match f {\n    Format::A => 1,\n    Format::B => 2,\n}", &[]),
        ("match x {\n    1 => Format::A,\n    _ => Format::B,\n}", &[]),
        ("let x = matches!(f, Format::A | Format::B);", &[1]),
        ("let x = matches!(\n    f,\n    Some(Format::A)\n);", &[1]),
    ] {
        assert_eq!(forgetful(text), wanted, "{text}");
    }
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let found = forgetful(code);
        assert!(found.is_empty(), "{path}: a format can be forgotten at the lines {found:?}");
    }
}

#[test]
fn no_rust_file_has_more_than_400_lines() {
    let mut folders = vec![root().join("crates"), root().join("tests")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.extend(Some(path).filter(|path| !path.ends_with("target")));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= 400, "{} has {lines} lines", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 400, "{files}");
}

#[test]
fn files_have_names() {
    for (path, text) in sources() {
        let stem = Path::new(&path).file_stem().unwrap().to_str().unwrap();
        assert!(!["util", "utils", "helpers", "common", "types", "mod"].contains(&stem), "{path}");
        for word in ["todo!", "unimplemented!", "FIXME", "TODO"] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}

/// Names that said nothing, each of several things. None of them may name a file or a type again.
const NAMELESS: [&str; 11] = [
    "apart", "because", "beside", "brought", "door", "given", "listed", "older", "told", "wanted",
    "way",
];

#[test]
fn no_file_and_no_type_has_a_name_that_says_nothing() {
    let mut types = 0;
    for (path, text) in sources() {
        for name in Path::new(&path).iter().filter_map(|name| name.to_str()) {
            assert!(!NAMELESS.contains(&name.trim_end_matches(".rs")), "{path}");
        }
        for (at, keyword) in ["struct ", "enum ", "trait ", "type "]
            .into_iter()
            .flat_map(|keyword| text.match_indices(keyword))
        {
            let name = text[at + keyword.len()..].split(|c: char| !c.is_alphanumeric()).next();
            let name = name.filter(|name| name.starts_with(char::is_uppercase));
            types += usize::from(name.is_some());
            let says = name.is_none_or(|name| !NAMELESS.contains(&name.to_lowercase().as_str()));
            assert!(says, "{path}: {name:?}");
        }
    }
    assert!(types > 700, "{types}");
}

#[test]
fn types_that_hold_secrets_cannot_be_printed_copied_or_written() {
    for (path, text) in sources() {
        for holder in
            ["Secret(", "Key(", "KeyFile(", "RawKey(", "RecoveryCode(", "Kept(", "HeldSecret {"]
        {
            for kind in ["pub struct ", "pub(crate) struct "] {
                let Some(at) = text.find(&format!("{kind}{holder}")) else { continue };
                let paragraph = text[..at].rsplit("\n\n").next().unwrap();
                let attributes = paragraph.lines().filter(|line| line.starts_with("#["));
                let attributes: String = attributes.collect();
                for word in ["Debug", "Clone", "Serialize", "PartialEq"] {
                    assert!(!attributes.contains(word), "{path}: {holder} derives {word}");
                }
            }
        }
    }
}

#[test]
fn the_pages_name_every_file_of_their_folders() {
    let page = fs::read_to_string(root().join("docs/legacy-formats.md")).unwrap();
    for (path, _) in sources() {
        let Some(name) = path.strip_prefix("crates/importer/src/formats/") else { continue };
        let module = root().join(path.strip_suffix(".rs").unwrap()).is_dir();
        if !module && !name.starts_with("table") && !name.ends_with("/tests.rs") {
            let name = format!("`formats/{name}`");
            assert!(page.contains(&name), "docs/legacy-formats.md does not name {name}");
        }
    }

    let page = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let rules = "crates/model/src/rules";
    let mut expected = names(rules, "rs");
    expected.remove("testing");
    let below = names(&format!("{rules}/import"), "rs");
    expected.extend(below.iter().filter(|name| *name != "tests").map(|n| format!("import/{n}")));
    let named: BTreeSet<String> = page
        .split('`')
        .filter_map(|code| code.strip_suffix(".rs"))
        .filter(|code| !code.contains(' ') && !code.starts_with("tests/"))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, expected, "docs/rules.md names the rules, all of them, and no other");
}

#[test]
fn no_test_file_is_forgotten() {
    let main = fs::read_to_string(root().join("tests/e2e/main.rs")).unwrap();
    for name in names("tests/e2e", "rs").into_iter().filter(|name| name != "main") {
        assert!(main.contains(&format!("mod {name};")), "tests/e2e/{name}.rs is not run");
    }
}

#[test]
fn no_test_runs_panic_where_it_would_end_the_processes_of_others() {
    let mut folders = vec![root().join("tests")];
    let mut runs = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|e| e != "rs") || path.ends_with("tidy.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            if ["\"panic\"", "azvault panic $"].iter().any(|word| text.contains(word)) {
                runs += 1;
                let is_apart = ["alone(|| {", "cut_off(", "\"--net\"", "--net azvault panic"];
                let is_apart = is_apart.iter().any(|word| text.contains(word));
                assert!(is_apart, "{} needs crate::world", path.display());
            }
        }
    }
    assert!(runs >= 5, "{runs}");
}
