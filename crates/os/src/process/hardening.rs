//! What this process gives away while it runs: nothing by core dump, by debugger of the same
//! user, or by the mode of a file it makes.

use std::fmt;

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};

/// What was so before, for a program that takes this process over.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    umask: Mode,
    core: Rlimit,
}

/// Called before anything is read. Each step is a defence more: one that the system refuses
/// takes nothing from the others.
pub fn harden() -> Before {
    let core = rustix::process::getrlimit(Resource::Core);
    let umask = rustix::process::umask(Mode::from_raw_mode(0o077));
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // The soft limit alone: whoever comes after may raise it again.
    let none = Rlimit { current: Some(0), ..core };
    let _ = rustix::process::setrlimit(Resource::Core, none);
    Before { umask, core }
}

impl Before {
    /// Puts back what a child would inherit.
    pub fn restore(self) {
        rustix::process::umask(self.umask);
        let _ = rustix::process::setrlimit(Resource::Core, self.core);
    }

    /// The mask of modes with which azvault was started.
    pub fn umask(self) -> FileMask {
        FileMask(self.umask.bits())
    }

    /// The most that a core dump may have; `None` for no limit.
    pub fn most_of_core(self) -> Option<u64> {
        self.core.maximum
    }
}

/// Whether the kernel lets nobody of this user look into this process.
pub fn is_hardened() -> bool {
    let own = rustix::process::dumpable_behavior();
    own.is_ok_and(|behaviour| behaviour == DumpableBehavior::NotDumpable)
}

/// What new files deny to others, as people type it for `umask`.
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
    use super::{FileMask, harden, is_hardened};

    #[test]
    fn a_hardened_process_makes_private_files_and_gives_back_what_was_before() {
        // The mask is the whole process's: no other test here makes a file by it.
        let before = harden();
        assert!(is_hardened());
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"));
        assert_eq!(harden().umask(), FileMask::of_number(0o077));
        before.restore();
        assert_eq!(harden().umask(), before.umask());
        before.restore();
    }

    #[test]
    fn a_mask_says_whether_others_may_write() {
        for (number, keeps, text) in [
            (0o022, true, "0022"),
            (0o077, true, "0077"),
            (0o002, false, "0002"),
            (0, false, "0000"),
        ] {
            let mask = FileMask::of_number(number);
            assert_eq!(
                (mask.keeps_others_from_writing(), mask.to_string().as_str()),
                (keeps, text)
            );
        }
    }
}
