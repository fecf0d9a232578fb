//! Vaults: whatever lies where the vault should be.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

use super::pages::damaged;
use super::{Tally, listed, takes_part};
use azvault_test_support::{Home, Saved};

struct Corpus {
    home: Home,
    good: Vec<u8>,
    /// What `context list` says of the good file.
    contexts: String,
    tally: Tally,
    /// How many there were, and how many took part.
    offered: usize,
    files: usize,
}

#[test]
fn a_hostile_vault_is_refused_or_read_as_it_was() {
    let mut corpus = Corpus::new();
    let damaged = damaged(&corpus.good, &roots(&corpus.home.vault()));
    corpus.places();
    corpus.companions();
    for (what, file) in damaged {
        corpus.try_file(&what, |path| put(path, &file));
    }
    for (what, sql) in edits() {
        corpus.try_file(what, |path| {
            let connection = Connection::open(path).unwrap();
            let relaxed = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
                           PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;";
            connection.execute_batch(relaxed).unwrap();
            connection.execute_batch(&sql).unwrap_or_else(|error| panic!("{what}: {error}"));
        });
    }
    assert!(corpus.offered > 100);
    corpus.tally.print(corpus.files);
}

impl Corpus {
    fn new() -> Self {
        let home = Home::with_vault();
        home.import(&[Saved {
            name: "dev",
            account: "megan@contoso.example",
            tenant: "72f00000-0000-4000-8000-000000000001",
            subscription: "5b000000-0000-4000-8000-000000000001",
            subscription_name: "Contoso Dev",
        }]);
        let good = fs::read(home.vault()).unwrap();
        let contexts = home.run(&["context", "list", "-o", "json"]).expect(0).stdout;
        assert!(contexts.contains("dev"));
        Self { home, good, contexts, tally: Tally::default(), offered: 0, files: 0 }
    }

    /// Has `change` do something to the good file, and runs the commands over what comes of it.
    fn try_file(&mut self, what: &str, change: impl FnOnce(&Path)) {
        self.offered += 1;
        if !takes_part(self.offered) {
            return;
        }
        let vault = self.home.vault();
        self.clear();
        put(&vault, &self.good);
        change(&vault);
        self.files += 1;
        self.run(what, &[]);
        self.clear();
    }

