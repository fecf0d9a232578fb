//! What this process gives away while it runs: nothing by a report of a fault, and its memory to no other process of
//! this user. Who administers the machine can read it all the same.

use std::fmt;

use windows_sys::Win32::System::Threading::{
    PROCESS_QUERY_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
    PROCESS_TERMINATE, PROCESS_VM_READ,
};

use crate::win32::descriptor::{ALL_OF_PROCESS, Descriptor, Within};
use crate::win32::processes;
use crate::win32::users::{self, Sid};

/// `READ_CONTROL`, without which nobody could see that it is so.
const SEE_RIGHTS: u32 = 0x0002_0000;

/// What was so before, for a program that takes this process over: nothing of it is handed on.
#[derive(Clone, Copy, Debug)]
pub struct Before;

/// Called before anything is read. Each step is a defence more: one that the system refuses
/// takes nothing from the others.
pub fn harden() -> Before {
    processes::report_no_memory();
    let seen = PROCESS_QUERY_INFORMATION
        | PROCESS_QUERY_LIMITED_INFORMATION
        | PROCESS_SYNCHRONIZE
        | PROCESS_TERMINATE
        | SEE_RIGHTS;
    // An owner could give back what is taken here, were it not said what owners may do.
    let rights = [
        (users::own().clone(), seen),
        (Sid::owner_rights(), SEE_RIGHTS),
        (Sid::system(), ALL_OF_PROCESS),
    ];
    let _ = processes::set_own_rights(&Descriptor::new(users::own(), Within::Nothing, &rights));
    Before
}

impl Before {
    /// Nothing is to be put back.
    pub fn restore(self) {}

    /// What new files deny to others.
    pub fn umask(self) -> FileMask {
        FileMask::of_number(0o077)
    }

    /// The most that a core dump may have.
    pub fn most_of_core(self) -> Option<u64> {
        Some(0)
    }
}

/// Whether the system lets no process of this user look into this one.
pub fn is_hardened() -> bool {
    processes::open(std::process::id(), PROCESS_VM_READ).is_err()
}

/// What new files deny to others: here the folder that a file is made in says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMask(u32);

impl FileMask {
    /// The mask that this number is.
    pub fn of_number(number: u32) -> Self {
        Self(number)
    }

    /// Whether nobody but its owner may write a file that is made.
    pub fn keeps_others_from_writing(self) -> bool {
        self.0 & 0o022 == 0o022
    }
}

impl fmt::Display for FileMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_hardened_process_lets_no_other_read_its_memory() {
        assert!(!super::is_hardened(), "the control");
        super::harden();
        assert!(super::is_hardened());
    }
}
