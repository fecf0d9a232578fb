//! Real files and folders.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use super::{Facts, Folder, Kind, Others, Over, Owner, Permissions, Privacy, Refusal};
use crate::lock::Share;
use crate::win32::descriptor::{Descriptor, READ, Within};
use crate::win32::files::{self, Opening};
use crate::win32::users::Sid;

/// Gives a file an access list that has others in it.
fn lay_open(path: &Path, others: &[(Sid, u32)]) {
    let opening = Opening {
        access: windows_sys::Win32::Storage::FileSystem::WRITE_DAC,
        share: super::asked::SHARE_ALL,
        disposition: windows_sys::Win32::Storage::FileSystem::OPEN_EXISTING,
        flags: 0,
        rights: None,
    };
    let file = files::open(path, &opening).unwrap();
    files::set_rights(&file, &Descriptor::private(Within::Nothing, others)).unwrap();
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
        let facts = Facts::of_name(&at(name)).unwrap();
        assert!(facts.is_private() && facts.is_own(), "{name}: {facts:?}");
    }
    for failed in [
        super::create_new_private(&at("new")).map(drop),
        super::create_private_folder(&at("c")),
        open.create_folder(OsStr::new("d")),
        open.create_file(OsStr::new("in it")).map(drop),
    ] {
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::AlreadyExists);
    }
}

#[test]
fn the_access_list_says_who_else_may_read_and_it_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "text").unwrap();
    lay_open(&path, &[(Sid::everyone(), READ)]);
    let facts = Facts::of_name(&path).unwrap();
    assert_eq!(facts.privacy(), Privacy::ReadableBy(Others::Everyone), "{facts:?}");
    assert_eq!(Facts::of_open(&File::open(&path).unwrap()).unwrap(), facts);
    super::make_private(&path).unwrap();
    assert!(Facts::of_name(&path).unwrap().is_private());
    let file = File::open(&path).unwrap();
    super::set_permissions(&file, Permissions::of_record(0o644)).unwrap();
    let permissions = Facts::of_name(&path).unwrap().permissions();
    assert_eq!((permissions.readers(), permissions.writers()), (Some(Others::Everyone), None));
    super::set_permissions(&file, Permissions::of_record(0o600)).unwrap();
    assert!(Facts::of_name(&path).unwrap().is_private());
}

#[test]
fn facts_say_what_a_file_is_and_which_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "text").unwrap();
    let facts = Facts::of_name(&at("file")).unwrap();
    assert!(facts.is_file() && facts.is_own());
    assert_eq!((facts.size(), facts.names(), facts.kind()), (4, 1, Kind::File));
    fs::hard_link(at("file"), at("other name")).unwrap();
    let other = Facts::of_name(&at("other name")).unwrap();
    assert_eq!((other.identity(), other.names()), (facts.identity(), 2));
    fs::write(at("other file"), "text").unwrap();
    let other = Facts::of_name(&at("other file")).unwrap();
    assert_ne!(other.identity(), facts.identity());
    assert_eq!(other.volume(), facts.volume());
    assert!(Facts::of_name(folder.path()).unwrap().is_folder());
    assert_eq!(Facts::of_name(Path::new("NUL")).unwrap().kind(), Kind::CharacterDevice);
    for time in [1_234_567_890_123_456_700, 1_500_000_000, 0] {
        super::set_modified(&File::open(at("file")).unwrap(), time).unwrap();
        assert_eq!(Facts::of_name(&at("file")).unwrap().modified_ns(), time);
    }
    assert!(Owner::own().is_own() && Owner::of_record(0).is_system());
    assert!(Owner::own().to_string().starts_with("rid "));
}

#[test]
fn why_something_was_not_opened_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "text").unwrap();
    let refused = |name: &str| super::refusal(&super::open_unfollowed(&at(name)).unwrap_err());
    assert_eq!(refused("nothing"), Refusal::NotThere);
    assert_eq!(refused("nothing/below"), Refusal::NotAFolder);
    let mut file = super::open_unfollowed(&at("file")).unwrap();
    let mut bytes = [0; 8];
    assert_eq!(super::read_at(&file, &mut bytes, 1).unwrap(), 3);
    assert_eq!(&bytes[..3], b"ext");
    assert_eq!(super::read_at(&file, &mut bytes, 9).unwrap(), 0);
    let mut whole = String::new();
    file.read_to_string(&mut whole).unwrap();
    assert_eq!(whole, "text", "what is read in order begins where it would have");
    assert!(Folder::open(&at("file")).is_err());
}

#[test]
fn a_name_is_given_at_once_and_replaces_only_what_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let open = Folder::open(path).unwrap();
    let named = |name| OsStr::new(name);
    let mut file = open.create_file(named("a")).unwrap();
    file.write_all(b"a").unwrap();
    open.create_file(named("b")).unwrap();
    let refused = open.rename_over(named("a"), named("b"), Over::Nothing).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    // The one that gets the name is open still. (The one that loses it may be as well on Windows, not under Wine.)
    open.rename_over(named("a"), named("b"), Over::Whatever).unwrap();
    assert_eq!(fs::read(path.join("b")).unwrap(), b"a");
    super::rename_over(&path.join("b"), &path.join("c"), Over::Nothing).unwrap();
    assert_eq!(open.names().unwrap().collect::<Vec<_>>(), ["c"]);
    open.remove_file(named("c")).unwrap();
    open.create_folder(named("d")).unwrap();
    open.remove_folder(named("d")).unwrap();
    open.sync().unwrap();
}

#[test]
fn a_folder_is_held_by_one_or_shared_by_many_and_used_by_all() {
    let folder = tempfile::tempdir().unwrap();
    let opened = || Folder::open(folder.path()).unwrap();
    let held = |open: &mut Folder, share| open.hold(share, Duration::ZERO).unwrap().is_held();
    let (mut first, mut second) = (opened(), opened());
    assert!(held(&mut first, Share::WithOthers) && held(&mut second, Share::WithOthers));
    let mut third = opened();
    assert!(!held(&mut third, Share::Nothing));
    drop((first, second));
    assert!(held(&mut third, Share::Nothing));
    assert!(!held(&mut opened(), Share::Nothing) && !held(&mut opened(), Share::WithOthers));
    third.create_file(OsStr::new("file")).unwrap();
    assert_eq!(opened().names().unwrap().count(), 1);
    opened().remove_file(OsStr::new("file")).unwrap();
    drop(third);
    assert!(held(&mut opened(), Share::Nothing));
}

#[test]
fn a_path_comes_back_from_its_bytes_also_one_of_unix() {
    for bytes in [&b"/caf\xe9/file"[..], "C:\\Users\\Ø\\x".as_bytes(), b"\xff\xfe\x80", b""] {
        let path = super::path_of_bytes(bytes.to_vec());
        assert_eq!(super::path_bytes(&path).as_ref(), bytes);
    }
}
