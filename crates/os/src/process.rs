//! Processes: what this one gives away and hands on, who started it, and how another one is known for
//! good and ended.

mod confine;
mod handle;
mod hardening;
mod kin;
mod signals;
mod start;

pub use self::confine::{Confined, Programs, confine_calls, confine_files};
pub use self::handle::{ProcessHandle, end_all};
pub use self::hardening::{Before, FileMask, harden, is_hardened};
pub use self::kin::{
    ProcessFacts, arguments, computed, descends, facts, parent, parent_name, parent_name_of,
};
pub use self::signals::{Signal, Signals};
pub use self::start::{
    become_command, keep_descriptors_here, leave_terminal, silence_errors, silence_output,
    start_apart_from_terminal, start_holding, variable, variable_bytes,
};
