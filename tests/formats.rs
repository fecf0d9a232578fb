//! The table of formats: its fixtures, its readers, and the page that is made of it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::formats::row::{Clean, Folder, Holds, Row};
use azvault_importer::formats::table::FORMATS;
use azvault_importer::{Format, Product};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The file, or the files below the folder.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    entries.flat_map(|entry| files(&entry.unwrap().path())).collect()
}

fn format_of(path: &Path) -> Format {
    let name = path.file_name().unwrap().to_str().unwrap();
    azvault_importer::recognise(&fs::read(path).unwrap(), name)
}

#[test]
fn every_format_has_a_fixture_that_is_recognised_as_it() {
    for row in &FORMATS {
        assert!(!row.fixtures.is_empty(), "{}", row.name);
        for fixture in row.fixtures {
            let files = files(&root().join("tests/fixtures").join(fixture));
            let fits = files.iter().any(|file| format_of(file) == row.format);
            assert!(fits, "nothing in {fixture} is {}", row.name);
        }
    }
}

#[test]
fn a_row_says_what_it_must() {
    for row in &FORMATS {
        for (text, what) in [
            (row.name, "name"),
            (row.versions, "versions"),
            (row.recognised.by, "how it is recognised"),
            (row.protection, "protection"),
            (row.revoke, "what revokes it"),
            (row.source, "source"),
        ] {
            assert!(!text.is_empty(), "{} has no {what}", row.name);
        }
        let code = root().join("crates/importer/src").join(row.read_by);
        assert!(row.read_by.is_empty() || code.is_file(), "{}: {}", row.name, row.read_by);
        // What is not in the vault is not removed.
        let is_sealed = matches!(row.holds, Holds::SignIns | Holds::Certificate);
        assert!(row.clean != Clean::Removes || is_sealed, "{}", row.name);
        for place in row.lies {
            assert_ne!(place.product, Product::Unknown, "{}", row.name);
            assert!(!place.folders.is_empty() && !place.files.is_empty(), "{}", row.name);
        }
    }
    let names: std::collections::BTreeSet<_> = FORMATS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), FORMATS.len(), "two rows of one name");
}

