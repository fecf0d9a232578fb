//! Opening foreign files: once, without following, blocking or trusting them.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use azvault_os::file::{
    Facts, FileIdentity, Owner, Permissions, Refusal, open_unfollowed, refusal,
};
use azvault_os::lock::{Share, Tried, attempt};
use zeroize::Zeroizing;

/// Largest file that is read, 512 MiB: it is read whole, into memory of its size that is wiped. No
/// product writes one a tenth of that.
pub const MAX_SIZE: u64 = 512 * 1024 * 1024;

/// One file as it was at one moment.
pub struct Opened {
    /// Where it was opened.
    pub path: PathBuf,
    /// All its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What the system said of the open file, before and after reading alike.
    pub stat: Stat,
}

/// The facts by which a file is known to be still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Which file it is.
    pub identity: FileIdentity,
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i128,
    /// What its owner and others may do with it.
    pub permissions: Permissions,
    /// The user that owns the file.
    pub owner: Owner,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is not there.
    #[error("there is no such file")]
    NotFound,
    /// A directory, FIFO, socket or device.
    #[error("it is not a regular file")]
    NotRegular,
    /// A symbolic link.
    #[error("it is a symbolic link")]
    SymbolicLink,
    /// It has more than one name.
    #[error("it has {names} names (hard links)")]
    HardLink {
        /// Number of hard links.
        names: u64,
    },
    /// Someone else's.
    #[error("it belongs to another user ({owner})")]
    OtherOwner {
        /// The user that owns the file.
        owner: Owner,
    },
    /// Over [`MAX_SIZE`].
    #[error("it has {size} bytes, more than {MAX_SIZE}")]
    TooLarge {
        /// How large.
        size: u64,
    },
    /// A product holds its lock.
    #[error("another program is writing it")]
    Busy,
    /// It changed while it was read, several times over.
    #[error("it changes while it is read")]
    Changing,
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// How often a file that changes while it is read is read again.
const TRIES: usize = 3;

/// What a writer needs between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the products' locks of one file are waited for, all together.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads a file whole, once: a regular file of this user with one name, at most [`MAX_SIZE`],
/// that did not change in between.
///
/// Every check is made on the descriptor and not on the path, so that nothing can be put in its
/// place afterwards. Opening neither follows a link nor waits for a FIFO's writer. The products'
/// locks are respected and never made: Azure PowerShell's is on the file itself, MSAL's on the
/// `.lockfile` beside it.
pub fn read_once(path: &Path) -> Result<Opened, OpenError> {
    let file = open_readable(path)?;
    // What is refused anyway is not waited for.
    stat(&file)?;
    let _lock = wait_for(&file, path)?;
    for attempt in 0..TRIES {
        if attempt > 0 {
            std::thread::sleep(PAUSE);
        }
        let before = stat(&file)?;
        let bytes = read_all(&file, before.size)?;
        let after = stat(&file)?;
        if before == after && bytes.len() as u64 == after.size {
            return Ok(Opened { path: path.to_owned(), bytes, stat: after });
        }
    }
    Err(OpenError::Changing)
}

/// Whether a file would be read, without reading it.
pub(crate) fn look(path: &Path) -> Result<Stat, OpenError> {
    stat(&open_readable(path)?)
}

/// Opens without following a link or waiting for a FIFO's writer.
pub(crate) fn open_readable(path: &Path) -> Result<File, OpenError> {
    open_unfollowed(path).map_err(|error| match refusal(&error) {
        Refusal::NotThere | Refusal::NotAFolder => OpenError::NotFound,
        Refusal::Link => OpenError::SymbolicLink,
        Refusal::Special => OpenError::NotRegular,
        Refusal::Other => OpenError::Io(error),
    })
}

/// The facts of a regular file of any owner and size.
pub(crate) fn regular(file: &File) -> Result<Stat, OpenError> {
    let facts = Facts::of_open(file)?;
    if !facts.is_file() {
        return Err(OpenError::NotRegular);
    }
    Ok(stat_of(&facts))
}

fn stat(file: &File) -> Result<Stat, OpenError> {
    let facts = Facts::of_open(file)?;
    if !facts.is_file() {
        return Err(OpenError::NotRegular);
    }
    if !facts.is_own() {
        return Err(OpenError::OtherOwner { owner: facts.owner() });
    }
    if facts.names() != 1 {
        return Err(OpenError::HardLink { names: facts.names() });
    }
    if facts.size() > MAX_SIZE {
        return Err(OpenError::TooLarge { size: facts.size() });
    }
    Ok(stat_of(&facts))
}

fn stat_of(facts: &Facts) -> Stat {
    Stat {
        identity: facts.identity(),
        size: facts.size(),
        modified_ns: facts.modified_ns(),
        permissions: facts.permissions(),
        owner: facts.owner(),
    }
}

/// Reads so many bytes from a place on, or fewer if the file ends before.
pub(crate) fn read_range(
    file: &File,
    from: u64,
    length: u64,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let room = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = Zeroizing::new(vec![0; room]);
    let mut read = 0;
    while read < room {
        match azvault_os::file::read_at(file, &mut bytes[read..], from + read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

/// Reads from the start into memory of the file's size, and one byte more to notice growth.
fn read_all(file: &File, size: u64) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    read_range(file, 0, size.saturating_add(1))
}

/// Waits until no product writes the file, and keeps them from it while the result lives.
fn wait_for(file: &File, path: &Path) -> Result<Option<File>, OpenError> {
    let until = Instant::now() + PATIENCE;
    lock(file, until)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lockfile");
    match open_readable(Path::new(&name)) {
        Ok(beside) => {
            lock(&beside, until)?;
            Ok(Some(beside))
        }
        // None there, or something that is no lock file: nobody holds it.
        Err(_) => Ok(None),
    }
}

fn lock(file: &File, until: Instant) -> Result<(), OpenError> {
    loop {
        match attempt(file, Share::WithOthers)? {
            // A file system without locks has none to respect.
            Tried::Held | Tried::Unsupported(_) => return Ok(()),
            Tried::Busy if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(100));
            }
            Tried::Busy => return Err(OpenError::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{OpenError, read_once};

    #[test]
    fn a_file_that_changes_while_it_is_read_is_whole_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, vec![b'a'; 8 << 20]).unwrap();
        let done = AtomicBool::new(false);
        // However the two are scheduled, the writer goes on until it was met that often.
        const ENOUGH: u32 = 3;
        let (mut whole, mut changing) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Ends by itself, well below the limit on size, whatever the reader does.
                let mut file = fs::File::options().append(true).open(&path).unwrap();
                for _ in 0..8 << 20 {
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    file.write_all(b"\n").unwrap();
                }
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                match read_once(&path) {
                    Ok(opened) => {
                        assert_eq!(opened.bytes.len() as u64, opened.stat.size);
                        whole += 1;
                    }
                    Err(OpenError::Changing) => {
                        changing += 1;
                        done.store(changing == ENOUGH, Ordering::Relaxed);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        });
        assert!(changing == ENOUGH, "hardly ever caught in the act; {whole} times read whole");
    }
}
