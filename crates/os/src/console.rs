//! The terminal: whether somebody is there, what is typed without being shown, and interrupts.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use signal_hook::consts::SIGINT;

/// Whether standard input is a terminal.
pub fn input_is_terminal() -> bool {
    rustix::termios::isatty(rustix::stdio::stdin())
}

/// The terminal of this process, whatever its standard input and output are.
pub struct Terminal(File);

impl Terminal {
    /// Opens it.
    pub fn open() -> io::Result<Self> {
        Ok(Self(File::options().read(true).write(true).open("/dev/tty")?))
    }
}

impl Read for &Terminal {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(bytes)
    }
}

impl Write for &Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard input, byte for byte: nothing of it is kept in a buffer that is not wiped.
#[derive(Clone, Copy, Debug)]
pub struct Input;

impl Read for Input {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(rustix::stdio::stdin(), bytes)?)
    }
}

/// Writes to standard output, past every buffer.
pub fn write_output(bytes: &[u8]) -> io::Result<()> {
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    File::from(output).write_all(bytes)
}

/// A terminal on which echo, line editing and signals are off: each byte that is typed comes at once,
/// also that of Ctrl-C. It is put back as it was when this goes.
pub struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hidden<'a> {
    /// From now on.
    pub fn enter(Terminal(terminal): &'a Terminal) -> io::Result<Self> {
        let before = rustix::termios::tcgetattr(terminal)?;
        let mut raw = before.clone();
        raw.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        rustix::termios::tcsetattr(terminal, OptionalActions::Flush, &raw)?;
        Ok(Self { terminal, before })
    }

    /// What is typed next.
    pub fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut terminal = self.terminal;
            match terminal.read(bytes) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Takes note of the first interrupt; the second one ends the process with that code.
pub fn note_interrupt(noted: &Arc<AtomicBool>, code: u8) {
    let _ =
        signal_hook::flag::register_conditional_shutdown(SIGINT, code.into(), Arc::clone(noted));
    let _ = signal_hook::flag::register(SIGINT, Arc::clone(noted));
}

/// Has an interrupt end what waits for input, and the process only once `ends_process` is set.
pub fn interrupt_input(ends_process: &Arc<AtomicBool>) {
    let _ = signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(ends_process));
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::termios::{LocalModes, tcgetattr};

    use super::{Hidden, Terminal};

    /// A terminal of this test's own, and who types on it.
    fn terminal() -> (File, Terminal) {
        let keyboard = File::options().read(true).write(true).open("/dev/ptmx").unwrap();
        rustix::pty::unlockpt(&keyboard).unwrap();
        let name = rustix::pty::ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
        let flags = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).unwrap();
        let mut options = File::options();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
        (keyboard, Terminal(options.read(true).write(true).open(name).unwrap()))
    }

    #[test]
    fn what_is_typed_comes_unseen_and_the_terminal_is_put_back() {
        let (mut keyboard, terminal) = terminal();
        let shows = || tcgetattr(&terminal.0).unwrap().local_modes.contains(LocalModes::ECHO);
        assert!(shows());
        let hidden = Hidden::enter(&terminal).unwrap();
        assert!(!shows());
        // No end of a line, and Ctrl-C.
        keyboard.write_all(b"a\x03").unwrap();
        let mut bytes = [0; 8];
        let mut came = Vec::new();
        while came.len() < 2 {
            let read = hidden.read(&mut bytes).unwrap();
            came.extend_from_slice(&bytes[..read]);
        }
        assert_eq!(came, b"a\x03");
        drop(hidden);
        assert!(shows());
        assert!(Hidden::enter(&Terminal(File::open("/dev/null").unwrap())).is_err());
    }

    #[test]
    fn an_interrupt_is_noted() {
        let noted = Arc::new(AtomicBool::new(false));
        super::note_interrupt(&noted, 130);
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::INT).unwrap();
        let start = std::time::Instant::now();
        while !noted.load(Ordering::SeqCst) {
            assert!(start.elapsed().as_secs() < 5);
            std::thread::yield_now();
        }
    }
}