    fn run(&mut self, what: &str, options: &[&str]) {
        let at = |verb: &[&'static str]| [options, verb].concat();
        self.tally.run(&self.home, what, &at(&["status"]));
        self.tally.run(&self.home, what, &at(&["verify"]));
        let (code, listed) =
            self.tally.run(&self.home, what, &at(&["context", "list", "-o", "json"]));
        assert!(code != "0" || listed == self.contexts, "{what}: {listed} is read");
    }

    /// Takes away what stands in the place of the vault, and all that is named after it.
    fn clear(&self) {
        let vault = self.home.vault();
        for path in listed(&self.home).into_iter().chain([journal(&vault)]) {
            if !path.to_string_lossy().starts_with(&*vault.to_string_lossy()) {
                continue;
            }
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
        }
    }

    /// No file at all, or one that is not this user's alone.
    fn places(&mut self) {
        let other = self.home.join("other.db");
        put(&other, &self.good);
        let instead = |path: &Path| fs::remove_file(path).unwrap();
        self.try_file("a FIFO", |path| {
            instead(path);
            assert!(
                Command::new("mkfifo").args(["-m", "600"]).arg(path).status().unwrap().success()
            );
        });
        self.try_file("a folder", |path| {
            instead(path);
            fs::create_dir(path).unwrap();
        });
        self.try_file("a socket", |path| {
            instead(path);
            drop(UnixListener::bind(path).unwrap());
        });
        for target in [other.as_path(), Path::new("/dev/zero"), Path::new("/nowhere")] {
            self.try_file("a symbolic link", |path| {
                instead(path);
                symlink(target, path).unwrap();
            });
        }
        self.try_file("a hard link", |path| {
            instead(path);
            fs::hard_link(&other, path).unwrap();
        });
        for mode in [0o644, 0o660, 0o606, 0o000] {
            self.try_file("another mode", |path| {
                fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
            });
        }
        self.try_file("very large, and empty behind its end", |path| {
            OpenOptions::new().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
        });
        for name in
            ["file:other.db?mode=memory", "file:other.db?immutable=1", ":memory:", "other.db"]
        {
            self.files += 1;
            self.run(name, &["--vault", name]);
        }
    }

    /// Journals and logs beside it.
    fn companions(&mut self) {
        let victim = self.home.join("victim");
        fs::write(&victim, "must stay").unwrap();
        for (what, bytes) in [
            ("a journal of random bytes", super::Numbers(7).bytes(9000)),
            ("a journal that names a file to delete", super_journal(&victim)),
            ("a journal that goes back to nothing", journal_header(0).to_vec()),
        ] {
            self.try_file(what, |path| put(&journal(path), &bytes));
        }
        self.try_file("a journal of others", |path| {
            put(&journal(path), &journal_header(1));
            fs::set_permissions(journal(path), Permissions::from_mode(0o666)).unwrap();
        });
        self.try_file("a journal that is a link", |path| symlink(&victim, journal(path)).unwrap());
        self.try_file("a journal that is a FIFO", |path| {
            let made = Command::new("mkfifo").arg(journal(path)).status().unwrap();
            assert!(made.success());
        });
        for ending in ["-wal", "-shm"] {
            self.try_file(ending, |path| {
                put(&PathBuf::from(format!("{}{ending}", path.display())), &[7; 5000]);
            });
        }
        assert_eq!(fs::read_to_string(&victim).unwrap(), "must stay");
    }
}

/// Rows and schemas, as SQL.
fn edits() -> Vec<(&'static str, String)> {
    let rows = |table: &str, columns: &str, values: &str, number: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1000 + {number})
             INSERT INTO {table} ({columns}) SELECT {values} FROM n"
        )
    };
    let slot = |values: &str| format!("UPDATE slot SET {values}");
    let slots = "id, kind, m, t, p, salt, box";
    vec![
        (
            "100,000 slots",
            rows("slot", slots, "i, 1, 19456, 2, 1, zeroblob(16), zeroblob(104)", 100_000),
        ),
        ("33 slots", rows("slot", slots, "i, 1, 19456, 2, 1, zeroblob(16), zeroblob(104)", 32)),
        ("much memory", slot("m = 4294967295")),
        ("more memory than there are numbers", slot("m = 9223372036854775807")),
        ("the most memory and passes", slot("m = 1048576, t = 16")),
        ("the most that is allowed", slot("m = 1048576, t = 4")),
        ("many passes", slot("t = 4294967295")),
        ("no pass", slot("t = 0")),
        ("many lanes", slot("p = 4294967295")),
        ("numbers below 0", slot("m = -1, t = -1, p = -1")),
        ("a slot of 16 MiB", slot("box = zeroblob(16777000)")),
        ("a salt of 16 MiB", slot("salt = zeroblob(16777000)")),
        ("a head of 16 MiB", "UPDATE header SET head = zeroblob(16777000)".to_owned()),
        ("a head of 200 MiB", "UPDATE header SET head = zeroblob(209715200)".to_owned()),
        ("a record of 200 MiB", "UPDATE record SET box = zeroblob(209715200)".to_owned()),
        ("60 records of 5 MiB", rows("record", "id, rev, box", "i, 1, zeroblob(5242880)", 60)),
        ("200,000 records", rows("record", "id, rev, box", "i, 1, zeroblob(72)", 200_000)),
        ("200,000 secrets", rows("secret", "id, box", "i, zeroblob(72)", 200_000)),
        ("200,000 originals", rows("original", "id, part, box", "7, i, zeroblob(72)", 200_000)),
        ("200,000 entries", rows("audit", "seq, box", "i, zeroblob(72)", 200_000)),
        (
            "an entry far away",
            "INSERT INTO audit VALUES (9223372036854775807, zeroblob(72))".to_owned(),
        ),
        (
            "a view without end",
            "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
          SELECT i + 1 FROM n) SELECT count(*) FROM n"
                .to_owned(),
        ),
        (
            "a view in the place of a table",
            "ALTER TABLE record RENAME TO r; CREATE VIEW record AS
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 1 AS rev,
          zeroblob(72) AS box FROM n"
                .to_owned(),
        ),
        (
            "a trigger",
            "CREATE TRIGGER t AFTER UPDATE ON header BEGIN DELETE FROM secret; END".to_owned(),
        ),
        (
            "a virtual table",
            "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0,
          'CREATE VIRTUAL TABLE x USING nothing(1)')"
                .to_owned(),
        ),
        ("a schema that is no SQL", "UPDATE sqlite_schema SET sql = 'CREATE'".to_owned()),
        (
            "a schema of 5 MB",
            "UPDATE sqlite_schema SET sql = sql || char(10) ||
          '--' || hex(zeroblob(2500000)) WHERE name = 'record'"
                .to_owned(),
        ),
        ("a table without pages", "UPDATE sqlite_schema SET rootpage = 0".to_owned()),
        ("a table before all pages", "UPDATE sqlite_schema SET rootpage = -7".to_owned()),
        ("a table behind all pages", "UPDATE sqlite_schema SET rootpage = 2147483647".to_owned()),
        ("all tables on one page", "UPDATE sqlite_schema SET rootpage = 2".to_owned()),
        ("the schema on a table's page", "UPDATE sqlite_schema SET rootpage = 1".to_owned()),
        (
            "5,000 tables",
            "INSERT INTO sqlite_schema WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
          SELECT i + 1 FROM n WHERE i < 5000) SELECT 'table', 't' || i, 't' || i, 2,
          'CREATE TABLE t' || i || ' (a)' FROM n"
                .to_owned(),
        ),
    ]
}

/// Where each table begins.
fn roots(path: &Path) -> Vec<(String, u32)> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare("SELECT name, rootpage FROM sqlite_schema").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let roots: Vec<_> = rows.map(Result::unwrap).collect();
    assert_eq!(roots.len(), 6);
    roots
}

fn journal(vault: &Path) -> PathBuf {
    PathBuf::from(format!("{}-journal", vault.display()))
}

/// The header of a rollback journal that says how many pages the database had.
fn journal_header(pages: u32) -> [u8; 512] {
    let mut header = [0; 512];
    header[..8].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    header[16..20].copy_from_slice(&pages.to_be_bytes());
    header[20..24].copy_from_slice(&512_u32.to_be_bytes());
    header[24..28].copy_from_slice(&4096_u32.to_be_bytes());
    header
}

/// A journal that ends with the name of a super-journal: older SQLite deleted that file.
fn super_journal(victim: &Path) -> Vec<u8> {
    let name = victim.to_str().unwrap().as_bytes();
    let sum: u32 = name.iter().map(|byte| u32::from(*byte)).sum();
    let mut journal = journal_header(9).to_vec();
    // The page of the pending byte, which no database has.
    journal.extend(((1_u32 << 30) / 4096 + 1).to_be_bytes());
    journal.extend(name);
    journal.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
    journal.extend(sum.to_be_bytes());
    journal.extend(&journal_header(0)[..8]);
    journal
}

fn put(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    let mut file: File =
        options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
