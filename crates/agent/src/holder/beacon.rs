//! The socket by which a holder is found, on the holder's side.

use std::io;

use azvault_os::pipe::{Announcement, Caller, Source, send};

use super::name::{self, Kind};
use super::report::Report;

/// Callers that are told in one turn, so that a crowd of them keeps nobody else waiting.
const MAX_AT_ONCE: usize = 64;

/// That this process can be found, until it ends or drops this.
pub struct Beacon {
    announcement: Announcement,
}

impl Beacon {
    /// From now on. A process that cannot be found must not hold a key: an error is one to end by.
    pub fn raise(kind: Kind, vault: &str) -> io::Result<Self> {
        Ok(Self { announcement: Announcement::raise(&name::new(kind, vault))? })
    }

    /// Tells who waits, if it is this user, how this process is.
    pub fn tell(&self, report: &Report) {
        for _ in 0..MAX_AT_ONCE {
            let Some(caller) = self.announcement.accept() else { return };
            if matches!(caller.caller(), Caller::SameUser { .. }) {
                // One line fits into any socket; who is gone already needs none.
                let _ = send(&caller, report.line().as_bytes());
            }
        }
    }

    /// What callers are waited for at.
    pub fn source(&self) -> &impl Source {
        &self.announcement
    }
}
