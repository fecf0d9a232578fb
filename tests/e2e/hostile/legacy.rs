//! Homes with files of Azure tools, of which one was made to do harm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Numbers, Tally, takes_part};
use azvault_test_support::{Home, files, fixture};

/// What is done to a file: its bytes give other bytes.
type Mutation = fn(&[u8], &mut Numbers) -> Vec<u8>;

const MUTATIONS: [(&str, Mutation); 10] = [
    ("nothing", |_, _| Vec::new()),
    ("its first half", |bytes, _| bytes[..bytes.len() / 2].to_vec()),
    ("without its last byte", |bytes, _| bytes[..bytes.len().saturating_sub(1)].to_vec()),
    ("random bytes in it", |bytes, numbers| {
        let mut bytes = bytes.to_vec();
        for _ in 0..16.min(bytes.len()) {
            let at = numbers.below(bytes.len());
            bytes[at] = numbers.bytes(1)[0];
        }
        bytes
    }),
    ("other digits", |bytes, _| {
        let digit = |byte: &u8| if byte.is_ascii_digit() { b'9' } else { *byte };
        bytes.iter().map(digit).collect()
    }),
    ("twice", |bytes, _| bytes.repeat(2)),
    ("a million lists in each other", |_, _| vec![b'['; 1_000_000]),
    ("a million objects in each other", |_, _| b"{\"a\":".repeat(1_000_000)),
    ("a string of 60 MB", |bytes, _| {
        let text = [b"\"", &vec![b'x'; 60_000_000][..], b"\""].concat();
        [b"{\"a\":", &text[..], b",", bytes.get(1..).unwrap_or(b"}")].concat()
    }),
    ("a million members of one name", |_, _| {
        [b"{", &b"\"Contexts\":{},".repeat(1_000_000)[..], b"\"a\":1}"].concat()
    }),
];

#[test]
fn a_hostile_file_of_azure_tools_is_refused_or_read_within_limits() {
    let (mut tally, mut numbers) = (Tally::default(), Numbers(0x0a2f_4157_5632));
    let (mut offered, mut tried) = (0, 0);
    for folder in homes() {
        let home = Home::with_files(folder.to_str().unwrap());
        for (path, (good, ..)) in files(home.path()) {
            // Each file meets some of what can be done to it, and each of that meets many files.
            for _ in 0..2 {
                let (what, mutation) = MUTATIONS[numbers.below(MUTATIONS.len())];
                offered += 1;
                if takes_part(offered) {
                    tried += 1;
                    fs::write(&path, mutation(&good, &mut numbers)).unwrap();
                    run(&mut tally, &home, &format!("{}: {what}", path.display()));
                }
            }
            offered += 1;
            if takes_part(offered) {
                tried += 1;
                fs::remove_file(&path).unwrap();
                let made = Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap();
                assert!(made.success());
                run(&mut tally, &home, &format!("{}: a FIFO", path.display()));
                fs::remove_file(&path).unwrap();
            }
            fs::write(&path, &good).unwrap();
        }
    }
    assert!(offered > 100);
    tally.print(tried);
}

fn run(tally: &mut Tally, home: &Home, what: &str) {
    tally.run(home, what, &["scan"]);
    tally.run(home, what, &["migrate", "plan"]);
}

/// The fixtures that are homes.
fn homes() -> Vec<PathBuf> {
    let homes = fixture("azure-powershell/homes");
    let entries = fs::read_dir(homes).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path: &PathBuf| Path::is_dir(path)).collect();
    found.sort();
    assert!(found.len() > 10);
    found
}
