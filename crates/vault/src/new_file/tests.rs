//! Whole or not at all, with and without files that have no name.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Folder, Over, leftover, write_file};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_its_owners_and_replaces_nothing_unless_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let write = |bytes: &[u8], over| write_file(&path, bytes, over, &|_| Ok(()));
    write(b"one", Over::Nothing).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(write(b"two", Over::Nothing).err().unwrap().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"one");
    let made = write(b"three", Over::Whatever).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"three");
    assert_eq!(names(folder.path()), ["file"]);
    // What has its name by now is not what was made. While that is open, its inode is no other file's.
    let _held = File::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, "another").unwrap();
    made.undo().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"another");
    write(b"four", Over::Whatever).unwrap().undo().unwrap();
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for over in [Over::Nothing, Over::Whatever] {
        let failed = write_file(&path, b"text", over, &|_| Err(ErrorKind::StorageFull.into()));
        assert_eq!(failed.err().unwrap().kind(), ErrorKind::StorageFull);
    }
    assert!(names(folder.path()).is_empty());
    // A folder is not replaced.
    fs::create_dir(&path).unwrap();
    assert!(write_file(&path, b"text", Over::Whatever, &|_| Ok(())).is_err());
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn where_no_file_is_without_a_name_the_same_holds() {
    let folder = tempfile::tempdir().unwrap();
    let handle = Folder::open(folder.path()).unwrap();
    let path = folder.path().join("file");
    let place = |over| {
        let (draft, mut file) = leftover::new_file(&handle).unwrap();
        file.write_all(b"text").unwrap();
        // Another command that sweeps meanwhile.
        leftover::sweep(folder.path());
        handle.rename_over(&draft, OsStr::new("file"), over)
    };
    place(Over::Nothing).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(place(Over::Nothing).err().unwrap().kind(), ErrorKind::AlreadyExists);
    place(Over::Whatever).unwrap();
    // What the refused one left is nobody's now.
    leftover::sweep(folder.path());
    assert_eq!(names(folder.path()), ["file"]);
}
