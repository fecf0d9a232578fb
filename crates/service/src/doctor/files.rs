//! Modes and owners: who may read, replace or point elsewhere what azvault relies on.

use std::path::{Path, PathBuf};

use azvault_os::file::{Facts, Kind};

use super::check::Check;
use crate::shell_word::shell_path;
use crate::text::shown_path;

pub(super) fn vault_file(path: &Path) -> Check {
    let name = "vault-file";
    let Ok(facts) = Facts::of_name(path) else {
        return Check::ok(name, "there is no vault yet");
    };
    match wrong_with_file(&facts, path) {
        Some((what, advice)) => Check::finding(name, what, advice),
        None => Check::ok(name, "a plain file of yours alone"),
    }
}

/// What is wrong with a file that only its owner should reach by one name, and what to type.
fn wrong_with_file(facts: &Facts, path: &Path) -> Option<(String, String)> {
    let (shown, typed) = (shown_path(path), shell_path(path));
    if facts.kind() == Kind::Link {
        return Some((format!("{shown} is a symbolic link"), format!("readlink -f {typed}")));
    }
    if !facts.is_file() {
        return Some((format!("{shown} is no regular file"), format!("ls -ld {typed}")));
    }
    if !facts.is_own() {
        let what = format!("{shown} belongs to another user ({})", facts.owner());
        return Some((what, format!("ls -l {typed}")));
    }
    if facts.names() != 1 {
        let what = format!("{shown} has {} names (hard links)", facts.names());
        return Some((what, format!("find / -xdev -samefile {typed}")));
    }
    let mode = facts.permissions();
    (!mode.is_private()).then(|| (format!("{shown} has mode {mode}"), format!("chmod 600 {typed}")))
}

/// What is wrong with a folder of ours, which nobody else may write.
fn wrong_with_folder(path: &Path) -> Option<(String, String)> {
    let facts = Facts::followed(path).ok()?;
    let (shown, typed) = (shown_path(path), shell_path(path));
    if !facts.is_folder() {
        return Some((format!("{shown} is no folder"), format!("ls -ld {typed}")));
    }
    if !facts.is_own() {
        let what = format!("{shown} belongs to another user ({})", facts.owner());
        return Some((what, format!("ls -ld {typed}")));
    }
    let mode = facts.permissions();
    mode.writers().map(|_| {
        let what = format!("{shown} has mode {mode}: others can replace what is in it");
        (what, format!("chmod 700 {typed}"))
    })
}

pub(super) fn vault_folder(path: &Path) -> Check {
    let name = "vault-folder";
    match path.parent().and_then(wrong_with_folder) {
        Some((what, advice)) => Check::finding(name, what, advice),
        None => Check::ok(name, "nobody else can replace the vault"),
    }
}

/// Whoever may write a folder further up may put another folder in the place of ours, unless the
/// sticky bit keeps names to their owners.
pub(super) fn parents(path: &Path) -> Check {
    let name = "parent-folders";
    let above = path.parent().map(|folder| folder.ancestors().skip(1)).into_iter().flatten();
    for folder in above {
        let Ok(facts) = Facts::followed(folder) else { continue };
        let (mode, owner) = (facts.permissions(), facts.owner());
        let (shown, typed) = (shown_path(folder), shell_path(folder));
        if !owner.is_own() && !owner.is_system() {
            let what = format!("{shown} belongs to another user ({owner})");
            return Check::finding(name, what, format!("ls -ld {typed}"));
        }
        if !mode.keeps_names_to_owners() && facts.writers_but_system().is_some() {
            let what = format!("{shown} has mode {mode}: others can replace what is below");
            return Check::finding(name, what, format!("chmod go-w {typed}"));
        }
    }
    Check::ok(name, "nobody else can write the folders above")
}

/// SQLite obeys a journal that lies beside the file; a vault never has the others.
pub(super) fn companions(path: &Path) -> Check {
    let name = "journal";
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for ending in ["-wal", "-shm"] {
        let file = beside(ending);
        if file.symlink_metadata().is_ok() {
            let what = format!("{} is none of azvault's", shown_path(&file));
            return Check::finding(name, what, format!("ls -l {}", shell_path(&file)));
        }
    }
    let journal = beside("-journal");
    match Facts::of_name(&journal).ok().and_then(|facts| wrong_with_file(&facts, &journal)) {
        Some((what, _)) => Check::finding(name, what, format!("ls -l {}", shell_path(&journal))),
        None => Check::ok(name, "nothing of others lies beside the vault"),
    }
}

pub(super) fn state_folder(anchors: &Path) -> Check {
    let name = "state-folder";
    let above = anchors.parent().filter(|folder| folder.exists()).and_then(wrong_with_folder);
    match above.or_else(|| wrong_within(anchors)) {
        Some((what, advice)) => Check::finding(name, what, advice),
        None => Check::ok(name, "nobody else can change what this machine remembers"),
    }
}

pub(super) fn backups_folder(folder: &Path) -> Check {
    let name = "backups-folder";
    if !folder.exists() {
        return Check::ok(name, "there is none");
    }
    match wrong_within(folder) {
        Some((what, advice)) => Check::finding(name, what, advice),
        None => Check::ok(name, "yours alone, with what is in it"),
    }
}

/// What is wrong with a folder of ours or with a file in it; nothing with one that is not there.
fn wrong_within(folder: &Path) -> Option<(String, String)> {
    let mut files: Vec<_> = folder.read_dir().ok()?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    wrong_with_folder(folder).or_else(|| {
        files.iter().find_map(|file| wrong_with_file(&Facts::of_name(file).ok()?, file))
    })
}
