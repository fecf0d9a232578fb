//! What this process gives away while it runs: nothing by core dump, by debugger of the same
//! user, or by the mode of a file it makes.

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};

/// Called before anything is read. Each step is a defence more: one that the system refuses
/// takes nothing from the others.
pub(crate) fn harden() {
    rustix::process::umask(Mode::from_raw_mode(0o077));
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(Resource::Core, none);
}
