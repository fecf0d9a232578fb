//! Moving in, by size: `cargo bench -p azvault --bench import`. The whole command `migrate run` with
//! 1,000, 10,000 and 100,000 service principals, beside SQLite alone, which inserts the same rows into the
//! same tables with the same flushes: as they come, with their random ids, and once more sorted by them.
//! Prints times, the ratios of the whole command and of what it takes beyond an import of one principal (the
//! process, the key derivation, the flushes), and the exponent of the growth (1 is linear); asserts nothing.
//!
//! Of the work of 40,000 principals (perf, release build) a fifth is reading, a fifth the plan, 8 % SQLite, 16 %
//! keys and encryption of the boxes, the rest serialization, memory and the wiping of it: the boxes and the
//! reading alone cost about as much as the plain insert.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use azvault_test_support::principals::contexts;

const SIZES: [u32; 3] = [1_000, 10_000, 100_000];

fn main() {
    // `cargo test --benches` runs this too: it has nothing to say there.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let fixed = import(tempfile::tempdir().unwrap().path(), 1);
    println!("      1 principal:  {:6.0} ms, fixed", milliseconds(fixed));
    let mut smaller: Option<(u32, Duration)> = None;
    for principals in SIZES {
        let folder = tempfile::tempdir().unwrap();
        let took = import(folder.path(), principals);
        print!("{principals:7} principals: {:6.0} ms", milliseconds(took));
        for (order, name) in [(Order::AsTheyCome, "plain"), (Order::ById, "sorted")] {
            let plain = plain_insert(folder.path(), order);
            let ratio = |time: Duration| time.as_secs_f64() / plain.as_secs_f64();
            let (whole, net) = (ratio(took), ratio(took.saturating_sub(fixed)));
            print!(
                "   {whole:.2} x, net {net:.2} x a {name} insert ({:.0} ms)",
                milliseconds(plain)
            );
        }
        if let Some((number, before)) = smaller {
            let growth = (took.as_secs_f64() / before.as_secs_f64()).ln();
            let exponent = growth / (f64::from(principals) / f64::from(number)).ln();
            print!("   exponent {exponent:.2}");
        }
        println!();
        smaller = Some((principals, took));
    }
}

/// One run of the command, into an empty vault with the cheapest key derivation.
fn import(home: &Path, principals: u32) -> Duration {
    let passphrase = home.join("passphrase");
    fs::write(&passphrase, "correct horse battery staple\n").unwrap();
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
    let file = home.join("contexts.json");
    fs::write(&file, contexts(principals)).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_azvault"));
        command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin");
        command.args(words).arg("--passphrase-file").arg(&passphrase);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        assert!(command.status().unwrap().success(), "{words:?}");
        start.elapsed()
    };
    let vault = home.join("vault.db");
    let (vault, file) = (vault.to_str().unwrap(), file.to_str().unwrap());
    run(&["init", "--vault", vault, "--no-recovery", "--kdf-memory", "19", "--kdf-passes", "2"]);
    run(&["migrate", "run", "--vault", vault, "--yes", "--from", file])
}

/// In which order rows are inserted.
#[derive(Clone, Copy)]
enum Order {
    AsTheyCome,
    ById,
}

/// What the tables of the vault hold, inserted into an empty database in one transaction.
fn plain_insert(home: &Path, order: Order) -> Duration {
    let from = rusqlite::Connection::open(home.join("vault.db")).unwrap();
    let rows = |sql: &str| -> Vec<(i64, Vec<u8>)> {
        let mut statement = from.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let tables = [
        ("record", rows("SELECT id, box FROM record")),
        ("secret", rows("SELECT id, box FROM secret")),
        ("original", rows("SELECT id + part, box FROM original")),
    ];
    let folder = tempfile::tempdir_in(home).unwrap();
    let to = rusqlite::Connection::open(folder.path().join("plain.db")).unwrap();
    to.execute_batch(
        "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         CREATE TABLE record (id INTEGER PRIMARY KEY, box BLOB NOT NULL) STRICT;
         CREATE TABLE secret (id INTEGER PRIMARY KEY, box BLOB NOT NULL) STRICT;
         CREATE TABLE original (id INTEGER PRIMARY KEY, box BLOB NOT NULL) STRICT;",
    )
    .unwrap();
    let start = Instant::now();
    let transaction = to.unchecked_transaction().unwrap();
    for (table, mut rows) in tables {
        let sql = format!("INSERT INTO {table} (id, box) VALUES (?1, ?2)");
        let mut statement = transaction.prepare(&sql).unwrap();
        match order {
            // Which is not that of their random ids.
            Order::AsTheyCome => {
                rows.sort_by_key(|(id, _)| id.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64));
            }
            Order::ById => rows.sort_by_key(|(id, _)| *id),
        }
        for (id, sealed) in rows {
            statement.execute(rusqlite::params![id, sealed]).unwrap();
        }
    }
    transaction.commit().unwrap();
    start.elapsed()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
