//! What azvault asks the operating system, one module a question.
//!
//! The answers are typed: no public type shows a user's number, a mode or a descriptor. What a system
//! does not have is answered as its nearest equivalent, so that a caller has no branch for a system.
//!
//! | Module | Question |
//! |---|---|
//! | [`clock`] | how long has this machine run, asleep and awake |
//! | [`console`] | is somebody there; type something hidden; interrupt |
//! | [`file`](mod@file) | whose file is it, who else can use it, is it still the same one; open, make and replace files |
//! | [`lock`] | hold a file against others, or see that another process holds it |
//! | [`memory`] | keep memory off the disk |
//! | [`pipe`] | listen and connect on this machine, and know who is at the other end; wait for any of several things |
//! | [`places`] | where the system keeps what is of one user |
//! | [`process`] | what this process gives away and hands on; which process is it, has it ended, end it |
//! | [`tcp_owner`] | whose process is at the other end of a loopback connection |

#[cfg(not(unix))]
compile_error!("azvault-os has answers for Unix alone so far");

pub mod clock;
pub mod console;
pub mod file;
pub mod lock;
pub mod memory;
pub mod pipe;
pub mod places;
pub mod process;
pub mod tcp_owner;
