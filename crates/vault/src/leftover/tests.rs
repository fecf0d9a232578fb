//! What is swept, and what only looks like it.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

use super::{DraftFolder, name, named_after, sweep};

fn put(folder: &Path, name: impl AsRef<Path>) {
    fs::write(folder.join(name), "mine").unwrap();
}

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn what_a_killed_command_left_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    put(path, name());
    let left = path.join(name());
    fs::create_dir(&left).unwrap();
    fs::set_permissions(&left, Permissions::from_mode(0o700)).unwrap();
    put(&left, "vault.db");
    put(&left, "vault.db-journal");
    fs::create_dir(left.join("anchors")).unwrap();
    put(&left.join("anchors"), "0".repeat(32) + "-0000-0000-0000-0000");
    put(&left.join("anchors"), name());
    sweep(path);
    assert!(names(path).is_empty(), "{:?}", names(path));
    // What is not there is no error, nor what may not be looked into.
    sweep(&path.join("nowhere"));
    put(path, "file");
    sweep(&path.join("file"));
}

#[test]
fn no_look_alike_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let random = "0123456789abcdef";
    let right = named_after(random).into_string().unwrap();
    for name in [
        ".azvault-passphrase",
        ".azvault-raw.key",
        ".azvault-wrapper",
        ".azvault-x1y2z3",
        ".azvault-draft-",
        ".azvault-draft-x1y2z3",
        // 32 digits, and not those that follow from the first 16.
        ".azvault-draft-0123456789abcdef0123456789abcdef",
        &format!("{right}0"),
        &right[..right.len() - 1],
        &right.to_uppercase(),
        &format!("x{right}"),
        &format!("{right}.bak"),
    ] {
        put(path, name);
    }
    // The right name: a folder that others may enter or that has something else in it, a link, a
    // FIFO, a file with another name as well, one that is locked.
    let open = path.join(name());
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
    let full = path.join(name());
    fs::create_dir(&full).unwrap();
    fs::set_permissions(&full, Permissions::from_mode(0o700)).unwrap();
    put(&full, "thesis.txt");
    put(path, "target");
    symlink("target", path.join(name())).unwrap();
    symlink(&full, path.join(name())).unwrap();
    assert!(Command::new("mkfifo").arg(path.join(name())).status().unwrap().success());
    put(path, "twice");
    fs::hard_link(path.join("twice"), path.join(name())).unwrap();
    let held = path.join(name());
    put(path, &held);
    let lock = File::open(&held).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();

    let before = names(path);
    sweep(path);
    assert_eq!(names(path), before);
    assert!(full.join("thesis.txt").exists());
    drop(lock);
    sweep(path);
    assert_eq!(names(path).len(), before.len() - 1, "only what was locked");
}

#[test]
fn another_users_file_stays_though_root_sweeps() {
    if !rustix::process::geteuid().is_root() {
        println!("not run: only root can make another user's file");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join(name());
    put(folder.path(), &theirs);
    std::os::unix::fs::chown(&theirs, Some(65534), Some(65534)).unwrap();
    put(folder.path(), name());
    sweep(folder.path());
    assert_eq!(names(folder.path()), [theirs.file_name().unwrap()]);
}

#[test]
fn a_draft_folder_goes_with_what_azvault_put_there_and_with_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let draft = DraftFolder::within(folder.path()).unwrap();
    put(draft.path(), "vault.db");
    // Another command that sweeps meanwhile.
    sweep(folder.path());
    assert!(draft.vault().exists());
    drop(draft);
    assert!(names(folder.path()).is_empty());
    let draft = DraftFolder::within(folder.path()).unwrap();
    put(draft.path(), "vault.db");
    put(draft.path(), "thesis.txt");
    let kept = draft.path().join("thesis.txt");
    drop(draft);
    assert!(kept.exists());
}
