//! What this process gives away while it runs: nothing by core dump, by debugger of the same
//! user, or by the mode of a file it makes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use azvault_vault::Actor;
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};

/// What was so before, for a program that takes this process over.
#[derive(Clone, Copy)]
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
    pub fn umask(self) -> u32 {
        self.umask.bits()
    }

    /// The most that a core dump may have; `None` for no limit.
    pub fn most_of_core(self) -> Option<u64> {
        self.core.maximum
    }
}

/// Whether the kernel lets nobody of this user look into this process.
pub fn is_not_dumpable() -> bool {
    let own = rustix::process::dumpable_behavior();
    own.is_ok_and(|behaviour| behaviour == DumpableBehavior::NotDumpable)
}

/// The name of the program that started this one: a shell, where somebody types.
pub fn parent_name() -> Option<String> {
    let parent = rustix::process::getppid()?.as_raw_nonzero().get();
    let name = std::fs::read_to_string(format!("/proc/{parent}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// Where an agent listens, by its command line. Whether it does, and whose it is, a connection tells.
pub fn socket_of(agent: u32) -> Option<PathBuf> {
    let line = std::fs::read(format!("/proc/{agent}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0).skip_while(|word| *word != b"--socket");
    let path = PathBuf::from(OsStr::from_bytes(words.nth(1)?));
    path.is_absolute().then_some(path)
}

/// This process, for the audit log.
pub fn actor() -> Actor {
    Actor {
        user: azvault_os::file::Owner::of_caller(),
        pid: std::process::id(),
        parent: parent_name(),
    }
}