/// What reads nothing of a file's content needs none.
#[test]
fn every_reader_has_a_fuzz_target() {
    let fuzz = root().join("crates/importer/fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let readers = fs::read_to_string(fuzz.join("src/lib.rs")).unwrap();
    for row in FORMATS.iter().filter(|row| row.read_by.contains('/')) {
        let target = row.name.replace('-', "_");
        let own = fuzz.join(format!("fuzz_targets/{target}.rs"));
        let (path, names) = if own.is_file() {
            (target.as_str(), fs::read_to_string(&own).unwrap())
        } else {
            ("reader", readers.clone())
        };
        let format = format!("format: Format::{:?},", row.format);
        let is_read = names.contains(&format);
        assert!(is_read, "no fuzz target reads {}", row.name);
        let built = format!("{{ name = \"{target}\", path = \"fuzz_targets/{path}.rs\",");
        assert!(manifest.contains(&built), "{target} is not built");
    }
}

const INTRODUCTION: &str = "\
# Formats

Every format that azvault recognises: the table `FORMATS` of `crates/importer/src/formats/table.rs`, from which this page is
made (`AZVAULT_UPDATE_DOCS=1 cargo test -p azvault-importer --test formats`). Fixtures are below `tests/fixtures/`. Sources are paths
in Azure/azure-powershell (AP, with `AU/` = `src/Accounts/Authentication/`, `RM/` = `src/Accounts/Authentication.ResourceManager/`),
azure-powershell-common (APC), the MSAL and ADAL repositories for .NET, the installed azure-cli-core (CLI), or are named whole.
";

const IMPORTED: &str = "
## Imported

| Format | Product, versions | Recognised by | Protection | Reader | Fixture | Source |
|---|---|---|---|---|---|---|
";

const OTHERS: &str = "
The two shapes of contexts share `formats/azps/account.rs`, `formats/azps/cache_data.rs` and
`formats/azps/environment.rs`; names that azvault wrote itself are known by
`formats/azps/kept_name.rs` and `formats/azcli/kept_name.rs`; the readers of other tools share
`formats/members.rs` (a member of the wrong type costs itself alone) and `formats/claims.rs` (whose a token is, where its file does not say). What a row of the
table says is `formats/row.rs`.

## Recognised and not imported

Settings are read for what they say of other files. Credentials of tools that azvault does not serve are named with their place and
with what revokes them.

| Format | Product, versions | What it is | Recognised by | Reader | Fixture | Source |
|---|---|---|---|---|---|---|
";

const PLACES: &str = "
## Where they are looked for

Every file of these folders is looked at, by content: the names are those that the products write. `--from` takes a file, a home, a
configuration folder, or any folder, which is then searched by content. Where `AzureRmContextSettings.json` redirects is followed
within what was named.

| Product | Folder | File | Format |
|---|---|---|---|
";

const CLEAN: &str = "
## What `migrate clean` does with them, and what revokes them

Removing a file ends no credential: a copy of it is as good as before.

| Format | `clean` | What revokes what was in it |
|---|---|---|
";

const DONE: &str = "
## What is done with them

| | |
|---|---|
| Opening | one descriptor, without following links or waiting; a regular file of this user with one name, at most 512 MiB, read whole into memory that is wiped; a larger one is named as not read; the products' locks are respected (`flock` on the file, `<file>.lockfile`) |
| Text | UTF-8 or UTF-16 by byte order mark; UTF-16 without one where it can be nothing else, with a warning; NULs at the end and bytes before the first brace are cut off with a warning; anything else is refused, no code page is guessed |
| JSON | at most 128 levels; member names are compared without case |
| Damage | refused by file and place, the file is left as it is, the rest is read |
| Unknown members | kept, sealed |
";

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn code(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

fn product_and_versions(row: &Row) -> String {
    match row.product {
        Product::Unknown => cell(row.versions),
        product if row.versions.starts_with(product.title()) => cell(row.versions),
        product => format!("{}: {}", product.title(), cell(row.versions)),
    }
}

fn reader(row: &Row) -> String {
    if row.read_by.is_empty() { "-".to_owned() } else { code(&[row.read_by]) }
}

fn what(holds: Holds) -> &'static str {
    match holds {
        Holds::SignIns => "sign-ins",
        Holds::Settings => "settings",
        Holds::Certificate => "a key, read where an entry points to it",
        Holds::OthersCredentials => "credentials of another tool",
        Holds::Sealed => "cannot be opened here",
        Holds::Nothing => "nothing to import",
    }
}

fn folder(folder: Folder) -> String {
    let below = |start: &str, rest: &str| match rest {
        "" => format!("`{start}`"),
        rest => format!("`{start}/{rest}`"),
    };
    match folder {
        Folder::Home(rest) => below("~", rest),
        Folder::AzureConfig(rest) => {
            format!("{}, {}", below("~/.azure*", rest), below("$AZURE_CONFIG_DIR", rest))
        }
        Folder::Config(rest) => {
            format!("{}, {}", below("~/.config", rest), below("$XDG_CONFIG_HOME", rest))
        }
        Folder::Data(rest) => {
            format!("{}, {}", below("~/.local/share", rest), below("$XDG_DATA_HOME", rest))
        }
        Folder::Roaming(rest) => below("~/AppData/Roaming", rest),
        Folder::Local(rest) => below("~/AppData/Local", rest),
        Folder::Library(rest) => below("~/Library/Application Support", rest),
        Folder::Variable(name) => format!("the file that `{name}` names"),
    }
}

fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str(IMPORTED);
    let fixtures = |row: &Row| code(row.fixtures);
    let is_imported = |row: &&Row| row.holds == Holds::SignIns;
    for row in FORMATS.iter().filter(is_imported) {
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            row.name,
            product_and_versions(row),
            cell(row.recognised.by),
            cell(row.protection),
            reader(row),
            fixtures(row),
            cell(row.source),
        )
        .unwrap();
    }
    page.push_str(OTHERS);
    for row in FORMATS.iter().filter(|row| !is_imported(row)) {
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            row.name,
            product_and_versions(row),
            what(row.holds),
            cell(row.recognised.by),
            reader(row),
            fixtures(row),
            cell(row.source),
        )
        .unwrap();
    }
    page.push_str(PLACES);
    let mut places: Vec<String> = Vec::new();
    for row in &FORMATS {
        for place in row.lies {
            let folders: Vec<_> = place.folders.iter().map(|f| folder(*f)).collect();
            places.push(format!(
                "| {} | {} | {} | `{}` |",
                place.product.title(),
                folders.join("; "),
                code(place.files),
                row.name
            ));
        }
    }
    places.sort();
    for place in places {
        writeln!(page, "{place}").unwrap();
    }
    page.push_str(CLEAN);
    for row in &FORMATS {
        let clean = match row.clean {
            Clean::Removes => "removes it".to_owned(),
            Clean::Leaves(why) => format!("leaves it: {why}"),
        };
        writeln!(page, "| `{}` | {clean} | {} |", row.name, cell(row.revoke)).unwrap();
    }
    page.push_str(DONE);
    page
}

#[test]
fn docs_legacy_formats_md_is_the_table() {
    let (page, path) = (page(), root().join("docs/legacy-formats.md"));
    if std::env::var_os("AZVAULT_UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/legacy-formats.md is not what the table says: \
         AZVAULT_UPDATE_DOCS=1 cargo test -p azvault-importer --test formats"
    );
}
