//! How a foreign file is opened: only a plain one, up to a size, beside the products.

use super::*;

/// Why a path is refused.
fn refusal(path: &Path) -> OpenError {
    let start = Instant::now();
    let Err(error) = read_once(path) else { panic!("{path:?} was read") };
    assert!(start.elapsed() < Duration::from_secs(2), "{path:?} was waited for");
    error
}

#[test]
fn what_is_no_plain_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("file"), "content").unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, place("fifo"), rustix::fs::Mode::RUSR).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place("socket")).unwrap();
    symlink(place("file"), place("link")).unwrap();
    symlink("/nowhere", place("dangling")).unwrap();
    symlink(place("loop"), place("loop")).unwrap();
    for path in ["/dev/null", "/dev/zero", "/dev/tty", "/proc"].map(PathBuf::from) {
        assert!(matches!(refusal(&path), OpenError::NotRegular), "{path:?}");
    }
    for name in ["fifo", "socket", "."] {
        assert!(matches!(refusal(&place(name)), OpenError::NotRegular), "{name}");
    }
    for name in ["link", "dangling", "loop"] {
        assert!(matches!(refusal(&place(name)), OpenError::SymbolicLink), "{name}");
    }
    for name in ["gone", "file/below", "gone/below"] {
        assert!(matches!(refusal(&place(name)), OpenError::NotFound), "{name}");
    }
    fs::hard_link(place("file"), place("second")).unwrap();
    for name in ["file", "second"] {
        assert!(matches!(refusal(&place(name)), OpenError::HardLink { names: 2 }), "{name}");
    }
    fs::remove_file(place("second")).unwrap();
    assert_eq!(read_once(&place("file")).unwrap().bytes.as_slice(), b"content");
    fs::set_permissions(place("file"), fs::Permissions::from_mode(0o000)).unwrap();
    let root = rustix::process::geteuid().is_root();
    match read_once(&place("file")) {
        Ok(opened) => assert!(root && opened.stat.permissions == Permissions::of_record(0)),
        Err(error) => assert!(!root && matches!(error, OpenError::Io(_)), "{error}"),
    }
    if root {
        std::os::unix::fs::chown(place("file"), Some(12_345), None).unwrap();
        assert!(
            matches!(refusal(&place("file")), OpenError::OtherOwner { owner } if owner == Owner::of_record(12_345))
        );
    }
}

#[test]
fn a_file_is_read_up_to_its_limit_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let file = fs::File::create(&path).unwrap();
    file.set_len(MAX_SIZE + 1).unwrap();
    assert!(matches!(refusal(&path), OpenError::TooLarge { size } if size == MAX_SIZE + 1));
    for size in [0, 1, 4096, 1 << 20] {
        file.set_len(size).unwrap();
        let opened = read_once(&path).unwrap();
        assert_eq!((opened.bytes.len() as u64, opened.stat.size), (size, size));
    }
}

#[test]
fn a_lock_of_a_product_is_waited_for_and_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("msal.cache");
    let beside = folder.path().join("msal.cache.lockfile");
    fs::write(&path, "{}").unwrap();
    read_once(&path).unwrap();
    assert!(!beside.exists());
    fs::write(&beside, "4711 az").unwrap();
    read_once(&path).unwrap();
    for locked in [&path, &beside] {
        // Several readers, as Azure PowerShell's FileShare.Read, disturb nobody.
        let file = fs::File::open(locked).unwrap();
        rustix::fs::flock(&file, FlockOperation::LockShared).unwrap();
        read_once(&path).unwrap();
        rustix::fs::flock(&file, FlockOperation::LockExclusive).unwrap();
        let start = Instant::now();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| read_once(&path).map(|opened| opened.bytes.len()));
            std::thread::sleep(Duration::from_millis(300));
            rustix::fs::flock(&file, FlockOperation::Unlock).unwrap();
            assert_eq!(reader.join().unwrap().unwrap(), 2);
        });
        assert!(start.elapsed() < Duration::from_secs(3));
    }
    let file = fs::File::open(&beside).unwrap();
    rustix::fs::flock(&file, FlockOperation::LockExclusive).unwrap();
    let start = Instant::now();
    assert!(matches!(read_once(&path), Err(OpenError::Busy)));
    let waited = start.elapsed();
    assert!(waited > Duration::from_secs(4) && waited < Duration::from_secs(8), "{waited:?}");
    // Whoever is refused anyway is not waited for, and what is no lock file locks nothing.
    rustix::fs::flock(&file, FlockOperation::Unlock).unwrap();
    fs::remove_file(&beside).unwrap();
    symlink("/dev/zero", &beside).unwrap();
    read_once(&path).unwrap();
    let other = fs::File::open(&path).unwrap();
    rustix::fs::flock(&other, FlockOperation::LockExclusive).unwrap();
    fs::hard_link(&path, folder.path().join("second")).unwrap();
    assert!(matches!(refusal(&path), OpenError::HardLink { .. }));
}

#[test]
fn a_file_that_cannot_be_opened_is_a_source_that_says_why() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, &[".Azure/AzureRmContext.json"]);
    fs::create_dir(home.join(".Azure/TokenCache.dat")).unwrap();
    let mut opened = Vec::new();
    let candidates = look::usual(&roots(home));
    let sources = folder::read_all(&candidates, home, &TimeZone::UTC, &mut |path| {
        opened.push(path.to_owned());
    });
    assert_eq!(below(opened.iter().map(PathBuf::as_path), home), listed(&candidates, home));
    let refused = &sources[1];
    assert!(refused.stat.is_none() && refused.bytes.is_none());
    assert_eq!(refused.found.outcome, Outcome::Reject);
    assert_eq!(refused.found.format, Format::AdalCacheV3, "by its name");
    assert_eq!(refused.found.notes[0].text, "it is not a regular file");
    // What went away in between says nothing.
    fs::remove_file(home.join(".Azure/AzureRmContext.json")).unwrap();
    assert_eq!(read(&candidates, home).len(), 1);
}
