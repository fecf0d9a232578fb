//! Locks of Unix, by `flock`.

use std::fs::File;
use std::io;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::{Share, Tried};

pub(super) fn wait(file: &File, share: Share) -> io::Result<()> {
    let operation = match share {
        Share::Nothing => FlockOperation::LockExclusive,
        Share::WithOthers => FlockOperation::LockShared,
    };
    loop {
        match flock(file, operation) {
            Err(Errno::INTR) => {}
            held => return Ok(held?),
        }
    }
}

pub(super) fn attempt(file: &File, share: Share) -> io::Result<Tried> {
    let operation = match share {
        Share::Nothing => FlockOperation::NonBlockingLockExclusive,
        Share::WithOthers => FlockOperation::NonBlockingLockShared,
    };
    loop {
        match flock(file, operation) {
            Ok(()) => return Ok(Tried::Held),
            Err(Errno::WOULDBLOCK) => return Ok(Tried::Busy),
            Err(Errno::INTR) => {}
            Err(e @ (Errno::NOTSUP | Errno::NOLCK | Errno::INVAL)) => {
                return Ok(Tried::Unsupported(e.into()));
            }
            Err(e) => return Err(e.into()),
        }
    }
}
