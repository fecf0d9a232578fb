//! Backups: made, listed, and put back here and elsewhere.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::agent_home::is_root;
use crate::home::{CHEAP, Home, Ran, contains, copy_folder, has, ran};

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
    // Nothing else is left, and nothing of it is in clear.
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

/// Another machine: nothing but the backup and what opens it.
fn restore_elsewhere(backup: &Path, args: &[&str], passphrase: Option<&str>) -> (Home, Ran) {
    let other = Home::empty();
    let file = other.join("from-elsewhere.db");
    fs::copy(backup, &file).unwrap();
    // As it comes from a stick or from a web page.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    if let Some(text) = passphrase {
        fs::write(other.join("passphrase"), text).unwrap();
    }
    let mut command = other.command(&[&["backup", "restore", "from-elsewhere.db"], args].concat());
    if passphrase == Some("") {
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
    }
    let ran = ran(command.output().unwrap());
    (other, ran)
}

#[test]
fn a_backup_is_restored_on_a_second_machine_with_whatever_opens_the_vault() {
    let home = Home::empty();
    let (key, raw) = (home.join("key"), home.join("raw"));
    let (key, raw) = (key.to_str().unwrap(), raw.to_str().unwrap());
    let recovery = home.join("recovery");
    let recovery_file = recovery.to_str().unwrap();
    let init = ["init", "--recovery-file", recovery_file, "--raw-key-file", raw];
    home.run(&[&init[..], &["--key-file", key], &CHEAP].concat()).expect(0);
    let plain = Home::with_contexts();
    let content = content(&plain);

    // A passphrase alone.
    let backup = PathBuf::from(create(&plain));
    let (other, done) = restore_elsewhere(&backup, &["-o", "json"], None);
    let done = done.expect(0).json();
    assert_eq!((&done["rolled_back"], &done["kept"]), (&json!(false), &Value::Null));
    assert_eq!(done["generation"], generation(&plain) + 1);
    assert_eq!((mode(other.vault()), mode(other.vault().parent().unwrap())), (0o600, 0o700));
    let log = other.json(&["audit", "log", "--verb", "backup"]);
    assert_eq!(log["entries"][0]["verb"], "backup restore");
    let restored = (other.json(&["context", "list"]), other.json(&["secret", "list", "--reveal"]));
    assert_eq!(restored, content);
    let (other, done) = restore_elsewhere(&backup, &[], Some("wrong\n"));
    done.expect(6).says("from-elsewhere.db");
    assert!(!other.vault().exists());
    assert_eq!(names(other.vault().parent().unwrap()), [""; 0]);

    // A passphrase and a key file; a recovery code; a raw key.
    let backup = home.run(&["backup", "create", "--key-file", key, "-o", "json"]).expect(0).json();
    let backup = PathBuf::from(backup["backup"].as_str().unwrap());
    let code = fs::read_to_string(&recovery).unwrap();
    for (args, passphrase, code) in [
        (&["--key-file", key][..], None, 0),
        (&[], Some(&*code), 0),
        (&["--key-file", raw], Some(""), 0),
        // Neither of the two alone.
        (&[], None, 6),
        (&["--key-file", key], Some("wrong\n"), 6),
        (&["--key-file", key], Some(""), 14),
    ] {
        let (other, done) = restore_elsewhere(&backup, args, passphrase);
        done.expect(code);
        assert_eq!(other.vault().exists(), code == 0, "{args:?}");
    }
}

