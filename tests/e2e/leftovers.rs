//! Nothing is removed that azvault did not make, and what it leaves half done goes.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use data_encoding::HEXLOWER;
use rustix::fs::{FlockOperation, flock};

use azvault_test_support::{Home, NOBODY, files, is_root, not_run};

/// A name that azvault gives to what it may leave behind when it is killed.
pub(crate) fn draft_name() -> String {
    let random = HEXLOWER.encode(&azvault_vault::random_key()[..8]);
    let mark = azvault_vault::sha256(format!("azvault draft {random}").as_bytes());
    format!(".azvault-draft-{random}{}", HEXLOWER.encode(&mark[..8]))
}

/// Puts what only looks like a leftover into a folder.
fn look_alikes(folder: &Path) -> File {
    for name in [
        ".azvault-passphrase",
        ".azvault-raw.key",
        ".azvault-recovery",
        ".azvault-wrapper",
        ".azvault-x1y2z3",
        ".azvault-draft-x1y2z3",
        ".azvault-draft-0123456789abcdef0123456789abcdef",
        ".anchor-x1y2z3",
        ".tmpAb3dE6",
    ] {
        fs::write(folder.join(name), "mine").unwrap();
    }
    let folders = [".azvault-draft-folder".to_owned(), draft_name()];
    for name in folders {
        fs::create_dir(folder.join(&name)).unwrap();
        fs::set_permissions(folder.join(&name), Permissions::from_mode(0o700)).unwrap();
        fs::write(folder.join(&name).join("thesis.txt"), "mine").unwrap();
    }
    fs::write(folder.join("target"), "mine").unwrap();
    symlink("target", folder.join(draft_name())).unwrap();
    fs::write(folder.join("twice"), "mine").unwrap();
    fs::hard_link(folder.join("twice"), folder.join(draft_name())).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join(draft_name())).status().unwrap().success());
    let locked = folder.join(draft_name());
    fs::write(&locked, "somebody is at work on it").unwrap();
    let held = File::open(&locked).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    if is_root() {
        let theirs = folder.join(draft_name());
        fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::chown(&theirs, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    held
}

/// Names of a folder, with those in its folders.
fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(names(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        }
        found.push(name);
    }
    found.sort();
    found
}

/// Runs with look-alikes in a folder; a real leftover of each kind goes, and nothing else. Gives the
/// number of look-alikes.
fn run_among(home: &Home, folder: &Path, new: &[&str], args: &[&str]) -> usize {
    fs::create_dir_all(folder).unwrap();
    let held = look_alikes(folder);
    let strangers = || {
        let mut all = names(folder);
        all.retain(|name| !new.contains(&name.as_str()));
        all
    };
    let before = strangers();
    fs::write(folder.join(draft_name()), "half of something").unwrap();
    let draft = folder.join(draft_name());
    fs::create_dir(&draft).unwrap();
    fs::set_permissions(&draft, Permissions::from_mode(0o700)).unwrap();
    fs::write(draft.join("vault.db"), "half of a vault").unwrap();
    home.run(args).expect(0);
    assert_eq!(strangers(), before, "{args:?}");
    drop(held);
    before.len()
}

#[test]
fn a_command_that_writes_a_file_removes_only_what_azvault_left() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let export = home.secret_file("export", "another passphrase\n");
    let save = ["context", "save", "out/saved.azv", "--export-passphrase-file", &export];
    let backup = ["backup", "create", "copies/copy.db"];
    let mut alike = vec![
        run_among(&home, &home.join("out"), &["saved.azv"], &save),
        run_among(&home, &home.join("bin"), &["az"], &["az-shim", "install", "--dir", "bin"]),
        run_among(&home, &home.join("copies"), &["copy.db"], &backup),
        run_among(&home, &home.join("keys"), &["raw"], &["key", "add", "raw", "keys/raw"]),
    ];
    let folder = home.join(".Azure");
    let originals = names(&folder);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    let back: Vec<&str> = originals.iter().map(String::as_str).collect();
    alike.push(run_among(&home, &folder, &back, &["migrate", "rollback", "--yes"]));
    println!(
        "figure: {} commands among {} files and folders that only look like azvault's: 0 removed",
        alike.len(),
        alike.iter().sum::<usize>()
    );
}

#[test]
fn the_memory_of_vaults_keeps_what_azvault_did_not_write() {
    let home = Home::with_vault();
    let anchors = home.join(".local/state/azvault/anchors");
    let vault = names(&anchors).remove(0);
    let disable = ["autosave", "disable", "--scope", "user"];
    run_among(&home, &anchors, &[&vault], &disable);
}

#[test]
fn the_passphrase_file_that_a_command_is_given_is_there_afterwards() {
    let home = Home::with_vault();
    let file = home.secret_file(".azvault-passphrase", "correct horse battery staple\n");
    let export = home.secret_file("export", "another passphrase\n");
    home.run(&[
        "context",
        "save",
        "saved.azv",
        "--passphrase-file",
        &file,
        "--export-passphrase-file",
        &export,
    ])
    .expect(0);
    home.run(&["context", "list", "--passphrase-file", &file]).expect(0);
}

#[test]
fn what_another_user_left_blocks_no_save() {
    if !is_root() {
        not_run("only root can make another user's file");
        return;
    }
    let home = Home::with_vault();
    let export = home.secret_file("export", "another passphrase\n");
    let shared = home.join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
    for name in [".azvault-block".to_owned(), draft_name()] {
        fs::write(shared.join(&name), "theirs").unwrap();
        std::os::unix::fs::chown(shared.join(&name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let before = names(&shared);
    let save = ["context", "save", "shared/saved.azv", "--export-passphrase-file", &export];
    home.run(&save).expect(0);
    let mut after = names(&shared);
    after.retain(|name| name != "saved.azv");
    assert_eq!(after, before);
}

#[test]
fn a_rotation_that_fails_removes_no_file_that_came_in_the_place_of_its_own() {
    let home = Home::with_vault();
    let before = files(home.path());
    // The file is there already: it is neither written nor removed.
    fs::write(home.join("code"), "mine").unwrap();
    home.run(&["key", "add", "recovery", "--recovery-file", "code"]).expect(9);
    assert_eq!(fs::read_to_string(home.join("code")).unwrap(), "mine");
    fs::remove_file(home.join("code")).unwrap();
    assert!(files(home.path()) == before);
}

#[test]
fn an_agent_takes_the_place_of_no_file_that_is_not_its_socket() {
    let home = Home::with_agent();
    let id = azvault_vault::Locked::open(&home.vault()).unwrap().vault_id();
    let other = Home::with_agent();
    fs::create_dir_all(other.vault().parent().unwrap()).unwrap();
    fs::copy(home.vault(), other.vault()).unwrap();
    let folder = other.join("run/azvault");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    let place = folder.join(format!("{id}.sock"));
    fs::write(&place, "mine").unwrap();
    other.run(&["unlock"]).expect(1).says("the agent");
    assert_eq!(fs::read_to_string(&place).unwrap(), "mine");
    // What an agent that died left is its socket.
    fs::remove_file(&place).unwrap();
    drop(std::os::unix::net::UnixListener::bind(&place).unwrap());
    other.run(&["unlock"]).expect(0);
}
