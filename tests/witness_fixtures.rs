//! The witness against the readers, over every file that a product wrote: with all that was read
//! held, nothing is unaccounted for; with any one secret taken out, something is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::{Found, Outcome, Reading};
use azvault_model::Secret;
use azvault_witness::{Ledger, Testimony};
use jiff::tz::TimeZone;

const FOLDERS: [&str; 6] =
    ["azure-powershell", "azure-cli", "other-tools", "real-az", "real-az-windows", "real-net"];

/// What describes fixtures, and is none.
const ABOUT: [&str; 4] = ["expected.json", "contents.json", "canaries.txt", "README.md"];

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut folders: Vec<_> = FOLDERS.iter().map(|name| root.join(name)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !ABOUT.iter().any(|name| path.ends_with(name)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// What a vault would hold after the import of this file alone.
fn ledger(found: &Found) -> Ledger {
    let mut ledger = Ledger::default();
    for held in &found.profile.secrets {
        // EXPOSE: a synthetic value of a fixture.
        ledger.hold(held.value.expose());
    }
    ledger.hold_texts(found.profile.kept.as_json().as_bytes());
    for context in &found.profile.contexts {
        ledger.hold_texts(context.kept.as_json().as_bytes());
        for value in context.account.iter().flat_map(|account| account.properties.values()) {
            ledger.hold_path(value.as_bytes());
        }
    }
    ledger
}

fn hear(ledger: &Ledger, bytes: &[u8], path: &Path, found: &Found) -> Testimony {
    ledger.hear(bytes, name(path), &|value| {
        let is_it = |left: &&azvault_importer::LeftOut| {
            // EXPOSE: a synthetic value of a fixture.
            left.value.expose().trim_ascii() == value
        };
        found.left_out.iter().find(is_it).map(|left| left.why)
    })
}

#[test]
fn all_is_accounted_for_and_each_secret_is_missed() {
    let (mut files, mut secrets, mut kinds) = (0, 0, BTreeMap::<&str, usize>::new());
    let mut wrong = Vec::new();
    for path in fixtures() {
        let bytes = fs::read(&path).expect("a fixture");
        let reading = Reading { file_name: name(&path), time_zone: &TimeZone::UTC };
        let found = azvault_importer::read(&bytes, &reading);
        if found.outcome > Outcome::Warn || found.profile.secrets.is_empty() {
            continue;
        }
        files += 1;
        let mut ledger = ledger(&found);
        let testimony = hear(&ledger, &bytes, &path, &found);
        // What a reader could not read is what the witness is for.
        let unaccounted = testimony.unaccounted.iter().filter(|_| found.unread == 0);
        for lost in unaccounted {
            wrong.push(format!(
                "{}: {} looks like {}",
                path.display(),
                lost.place,
                lost.kind.words()
            ));
        }
        for unread in &testimony.unread {
            wrong.push(format!("{}: {} {}", path.display(), unread.place, unread.why));
        }
        for held in &found.profile.secrets {
            let kind = held.description.kind.as_str();
            let same = |other: &&Secret| other.same_as(&held.value);
            let copies = found.profile.secrets.iter().map(|held| &held.value).filter(same).count();
            // EXPOSE: a synthetic value of a fixture.
            let value = held.value.expose();
            (0..copies).for_each(|_| ledger.release(value));
            if hear(&ledger, &bytes, &path, &found).unaccounted.is_empty() {
                wrong.push(format!("{}: a {kind} is not missed", path.display()));
            }
            (0..copies).for_each(|_| ledger.hold(value));
            secrets += 1;
            *kinds.entry(kind).or_default() += 1;
        }
    }
    println!("figure: {secrets} secrets of {files} files, each missed when taken out: {kinds:?}");
    assert!(wrong.is_empty(), "{} points:\n{}", wrong.len(), wrong.join("\n"));
    assert!(files > 100 && secrets > 500 && kinds.len() >= 8, "{files} {secrets} {kinds:?}");
}
