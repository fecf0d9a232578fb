//! Files with a secret that the user named: key files, passphrases, certificates.
//!
//! As with ssh, a file counts only if others could neither have written it nor put another one in
//! its place, and a secret only if others could not have read it. What was handed over opened (a
//! descriptor, process substitution) was opened by the caller, who answers for it.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Component, Path, PathBuf};

use azvault_os::file::{self, Facts, Others, Owner};

use crate::failure::{Failure, Kind};
use crate::paths;
use crate::shell_word::shell_path;
use crate::text::shown_path;

/// More links than this are a loop, as Linux counts.
const MAX_LINKS: usize = 40;

/// Who may be able to read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// It opens something, or signs in, by itself.
    OwnerAlone,
    /// What it holds is useless without more, or is short-lived: a projected token of Kubernetes.
    Anyone,
}

/// Opens a file with a secret.
pub fn open(path: &Path, readers: Readers) -> Result<File, Failure> {
    let reached = follow(path)?;
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    if reached == Reached::Name {
        let facts = Facts::of_open(&file).map_err(|e| unreadable(path, &e))?;
        check_file(path, &facts, readers)?;
    }
    Ok(file)
}

/// The same question of a file that is open already, by the name that it was opened by.
pub fn check_opened(path: &Path, file: &File, readers: Readers) -> Result<(), Failure> {
    let facts = Facts::of_open(file).map_err(|e| unreadable(path, &e))?;
    check_file(path, &facts, readers)
}

/// Whether a new file would be one that can be opened afterwards.
pub fn check_place(path: &Path) -> Result<(), Failure> {
    let path = paths::absolute(path)?;
    // That there is no such folder, writing says.
    let Some(folder) = path.parent().filter(|folder| folder.is_dir()) else { return Ok(()) };
    follow(folder)?;
    check_folder(folder, &path).map(|_| ())
}

/// Refuses what others own, can write or can read. Devices are the system's.
fn check_file(path: &Path, facts: &Facts, readers: Readers) -> Result<(), Failure> {
    if !matches!(facts.kind(), file::Kind::File | file::Kind::Pipe) {
        return Ok(());
    }
    let (shown, permissions) = (shown_path(path), facts.permissions());
    if !is_trusted(facts.owner()) {
        let what = format!("{shown} belongs to another user ({})", facts.owner());
        return Err(refused(what, "name a file of your own"));
    }
    let is_own = facts.is_own();
    let hint = || {
        if is_own {
            return format!("chmod 600 {}", shell_path(path));
        }
        let path = shell_path(path);
        format!(
            "mount it with mode 0400 (Kubernetes: defaultMode: 0400), or hand it over opened: name \
             /dev/stdin in its place, and add <{path}"
        )
    };
    if permissions.writers().is_some() {
        let what = format!("{shown} can be written by others (mode {permissions})");
        return Err(refused(what, hint()));
    }
    // Root shares a file with a service by its group; ACLs, as of systemd's credentials, look alike.
    let is_read = match permissions.readers() {
        Some(Others::Everyone) => true,
        Some(Others::Group) => is_own,
        None => false,
    };
    if facts.is_file() && readers == Readers::OwnerAlone && is_read {
        let what = format!("{shown} can be read by others (mode {permissions})");
        return Err(refused(what, hint()));
    }
    Ok(())
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// A name in folders that others cannot change.
    Name,
    /// A descriptor that is open already.
    Descriptor,
}

/// Follows a path as the system does, and refuses folders and links that others could change.
fn follow(path: &Path) -> Result<Reached, Failure> {
    let mut rest = components(&paths::absolute(path)?);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if name == ".." {
            at.pop();
            continue;
        }
        let folder = at.clone();
        at.push(&name);
        let facts = Facts::of_name(&at).map_err(|e| unreadable(path, &e))?;
        let entries = check_folder(&folder, path)?;
        if facts.kind() != file::Kind::Link {
            continue;
        }
        // Links of the kernel have no text that could be followed.
        if folder.starts_with("/proc") && folder.ends_with("fd") {
            return Ok(Reached::Descriptor);
        }
        links += 1;
        let target = at.read_link().map_err(|e| unreadable(path, &e))?;
        if links > MAX_LINKS {
            return Err(refused(
                format!("{}: too many links", shown_path(path)),
                "name the file itself",
            ));
        }
        if entries == Folder::Shared && !(is_trusted(facts.owner()) && stays_below(&target)) {
            let what = format!("{} is a link in a folder that others can write", shown_path(&at));
            return Err(refused(what, "name the file itself"));
        }
        if target.is_absolute() {
            at = PathBuf::from("/");
        } else {
            at.pop();
        }
        rest.extend(components(&target));
    }
    Ok(Reached::Name)
}

/// Whether others can make entries in a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folder {
    Closed,
    /// They can, and the sticky bit keeps each entry to its owner.
    Shared,
}

fn check_folder(folder: &Path, path: &Path) -> Result<Folder, Failure> {
    let facts = Facts::followed(folder).map_err(|e| unreadable(path, &e))?;
    let (owner, permissions) = (facts.owner(), facts.permissions());
    if !is_trusted(owner) && !owner.is_beyond_container() {
        let what = format!(
            "the folder {} of {} belongs to another user ({owner})",
            shown_path(folder),
            shown_path(path),
        );
        return Err(refused(what, "name a file in a folder of your own"));
    }
    if facts.writers_but_system().is_none() {
        return Ok(Folder::Closed);
    }
    if permissions.keeps_names_to_owners() {
        return Ok(Folder::Shared);
    }
    let what = format!(
        "others can put another file in the place of {}: its folder {} has mode {permissions}",
        shown_path(path),
        shown_path(folder)
    );
    Err(refused(what, format!("chmod go-w {}", shell_path(folder))))
}

/// A target that is as safe as the folder of its link: Kubernetes mounts secrets so.
fn stays_below(target: &Path) -> bool {
    target.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// The names of a path, the first one last. Links are not resolved, so `..` stays.
fn components(path: &Path) -> Vec<OsString> {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    });
    let mut names: Vec<_> = names.collect();
    names.reverse();
    names
}

fn is_trusted(owner: Owner) -> bool {
    owner.is_system() || owner.is_own()
}

fn refused(what: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Kind::Refused, what).hint(hint)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Kind::NotFound,
        _ => Kind::Other,
    };
    Failure::new(kind, format!("{}: {error}", shown_path(path)))
}
