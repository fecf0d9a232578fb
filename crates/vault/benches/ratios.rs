//! Ratios that hold on any machine, with the absolute times beside: `cargo bench -p azvault-vault`.
//!
//! Each pair is measured in turn, A B A B …, and the median ratio is printed: a machine that is
//! busy slows both.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use azvault_model::{
    AccountType, Context, ContextAccount, ContextName, Kept, Secret, SecretDescription, SecretKind,
    Subscription, Tenant,
};
use azvault_vault::{Cost, Locked, NewSlot, Opener, Problem, Vault};

const PASSPHRASE: &[u8] = b"correct horse battery staple";

fn main() {
    // `cargo test --benches` runs this too: it has nothing to say there.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    import();
    list();
    unlock();
}

/// 10,000 contexts, 5,000 access tokens and 500 refresh tokens, against SQLite alone.
fn import() {
    let contexts: Vec<Context> = (0..10_000).map(context).collect();
    let secrets: Vec<(SecretDescription, Secret)> = (0..5_500).map(secret).collect();
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let mut vault = create(folder.path());
        let start = Instant::now();
        vault
            .write(|writing| -> Result<(), Problem> {
                for context in &contexts {
                    writing.put_context(None, context)?;
                }
                for (about, value) in &secrets {
                    writing.add_secret(about, value, 0)?;
                }
                Ok(())
            })
            .unwrap();
        ours.push(start.elapsed());
        drop(vault);
        plain.push(plain_insert(&folder.path().join("vault.db"), &folder.path().join("plain.db")));
    }
    report(
        "import of 10,000 contexts and 5,500 secrets / plain insert of the same bytes",
        &ours,
        &plain,
    );
}

/// Inserts what the vault's tables hold into the same tables of an empty database.
fn plain_insert(vault: &Path, plain: &Path) -> Duration {
    let from = rusqlite::Connection::open(vault).unwrap();
    let rows = |sql: &str| -> Vec<(i64, Vec<u8>)> {
        let mut statement = from.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let records = rows("SELECT id, box FROM record");
    let secrets = rows("SELECT id, box FROM secret");
    let to = rusqlite::Connection::open(plain).unwrap();
    to.execute_batch(
        "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         CREATE TABLE record (id INTEGER PRIMARY KEY, box BLOB NOT NULL) STRICT;
         CREATE TABLE secret (id INTEGER PRIMARY KEY, box BLOB NOT NULL) STRICT;",
    )
    .unwrap();
    let start = Instant::now();
    let transaction = to.unchecked_transaction().unwrap();
    for (table, rows) in [("record", &records), ("secret", &secrets)] {
        let sql = format!("INSERT INTO {table} (id, box) VALUES (?1, ?2)");
        let mut statement = transaction.prepare(&sql).unwrap();
        // In the order in which they came, which is not that of their random ids.
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by_key(|(id, _)| id.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64));
        for (id, sealed) in rows {
            statement.execute(rusqlite::params![id, sealed]).unwrap();
        }
    }
    transaction.commit().unwrap();
    start.elapsed()
}

/// Reading all contexts, which is what `context list` does after unlocking.
fn list() {
    let mut last: Option<(i32, Vec<Duration>)> = None;
    for number in [100, 10_000, 100_000] {
        let folder = tempfile::tempdir().unwrap();
        let mut vault = create(folder.path());
        vault
            .write(|writing| -> Result<(), Problem> {
                for context in (0..number).map(context) {
                    writing.put_context(None, &context)?;
                }
                Ok(())
            })
            .unwrap();
        let times = repeat(if number > 50_000 { 3 } else { 9 }, || {
            assert_eq!(vault.snapshot().unwrap().contexts().len(), number as usize);
        });
        println!("read {number} contexts: {:.1} ms", milliseconds(&times));
        if let Some((before, earlier)) = &last {
            let ratio = milliseconds(&times) / milliseconds(earlier);
            println!("  {:.1}x the time for {}x the contexts", ratio, number / before);
        }
        last = Some((number, times));
    }
}

/// How much of unlocking is the key derivation, at the default cost.
fn unlock() {
    let folder = tempfile::tempdir().unwrap();
    let passphrase = Secret::copied_from(PASSPHRASE);
    let key = azvault_vault::RawKey::generate();
    let (path, anchors) = (folder.path().join("vault.db"), folder.path().join("anchors"));
    let slot = |opener, label: &str| NewSlot { opener, cost: Cost::DEFAULT, label: label.into() };
    let slots = [
        slot(Opener::Passphrase(&passphrase), "passphrase"),
        slot(Opener::RawKey(&key), "raw key"),
    ];
    azvault_vault::create(&path, &slots, &anchors).unwrap();
    let open = |opener: Opener<'_>| Locked::open(&path).unwrap().unlock(&opener, &anchors).unwrap();
    let with_kdf = repeat(5, || drop(open(Opener::Passphrase(&passphrase))));
    let without = repeat(5, || drop(open(Opener::RawKey(&key))));
    let share = 100.0 * (1.0 - milliseconds(&without) / milliseconds(&with_kdf));
    println!(
        "unlock at the default cost: {:.0} ms, of which {share:.1} % are Argon2id (without: {:.1} ms)",
        milliseconds(&with_kdf),
        milliseconds(&without),
    );
}

fn create(folder: &Path) -> Vault {
    let passphrase = Secret::copied_from(PASSPHRASE);
    let slot = NewSlot {
        opener: Opener::Passphrase(&passphrase),
        cost: Cost::FLOOR,
        label: "passphrase".to_owned(),
    };
    azvault_vault::create(&folder.join("vault.db"), &[slot], &folder.join("anchors")).unwrap()
}

fn context(number: i32) -> Context {
    Context {
        name: ContextName::new(format!("Subscription {number} - user@contoso.example")),
        account: Some(ContextAccount {
            id: format!("user{}@contoso.example", number % 500).into(),
            account_type: AccountType::new("User"),
            properties: BTreeMap::new(),
        }),
        tenant: Some(Tenant {
            id: format!("72f00000-0000-4000-8000-{number:012}").into(),
            name: None,
        }),
        subscription: Some(Subscription {
            id: format!("5b000000-0000-4000-8000-{number:012}").into(),
            name: Some(format!("Subscription {number}").into()),
            state: Some("Enabled".into()),
        }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: BTreeMap::new(),
        labels: Default::default(),
        kept: Kept::default(),
    }
}

fn secret(number: i32) -> (SecretDescription, Secret) {
    let kind = if number < 5_000 { SecretKind::AccessToken } else { SecretKind::RefreshToken };
    let about = SecretDescription {
        account: Some(format!("user{}@contoso.example", number % 500).into()),
        ..SecretDescription::of(kind)
    };
    (about, Secret::copied_from(format!("{number:01200}").as_bytes()))
}

fn repeat(times: usize, mut work: impl FnMut()) -> Vec<Duration> {
    work();
    (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect()
}

fn milliseconds(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2].as_secs_f64() * 1000.0
}

fn report(what: &str, ours: &[Duration], other: &[Duration]) {
    let mut ratios: Vec<f64> =
        ours.iter().zip(other).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "{what}: {:.2}x ({:.0} ms / {:.0} ms)",
        ratios[ratios.len() / 2],
        milliseconds(ours),
        milliseconds(other),
    );
}