#[test]
fn a_vault_that_is_there_is_kept_and_never_replaced_unasked() {
    let home = Home::with_contexts();
    let backup = create(&home);
    let older = generation(&home);
    home.run(&["context", "remove", "gov"]).expect(0);
    let before = fs::read(home.vault()).unwrap();
    home.run(&["backup", "restore", &backup]).expect(9).says("--force");
    assert!(fs::read(home.vault()).unwrap() == before);
    home.run(&["unlock"]).expect(0);

    let done = home.json(&["backup", "restore", &backup, "--force"]);
    assert_eq!(done["rolled_back"], true);
    assert_eq!(done["restored_generation"], older);
    assert_eq!(done["generation"], older + 2);
    // Its keys are the agent's no more.
    let mut command = home.command(&["context", "list"]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(14);
    // It is whole, it is the newest this machine has seen, and it tells of it.
    assert_eq!(generation(&home), older + 2);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 7);
    let entry = &home.json(&["audit", "log", "--verb", "backup restore"])["entries"][0];
    let what = format!("generation {older} in place of {}", older + 1);
    assert_eq!(entry["subjects"][0]["what"], what);
    assert_eq!(entry["subjects"][1]["what"], format!("file {backup}"));
    // What was there is a backup like any other.
    let kept = done["kept"].as_str().unwrap();
    assert!(fs::read(kept).unwrap() == before);
    assert_eq!(mode(kept), 0o600);
    home.run(&["backup", "restore", kept, "--force"]).expect(0).says("");
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 6);
    assert_eq!(generation(&home), older + 3);
    let list = home.json(&["backup", "list"]);
    assert!(list["backups"].as_array().unwrap().iter().all(|backup| backup["state"] == "whole"));
}

