//! Real files, folders, links, pipes and sockets.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::{
    Facts, FileIdentity, Folder, Kind, Naming, Others, Over, Owner, Permissions, Privacy, Refusal,
};

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = Folder::open(folder)
        .unwrap()
        .names()
        .unwrap()
        .map(|name| name.into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn permissions_say_who_may_do_what_and_are_kept_as_records_have_them() {
    use Others::{Everyone, Group};
    use Privacy::{Private, ReadableBy, UsableBy, WritableBy};
    for (number, privacy, readers, writers) in [
        (0o600, Private, None, None),
        (0o1700, Private, None, None),
        (0o710, UsableBy(Group), None, None),
        (0o701, UsableBy(Everyone), None, None),
        (0o640, ReadableBy(Group), Some(Group), None),
        (0o604, ReadableBy(Everyone), Some(Everyone), None),
        (0o644, ReadableBy(Everyone), Some(Everyone), None),
        (0o620, WritableBy(Group), None, Some(Group)),
        (0o622, WritableBy(Everyone), None, Some(Everyone)),
        (0o664, WritableBy(Group), Some(Everyone), Some(Group)),
    ] {
        let permissions = Permissions::of_record(number);
        assert_eq!(permissions.privacy(), privacy, "{permissions}");
        assert_eq!(permissions.is_private(), privacy == Private, "{permissions}");
        assert_eq!((permissions.readers(), permissions.writers()), (readers, writers));
        assert_eq!(permissions.to_string(), format!("{number:04o}"));
        // As it was written into vaults from the first version on.
        assert_eq!(serde_json::to_string(&permissions).unwrap(), number.to_string());
        assert_eq!(serde_json::from_str::<Permissions>(&number.to_string()).unwrap(), permissions);
    }
    assert!(Permissions::of_record(0o1777).keeps_names_to_owners());
    assert!(!Permissions::of_record(0o777).keeps_names_to_owners());
    assert!(Permissions::of_record(0o710).lets_through(Group));
    assert!(!Permissions::of_record(0o710).lets_through(Everyone));
    let owner = Owner::of_record(1000);
    assert_eq!((owner.to_string(), owner.number()), ("uid 1000".to_owned(), "1000".to_owned()));
    assert_eq!(serde_json::to_string(&owner).unwrap(), "1000");
    assert!(Owner::own().is_own() && Owner::of_record(0).is_system());
    let identity = FileIdentity::of_record([1, 2]);
    assert_eq!(identity.to_record(), [1, 2]);
}

#[test]
fn facts_say_what_a_file_is_and_which_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "text").unwrap();
    fs::set_permissions(at("file"), fs::Permissions::from_mode(0o640)).unwrap();
    let facts = Facts::of_name(&at("file")).unwrap();
    assert!(facts.is_file() && facts.is_own() && !facts.is_private());
    assert_eq!((facts.size(), facts.names()), (4, 1));
    assert_eq!(facts.privacy(), Privacy::ReadableBy(Others::Group));
    assert_eq!(Facts::of_open(&File::open(at("file")).unwrap()).unwrap(), facts);
    let open = Folder::open(folder.path()).unwrap();
    assert_eq!(open.facts_of(OsStr::new("file")).unwrap(), facts);

    fs::hard_link(at("file"), at("other name")).unwrap();
    let other = Facts::of_name(&at("other name")).unwrap();
    assert_eq!((other.identity(), other.names()), (facts.identity(), 2));
    fs::write(at("other file"), "text").unwrap();
    let other = Facts::of_name(&at("other file")).unwrap();
    assert_ne!(other.identity(), facts.identity());
    assert_eq!(other.volume(), facts.volume());

    symlink("file", at("link")).unwrap();
    make_pipe(&at("pipe"));
    let _socket = UnixListener::bind(at("socket")).unwrap();
    for (path, kind) in [
        (at("file"), Kind::File),
        (folder.path().to_owned(), Kind::Folder),
        (at("link"), Kind::Link),
        (at("pipe"), Kind::Pipe),
        (at("socket"), Kind::Socket),
        ("/dev/null".into(), Kind::CharacterDevice),
    ] {
        assert_eq!(Facts::of_name(&path).unwrap().kind(), kind);
        let within = Folder::open(path.parent().unwrap()).unwrap();
        assert_eq!(within.facts_of(path.file_name().unwrap()).unwrap().kind(), kind);
    }
    assert_eq!(Facts::followed(&at("link")).unwrap().kind(), Kind::File);
    assert!(Facts::followed(&at("nothing")).is_err());
}

#[test]
fn the_group_of_the_system_counts_as_the_system() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o775)).unwrap();
    let facts = Facts::followed(folder.path()).unwrap();
    assert_eq!(facts.permissions().writers(), Some(Others::Group));
    let is_root = rustix::process::getegid().is_root();
    assert_eq!(facts.writers_but_system(), (!is_root).then_some(Others::Group));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let facts = Facts::followed(folder.path()).unwrap();
    assert_eq!(facts.writers_but_system(), Some(Others::Everyone));
}

