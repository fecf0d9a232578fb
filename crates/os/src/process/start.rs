//! Starting programs, and becoming one: what they inherit, and what binds them to a terminal.

#![allow(unsafe_code, reason = "a descriptor is named by its number for one call")]

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};

use rustix::io::FdFlags;

/// Has descriptors closed in programs that this one starts: those that `is_kept` says, by their path
/// in `/proc/self/fd`. The three standard ones are left as they are.
pub fn keep_descriptors_here(is_kept: impl Fn(&Path) -> bool) -> io::Result<()> {
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        let Some(number) = number.filter(|number| *number > 2) else { continue };
        if !is_kept(&entry.path()) {
            continue;
        }
        // SAFETY: the descriptor is borrowed for one call that changes a flag of it and neither
        // uses nor closes it; one that is gone by now is an error of that call.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let _ = rustix::io::fcntl_setfd(descriptor, FdFlags::CLOEXEC);
    }
    Ok(())
}

/// Has this process become a program, which keeps its number, its terminal and who waits for it.
/// Comes back only with an error.
pub fn become_command(command: &mut Command) -> io::Error {
    command.exec()
}

/// Starts a program that has a file open as this process has it: what is locked stays locked until both
/// have let go.
pub fn start_holding(command: &mut Command, file: &File) -> io::Result<Child> {
    rustix::io::fcntl_setfd(file, FdFlags::empty())?;
    let started = command.spawn();
    rustix::io::fcntl_setfd(file, FdFlags::CLOEXEC)?;
    started
}

/// Has a program start in a group of its own: what is typed to interrupt is not for it.
pub fn start_apart_from_terminal(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// Ends a program and the whole group that it leads, at once, and waits for it.
pub fn end_group(leader: &mut Child) {
    let pid = i32::try_from(leader.id()).ok().and_then(rustix::process::Pid::from_raw);
    // Not waited for yet, so that the number is still its own.
    if let Some(pid) = pid {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    let _ = leader.wait();
}

/// Leaves the terminal, which has nothing to say to this process any more. A leader of a group
/// stays.
pub fn leave_terminal() {
    let _ = rustix::process::setsid();
}

/// Lets go of standard output: who reads what a command prints does not wait for this process.
pub fn silence_output() -> io::Result<()> {
    Ok(rustix::stdio::dup2_stdout(nowhere()?)?)
}

/// Lets go of standard error.
pub fn silence_errors() -> io::Result<()> {
    Ok(rustix::stdio::dup2_stderr(nowhere()?)?)
}

fn nowhere() -> io::Result<File> {
    File::options().write(true).open("/dev/null")
}

/// Bytes as the value of a variable, which need not be text.
pub fn variable(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

/// The bytes of a variable's value, in the memory that it had.
pub fn variable_bytes(value: OsString) -> Vec<u8> {
    value.into_vec()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::process::{Command, Stdio};

    #[test]
    fn a_program_inherits_no_descriptor_that_is_kept_here() {
        let folder = tempfile::tempdir().unwrap();
        let [kept, other] = ["kept", "other"].map(|name| {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            path
        });
        let opened = [&kept, &other].map(|path| {
            let file = File::open(path).unwrap();
            rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).unwrap();
            file
        });
        let kept = kept.canonicalize().unwrap();
        super::keep_descriptors_here(|path| path.read_link().is_ok_and(|to| to == kept)).unwrap();
        let numbers = opened.each_ref().map(|file| file.as_raw_fd());
        let has = |number: i32| {
            let script = format!("test -e /proc/self/fd/{number}");
            Command::new("sh").args(["-c", &script]).status().unwrap().success()
        };
        assert_eq!(numbers.map(has), [false, true]);
    }

    #[test]
    fn a_file_that_a_program_was_started_with_stays_locked_until_it_ends() {
        use crate::lock::{Share, attempt};
        let folder = tempfile::tempdir().unwrap();
        let open = || File::options().create(true).append(true).open(folder.path().join("turn"));
        let turn = open().unwrap();
        assert!(attempt(&turn, Share::Nothing).unwrap().is_held());
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped());
        let mut child = super::start_holding(&mut command, &turn).unwrap();
        drop(turn);
        let other = open().unwrap();
        assert!(!attempt(&other, Share::Nothing).unwrap().is_held());
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(attempt(&other, Share::Nothing).unwrap().is_held());
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_and_this_process_goes_on() {
        let error = super::become_command(&mut Command::new("/nowhere/program"));
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }

    #[test]
    fn a_program_apart_from_the_terminal_is_of_its_own_group() {
        let mut command = Command::new("sh");
        command.args(["-c", "cut -d' ' -f5 /proc/$$/stat"]).stdout(Stdio::piped());
        let mut child = super::start_apart_from_terminal(&mut command).spawn().unwrap();
        let mut group = String::new();
        child.stdout.take().unwrap().read_to_string(&mut group).unwrap();
        assert_eq!(group.trim(), child.id().to_string());
        child.wait().unwrap();
    }

    #[test]
    fn a_variable_is_its_bytes() {
        let bytes = b"caf\xe9".to_vec();
        assert_eq!(super::variable_bytes(super::variable(&bytes).to_owned()), bytes);
    }
}