#[test]
fn a_vault_that_cannot_be_opened_is_replaced_and_what_lies_beside_it_goes_along() {
    let home = Home::with_contexts();
    let content = content(&home);
    let backup = create(&home);
    let beside = |ending: &str| format!("{}{ending}", home.vault().display());
    for damage in ["wreck", "gone"] {
        fs::remove_file(home.vault()).unwrap();
        if damage == "wreck" {
            fs::write(home.vault(), "no vault any more").unwrap();
        }
        // Journals that SQLite would obey, or that keep a vault from being opened.
        fs::write(beside("-journal"), b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and more").unwrap();
        fs::write(beside("-wal"), "foreign").unwrap();
        let done = home.json(&["backup", "restore", &backup, "--force"]);
        assert_eq!(done["kept"].is_null(), damage == "gone");
        assert!(!Path::new(&beside("-wal")).exists());
        home.run(&["verify"]).expect(0);
    }
    let secrets = home.json(&["secret", "list", "--reveal"]);
    assert_eq!((home.json(&["context", "list"]), secrets), content);
    home.run(&["backup", "list"]).expect(10);
}

#[test]
fn what_is_no_whole_backup_is_refused_and_the_vault_is_as_before() {
    let home = Home::with_contexts();
    let backup = create(&home);
    let whole = fs::read(&backup).unwrap();
    let edited = |sql: &str| {
        let file = home.join("edited.db");
        fs::write(&file, &whole).unwrap();
        rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        fs::read(&file).unwrap()
    };
    let before = fs::read(home.vault()).unwrap();
    let left = names(home.vault().parent().unwrap());
    let file = home.join("bad.db");
    let path = file.to_str().unwrap();
    for (what, bytes, code, says) in [
        ("nothing", Vec::new(), 8, "not a vault"),
        ("a text", b"not a vault at all".repeat(99), 8, "not a vault"),
        ("the half", whole[..whole.len() / 2].to_vec(), 8, "not as long"),
        ("more", [&whole[..], b"more"].concat(), 8, "not as long"),
        ("newer", edited("PRAGMA user_version = 99"), 8, "newer"),
        ("a trigger", edited("CREATE TRIGGER t AFTER INSERT ON record BEGIN SELECT 1; END"), 8, ""),
        ("a head", edited("UPDATE header SET head = zeroblob(length(head))"), 8, ""),
        ("a secret", edited("UPDATE secret SET box = zeroblob(length(box))"), 8, "bad.db"),
        ("a cost", edited("UPDATE slot SET m = 4294967295"), 8, "bounds"),
    ] {
        fs::write(&file, bytes).unwrap();
        home.run(&["backup", "restore", path, "--force"]).expect(code).says(says);
        assert!(fs::read(home.vault()).unwrap() == before, "{what}");
        assert_eq!(names(home.vault().parent().unwrap()), left, "{what}");
    }
    home.run(&["backup", "restore", "gone.db", "--force"]).expect(5);
    home.run(&["backup", "restore", ".", "--force"]).expect(7);
    assert!(Command::new("mkfifo").arg(home.join("fifo")).status().unwrap().success());
    home.run(&["backup", "restore", "fifo", "--force"]).expect(7);
    // Only the file itself counts: a journal beside it is somebody else's.
    fs::write(&file, &whole).unwrap();
    for ending in ["-journal", "-wal", "-shm"] {
        fs::write(format!("{path}{ending}"), "foreign").unwrap();
    }
    home.run(&["backup", "restore", path, "--force"]).expect(0);
    assert_eq!(fs::read(format!("{path}-journal")).unwrap(), b"foreign");
    assert!(fs::read(&file).unwrap() == whole);
    // A pin holds for what is restored too.
    let pin = home.run(&["status", "--anchor"]).expect(0).stdout;
    let other = format!("{}:0000-0000-0000-0000", pin.split(':').next().unwrap());
    home.run(&["backup", "restore", path, "--force", "--expect-vault", &other]).expect(8);
    home.run(&["backup", "restore", path, "--force", "--expect-vault", pin.trim()]).expect(8);
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

/// Calls that change files.
const CALLS: [&str; 12] = [
    "rename",
    "renameat2",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "pwrite64",
    "write",
    "fsync",
    "ftruncate",
    "copy_file_range",
];

/// A run that is killed at the N-th of its calls of one kind; whether it was.
fn killed(home: &Home, args: &[&str], call: &str, number: usize) -> bool {
    let inner = home.command(args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={call}"));
    strace.arg("-e").arg(format!("inject={call}:signal=KILL:when={number}"));
    strace.arg(inner.get_program()).args(inner.get_args()).env_clear();
    strace.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let status = strace.current_dir(home.path()).output().unwrap().status;
    // strace ends as its child did.
    assert!(status.code() == Some(0) || status.code().is_none(), "{call} {number}: {status:?}");
    status.code().is_none()
}

/// Whether something can be killed under a tracer here.
fn can_kill() -> bool {
    has("strace")
        && Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .status()
            .is_ok_and(|status| status.success())
        && is_root()
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_vault_or_the_new_one() {
    if !can_kill() {
        return;
    }
    let home = Home::with_vault();
    change(&home, "disable");
    let backup = create(&home);
    change(&home, "enable");
    let state = home.join("state");
    copy_folder(&home.join(".local"), &state);
    let restore = ["backup", "restore", &backup, "--force"];
    let (mut old, mut new) = (0, 0);
    for call in CALLS {
        for number in 1.. {
            fs::remove_dir_all(home.join(".local")).unwrap();
            copy_folder(&state, &home.join(".local"));
            if !killed(&home, &restore, call, number) {
                break;
            }
            match generation(&home) {
                3 => old += 1,
                4 => new += 1,
                other => panic!("killed at {call} {number}: generation {other}"),
            }
            // Whatever was being made beside it, what counts as a backup is whole.
            home.run(&["backup", "list"]).expect(0);
            // What was left goes with the next one.
            home.run(&restore).expect(0);
            for place in [home.vault().parent().unwrap(), &folder(&home)] {
                let left = names(place);
                assert!(
                    !left.iter().any(|name| name.starts_with('.')),
                    "{call} {number}: {left:?}"
                );
            }
        }
    }
    assert!(old > 10 && new > 0, "{old} {new}");
    println!("killed at {} calls: {old} times the old vault, {new} times the new one", old + new);
}

#[test]
fn a_backup_that_is_killed_is_none() {
    if !can_kill() {
        return;
    }
    let home = Home::with_vault();
    change(&home, "disable");
    let file = home.join("mine.db");
    let mut kills = 0;
    for call in CALLS {
        for number in 1.. {
            let was_killed = killed(&home, &["backup", "create", "mine.db"], call, number);
            // It counts only when it has its name, and then it is whole.
            if file.exists() {
                home.run(&["verify", "--vault", file.to_str().unwrap()]).expect(0);
                fs::remove_file(&file).unwrap();
            } else {
                assert!(was_killed, "{call} {number}");
            }
            if !was_killed {
                break;
            }
            kills += 1;
        }
    }
    home.run(&["verify"]).expect(0);
    let left = names(home.path());
    assert!(!left.iter().any(|name| name.starts_with(".azvault")), "{left:?}");
    assert!(kills > 10, "{kills}");
    println!("killed at {kills} calls");
}
