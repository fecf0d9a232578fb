//! Processes: what this one gives away and hands on, who started it, and how another one is known for
//! good and ended.

#[cfg_attr(windows, path = "process/windows/confine.rs")]
mod confine;
mod confined;
#[cfg_attr(windows, path = "process/windows/handle.rs")]
mod handle;
#[cfg_attr(windows, path = "process/windows/hardening.rs")]
mod hardening;
#[cfg_attr(windows, path = "process/windows/kin.rs")]
mod kin;
mod signal;
#[cfg_attr(windows, path = "process/windows/signals.rs")]
mod signals;
#[cfg_attr(windows, path = "process/windows/start.rs")]
mod start;

pub use self::confine::{confine_calls, confine_files};
pub use self::confined::{Confined, Programs};
pub use self::handle::{ProcessHandle, end_all};
pub use self::hardening::{Before, FileMask, harden, is_hardened};
pub use self::kin::{
    ProcessFacts, arguments, computed, descends, facts, parent, parent_name, parent_name_of,
};
pub use self::signal::Signal;
pub use self::signals::Signals;
pub use self::start::{
    become_command, end_group, keep_descriptors_here, leave_terminal, silence_errors,
    silence_output, start_apart_from_terminal, start_holding, variable, variable_bytes,
};
