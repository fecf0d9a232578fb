//! Starting programs, and standing for one: what they inherit, and what binds them to a console.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};

use windows_sys::Win32::System::Threading::CREATE_NEW_PROCESS_GROUP;

use crate::win32::console::{Stream, hear_interrupts, redirect};
use crate::win32::processes;

/// Programs inherit what they are given, and nothing else.
pub fn keep_descriptors_here(_is_kept: impl Fn(&Path) -> bool) -> io::Result<()> {
    Ok(())
}

/// Has this process stand for a program: it waits for it, leaves interrupts to it, ends it with itself, and ends with
/// its code. Comes back only with an error.
pub fn become_command(command: &mut Command) -> io::Error {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(e) => return e,
    };
    // Without a job the program lives on where this process is killed, and that is all.
    let _job = processes::ending_with_this(&child);
    let _ = hear_interrupts(Some(left_to_the_program));
    match child.wait() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(e) => e,
    }
}

/// Interrupts of the console reach all programs on it. What comes when it is closed is for this one as well.
extern "system" fn left_to_the_program(event: u32) -> i32 {
    use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT};
    i32::from([CTRL_C_EVENT, CTRL_BREAK_EVENT].contains(&event))
}

/// A lock is of the process that made it: no other one can keep it.
pub fn start_holding(_command: &mut Command, _file: &File) -> io::Result<Child> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Has a program start in a group of its own: what is typed to interrupt is not for it.
pub fn start_apart_from_terminal(command: &mut Command) -> &mut Command {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP)
}

/// Ends a program at once, and waits for it. What it started meets the end of its connections.
pub fn end_group(leader: &mut Child) {
    let _ = leader.kill();
    let _ = leader.wait();
}

/// A process that was started apart has left it.
pub fn leave_terminal() {}

/// Lets go of standard output: who reads what a command prints does not wait for this process.
pub fn silence_output() -> io::Result<()> {
    redirect(Stream::Output, nowhere()?)
}

/// Lets go of standard error.
pub fn silence_errors() -> io::Result<()> {
    redirect(Stream::Errors, nowhere()?)
}

fn nowhere() -> io::Result<File> {
    File::options().write(true).open("NUL")
}

/// Bytes as the value of a variable. What is no text is none here.
pub fn variable(bytes: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}

/// The bytes of a variable's value, in the memory that it had.
pub fn variable_bytes(value: OsString) -> Vec<u8> {
    value.into_encoded_bytes()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    #[test]
    fn a_program_that_is_not_there_is_an_error_and_this_process_goes_on() {
        let error = super::become_command(&mut Command::new(r"C:\nowhere\program.exe"));
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }

    #[test]
    fn a_variable_is_its_bytes() {
        assert_eq!(
            super::variable_bytes(super::variable("café".as_bytes()).to_owned()),
            "café".as_bytes()
        );
    }
}