#[test]
fn what_is_opened_is_neither_followed_nor_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "text").unwrap();
    symlink("file", at("link")).unwrap();
    make_pipe(&at("pipe"));
    let _socket = UnixListener::bind(at("socket")).unwrap();
    let refused = |name: &str| {
        let error = super::open_unfollowed(&at(name)).unwrap_err();
        let within = Folder::open(folder.path()).unwrap();
        let same = within.open_unfollowed(OsStr::new(name)).unwrap_err();
        assert_eq!(super::refusal(&same), super::refusal(&error));
        super::refusal(&error)
    };
    assert_eq!(refused("nothing"), Refusal::NotThere);
    assert_eq!(refused("link"), Refusal::Link);
    assert_eq!(refused("socket"), Refusal::Special);
    assert_eq!(refused("file/below"), Refusal::NotAFolder);
    for opened in [super::open_unfollowed, super::open_without_waiting] {
        // A pipe that nobody writes into.
        opened(&at("pipe")).unwrap();
        let file = opened(&at("file")).unwrap();
        let mut bytes = [0; 8];
        assert_eq!(super::read_at(&file, &mut bytes, 1).unwrap(), 3);
        assert_eq!(&bytes[..3], b"ext");
        assert_eq!(super::read_at(&file, &mut bytes, 9).unwrap(), 0);
    }
    assert!(super::open_without_waiting(&at("link")).is_ok());
    let folders = Folder::open(folder.path()).unwrap();
    assert!(folders.open_folder(OsStr::new("file")).is_err());
    assert!(folders.open_folder(OsStr::new("link")).is_err());
}

#[test]
fn what_is_made_is_this_users_alone_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    super::create_new_private(&at("new")).unwrap();
    super::open_or_create_private(&at("kept")).unwrap().write_all(b"text").unwrap();
    super::open_or_create_private(&at("kept")).unwrap();
    assert_eq!(fs::read(at("kept")).unwrap(), b"text");
    super::create_private_folders(&at("a/b")).unwrap();
    super::create_private_folders(&at("a/b")).unwrap();
    super::create_private_folder(&at("c")).unwrap();
    let open = Folder::open(folder.path()).unwrap();
    open.create_folder(OsStr::new("d")).unwrap();
    open.create_file(OsStr::new("in it")).unwrap();
    for name in ["new", "kept", "a", "a/b", "c", "d", "in it"] {
        assert!(Facts::of_name(&at(name)).unwrap().is_private(), "{name}");
    }
    for failed in [
        super::create_new_private(&at("new")).map(drop),
        super::create_private_folder(&at("c")),
        open.create_folder(OsStr::new("d")),
        open.create_file(OsStr::new("in it")).map(drop),
        super::make_link(Path::new("new"), &at("kept")),
    ] {
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::AlreadyExists);
    }
    super::make_link(Path::new("new"), &at("link")).unwrap();
    assert!(super::open_or_create_private(&at("link")).is_err());
}

#[test]
fn a_name_is_given_at_once_and_replaces_only_what_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let open = Folder::open(path).unwrap();
    let named = |name| OsStr::new(name);
    if let Some(mut file) = open.create_nameless() {
        file.write_all(b"nameless").unwrap();
        assert!(names(path).is_empty());
        assert_eq!(open.name(&file, named("a")).unwrap(), Naming::Done);
        assert_eq!(open.name(&file, named("a")).unwrap(), Naming::Taken);
        open.remove_file(named("a")).unwrap();
    }
    open.create_file(named("a")).unwrap().write_all(b"a").unwrap();
    open.create_file(named("b")).unwrap();
    let refused = open.rename_over(named("a"), named("b"), Over::Nothing).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(names(path), ["a", "b"]);
    open.rename_over(named("a"), named("b"), Over::Whatever).unwrap();
    super::rename_over(&path.join("b"), &path.join("c"), Over::Nothing).unwrap();
    assert_eq!(names(path), ["c"]);
    assert_eq!(fs::read(path.join("c")).unwrap(), b"a");
    // It stays the same folder under another name.
    open.create_folder(named("d")).unwrap();
    let inner = open.open_folder(named("d")).unwrap();
    open.rename_over(named("d"), named("e"), Over::Nothing).unwrap();
    inner.create_file(named("f")).unwrap();
    assert!(path.join("e/f").exists());
    assert!(open.remove_folder(named("e")).is_err(), "it is not empty");
    inner.remove_file(named("f")).unwrap();
    open.remove_folder(named("e")).unwrap();
    open.sync().unwrap();
}

#[test]
fn permissions_and_times_are_set_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "text").unwrap();
    let file = File::open(&path).unwrap();
    let set = |number| {
        super::set_permissions(&file, Permissions::of_record(number)).unwrap();
        Facts::of_open(&file).unwrap().permissions()
    };
    assert_eq!(set(0o440), Permissions::of_record(0o440));
    super::make_program(&file).unwrap();
    assert_eq!(Facts::of_open(&file).unwrap().permissions().to_string(), "0755");
    super::make_private(&path).unwrap();
    assert!(Facts::of_open(&file).unwrap().is_private());
    for time in [1_234_567_890_123_456_789, -1_500_000_000, 0] {
        super::set_modified(&file, time).unwrap();
        let facts = Facts::of_open(&file).unwrap();
        assert_eq!(facts.modified_ns(), time);
        assert_eq!(i128::from(facts.modified_s()), time.div_euclid(1_000_000_000));
    }
}

#[test]
fn a_path_comes_back_from_its_bytes() {
    let bytes = b"/caf\xe9/file".to_vec();
    assert_eq!(super::path_bytes(&super::path_of_bytes(bytes.clone())).as_ref(), bytes);
}

#[test]
fn a_folder_of_the_kernel_is_not_taken_for_one_in_memory() {
    assert!(!super::is_in_memory(Path::new("/proc")));
    assert!(!super::is_in_memory(Path::new("/nowhere")));
}
