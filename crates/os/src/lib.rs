//! What azvault asks the operating system, one module a question.
//!
//! The answers are typed: no public type shows a user's number, a mode or a descriptor. What a system
//! does not have is answered as its nearest equivalent, so that a caller has no branch for a system.
//!
//! | Module | Question |
//! |---|---|
//! | [`clipboard`] | put text into the clipboard of the desktop, and take it away again |
//! | [`clock`] | how long has this machine run, asleep and awake |
//! | [`console`] | is somebody there; type something hidden; interrupt |
//! | [`file`](mod@file) | whose file is it, who else can use it, is it still the same one; open, make and replace files |
//! | [`keyring`] | keep something for this user, under a name |
//! | [`lock`] | hold a file against others, or see that another process holds it |
//! | [`memory`] | keep memory off the disk |
//! | [`network`] | have a network of its own for this process and what it starts |
//! | [`pipe`] | listen and connect on this machine, and know who is at the other end; wait for any of several things |
//! | [`places`] | where the system keeps what is of one user |
//! | [`process`] | what this process gives away and hands on; which process is it, has it ended, end it |
//! | [`protect`] | open what the system itself has sealed for this user |
//! | [`tcp_owner`] | whose process is at the other end of a loopback connection |

#[cfg(not(any(unix, windows)))]
compile_error!("azvault-os has answers for Unix and for Windows");

pub mod clipboard;
pub mod clock;
#[cfg_attr(windows, path = "console/windows.rs")]
pub mod console;
pub mod file;
pub mod keyring;
pub mod lock;
#[cfg_attr(windows, path = "memory/windows.rs")]
pub mod memory;
#[cfg_attr(windows, path = "network/windows.rs")]
pub mod network;
pub mod pipe;
#[cfg_attr(windows, path = "places/windows.rs")]
pub mod places;
pub mod process;
pub mod protect;
pub mod tcp_owner;
#[cfg(windows)]
mod win32;
