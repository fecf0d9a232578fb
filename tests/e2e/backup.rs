//! Backups: made, listed, and put back here and elsewhere.

mod killed;
mod restore;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use azvault_test_support::{CHEAP, Home, contains, ran};

fn folder(home: &Home) -> PathBuf {
    home.join(".local/share/azvault/backups")
}

/// Makes a backup; its path.
#[track_caller]
fn create(home: &Home) -> String {
    home.json(&["backup", "create"])["backup"].as_str().unwrap().to_owned()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What is in a vault: contexts and secrets with their values.
fn content(home: &Home) -> (Value, Value) {
    (home.json(&["context", "list"]), home.json(&["secret", "list", "--reveal"]))
}

fn change(home: &Home, autosave: &str) {
    home.run(&["autosave", autosave, "--scope", "user"]).expect(0);
}

fn generation(home: &Home) -> u64 {
    home.json(&["verify"])["generation"].as_u64().unwrap()
}

#[test]
fn a_backup_is_a_whole_vault_of_its_owner_alone() {
    let home = Home::with_contexts();
    let content = content(&home);
    let made = home.json(&["backup", "create"]);
    let file = made["backup"].as_str().unwrap();
    let number = generation(&home);
    assert_eq!((&made["schema"], &made["contexts"]), (&json!(1), &json!(7)));
    assert_eq!(made["generation"], number);
    assert_eq!(made["size"], fs::metadata(file).unwrap().len());
    let name = Path::new(file).file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("vault-20") && name.ends_with(&format!("Z-g{number}.db")), "{name}");
    assert_eq!((mode(file), mode(folder(&home))), (0o600, 0o700));
    // Nothing else is left, and nothing of it is in plaintext.
    assert_eq!(names(&folder(&home)), [name]);
    let bytes = fs::read(file).unwrap();
    assert!(bytes.starts_with(b"SQLite format 3\0") && !contains(&bytes, b"megan"));
    for secret in content.1["secrets"].as_array().unwrap() {
        assert!(!contains(&bytes, secret["value"].as_str().unwrap().as_bytes()));
    }
    // It is a vault like any other; and the second of a second has another name.
    home.run(&["verify", "--vault", file]).expect(0);
    assert_ne!(create(&home), create(&home));
    assert_eq!(names(&folder(&home)).iter().filter(|name| name.ends_with(".db")).count(), 3);
}

#[test]
fn a_backup_goes_where_it_is_told_and_over_nothing() {
    let home = Home::with_contexts();
    let file = home.join("mine.db");
    let to = file.to_str().unwrap();
    fs::write(&file, "mine").unwrap();
    home.run(&["backup", "create", to]).expect(9).says("--force");
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    // A relative name is one against the working folder.
    home.run(&["backup", "create", "mine.db", "--force"]).expect(0);
    home.run(&["verify", "--vault", to]).expect(0);
    assert_eq!(mode(&file), 0o600);
    home.run(&["backup", "create", "gone/mine.db"]).expect(5).says("mkdir");
    home.run(&["backup", "create", "--force"]).expect(2);
    // Neither a folder, nor a link, nor the vault itself is replaced.
    let vault = home.vault();
    let before = fs::read(&vault).unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    symlink(&vault, home.join("link")).unwrap();
    home.run(&["backup", "create", "folder", "--force"]).expect(9);
    home.run(&["backup", "create", "link", "--force"]).expect(9);
    let vault = vault.to_str().unwrap();
    home.run(&["backup", "create", vault, "--force"]).expect(2);
    home.run(&["backup", "create", &format!("{vault}-wal")]).expect(2);
    assert!(fs::read(vault).unwrap() == before);
    // A folder that others may write is none for a vault, and will do for a backup.
    let open = home.join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    home.run(&["backup", "create", "open/mine.db"]).expect(0);
    assert_eq!(names(&open), ["mine.db"]);
}

