//! What azvault asks the operating system, one module a question.
//!
//! The answers are typed: no public type shows a user's number, a mode or a descriptor. What a system
//! does not have is answered as its nearest equivalent, so that a caller has no branch for a system.
//!
//! | Module | Question |
//! |---|---|
//! | [`file`] | whose file is it, who else can use it, is it still the same one; open, make and replace files |
//! | [`lock`] | hold a file against others, or see that another process holds it |
//! | [`places`] | where the system keeps what is of one user |
//! | [`tcp_owner`] | whose process is at the other end of a loopback connection |

#[cfg(not(unix))]
compile_error!("azvault-os has answers for Unix alone so far");

pub mod file;
pub mod lock;
pub mod places;
pub mod tcp_owner;