#[test]
fn a_vault_that_is_not_whole_is_not_backed_up() {
    let home = Home::with_contexts();
    rusqlite::Connection::open(home.vault())
        .unwrap()
        .execute_batch("UPDATE secret SET box = zeroblob(length(box))")
        .unwrap();
    home.run(&["backup", "create"]).expect(8);
    assert_eq!(names(&folder(&home)), [""; 0]);
    let mut command = home.command(&["backup", "create"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(14);
}

#[test]
fn a_full_disk_leaves_no_backup_and_no_other_vault() {
    let home = Home::with_contexts();
    let backup = create(&home);
    let before = (fs::read(home.vault()).unwrap(), names(&folder(&home)));
    for args in [&["backup", "create"][..], &["backup", "restore", &backup, "--force"]] {
        let mut command = home.script("trap '' XFSZ; ulimit -f 16; exec azvault \"$@\"");
        let full = ran(command.arg("bash").args(args).output().unwrap()).expect(1);
        assert!(full.stderr.contains("error:"), "{}", full.stderr);
        assert!((fs::read(home.vault()).unwrap(), names(&folder(&home))) == before, "{args:?}");
    }
    home.run(&["verify"]).expect(0);
}

#[test]
fn a_list_says_what_each_backup_is_worth() {
    let home = Home::with_contexts();
    assert_eq!(home.json(&["backup", "list"])["backups"], json!([]));
    let whole = create(&home);
    let list = home.json(&["backup", "list"]);
    let view = &list["backups"][0];
    assert_eq!((&view["path"], &view["state"]), (&json!(whole), &json!("whole")));
    assert_eq!((&view["contexts"], &view["why"]), (&json!(7), &Value::Null));
    assert_eq!(view["secrets"], home.json(&["status"])["secrets"]);
    assert_eq!(view["generation"], generation(&home));
    assert_eq!(view["size"], fs::metadata(&whole).unwrap().len());
    assert!(view["modified"].as_str().unwrap().ends_with('Z'));
    // Without a key the rest is known; with the agent's keys all is.
    let alone = |args: &[&str]| {
        let mut command = home.command(&[args, &["-o", "json"]].concat());
        ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).json()
    };
    let sealed = alone(&["backup", "list"]);
    assert_eq!(sealed["backups"][0]["state"], "sealed");
    assert!(sealed["backups"][0]["contexts"].is_null());
    assert_eq!(sealed["backups"][0]["vault"], view["vault"]);
    home.run(&["unlock"]).expect(0);
    assert_eq!(alone(&["backup", "list"]), list);
    // One of another vault, and others that nobody can open.
    let moved = home.join("moved");
    fs::create_dir(&moved).unwrap();
    let other = Home::empty();
    fs::write(other.join("passphrase"), "another passphrase\n").unwrap();
    other.run(&[&["init", "--no-recovery"], &CHEAP[..]].concat()).expect(0);
    fs::copy(create(&other), moved.join("other.db")).unwrap();
    fs::write(moved.join("notes.txt"), "no backup").unwrap();
    let list = home.json(&["backup", "list", "moved"]);
    assert_eq!(list["backups"].as_array().unwrap().len(), 1);
    assert_eq!(list["backups"][0]["state"], "sealed");
    fs::write(moved.join("cut.db"), &fs::read(&whole).unwrap()[..9000]).unwrap();
    fs::copy(&whole, moved.join("edited.db")).unwrap();
    rusqlite::Connection::open(moved.join("edited.db"))
        .unwrap()
        .execute_batch("UPDATE secret SET box = zeroblob(length(box))")
        .unwrap();
    fs::copy(&whole, moved.join("newer.db")).unwrap();
    rusqlite::Connection::open(moved.join("newer.db"))
        .unwrap()
        .execute_batch("PRAGMA user_version = 9")
        .unwrap();
    let found = home.run(&["backup", "list", "moved", "-o", "json"]).expect(10).json();
    let mut states: Vec<_> = found["backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|view| {
            let name = view["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            (name, view["state"].as_str().unwrap().to_owned(), view["why"].is_null())
        })
        .collect();
    states.sort();
    let wanted = [
        ("cut.db", "damaged", false),
        ("edited.db", "damaged", false),
        ("newer.db", "newer", true),
        ("other.db", "sealed", true),
    ];
    assert_eq!(states, wanted.map(|(name, state, why)| (name.into(), state.into(), why)));
    home.run(&["backup", "list", "moved"]).expect(10);
    home.run(&["backup", "list", "gone"]).expect(5);
}
