//! The console: whether somebody is there, what is typed without being shown, and interrupts.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::windows::io::AsHandle;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use windows_sys::Win32::System::Console::{
    CONSOLE_MODE, CTRL_C_EVENT, ENABLE_ECHO_INPUT, ENABLE_LINE_INPUT, ENABLE_PROCESSED_INPUT,
};

use crate::win32::console;

/// Whether standard input is a console.
pub fn input_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// The console of this process, whatever its standard input and output are.
pub struct Terminal {
    input: File,
    output: File,
    /// Bytes of characters that were typed and not read yet.
    typed: RefCell<VecDeque<u8>>,
}

impl Terminal {
    /// Opens it.
    pub fn open() -> io::Result<Self> {
        let open = |name: &str| File::options().read(true).write(true).open(name);
        Ok(Self { input: open("CONIN$")?, output: open("CONOUT$")?, typed: RefCell::default() })
    }

    /// What is typed comes in units of UTF-16, and goes on in bytes of UTF-8.
    fn read_typed(&self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut typed = self.typed.borrow_mut();
        if typed.is_empty() {
            let mut units = Vec::new();
            loop {
                let mut unit = [0];
                if console::read(&self.input, &mut unit)? == 0 {
                    break;
                }
                units.push(unit[0]);
                // Half of a character waits for the other half.
                if !(0xD800..0xDC00).contains(&unit[0]) {
                    break;
                }
            }
            let characters = char::decode_utf16(units.iter().copied()).flatten();
            typed.extend(
                characters.flat_map(|c| c.encode_utf8(&mut [0; 4]).bytes().collect::<Vec<_>>()),
            );
            units.fill(0);
        }
        typed.read(bytes)
    }
}

impl Read for &Terminal {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.read_typed(bytes)
    }
}

impl Write for &Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut left = &units[..];
        while !left.is_empty() {
            left = &left[console::write(&self.output, left)?.min(left.len())..];
        }
        Ok(bytes.len())
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
        match File::from(io::stdin().as_handle().try_clone_to_owned()?).read(bytes) {
            // The end of a pipe whose writer is gone.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(0),
            read => read,
        }
    }
}

/// Writes to standard output, past every buffer. A console gets text.
pub fn write_output(bytes: &[u8]) -> io::Result<()> {
    if io::stdout().is_terminal() {
        let mut output = io::stdout().lock();
        output.write_all(bytes)?;
        return output.flush();
    }
    File::from(io::stdout().as_handle().try_clone_to_owned()?).write_all(bytes)
}

/// A console on which echo, line editing and interrupts are off: each character that is typed comes at once,
/// also that of Ctrl-C. It is put back as it was when this goes.
pub struct Hidden<'a> {
    terminal: &'a Terminal,
    before: CONSOLE_MODE,
}

impl<'a> Hidden<'a> {
    /// From now on.
    pub fn enter(terminal: &'a Terminal) -> io::Result<Self> {
        let before = console::mode(&terminal.input)?;
        let off = ENABLE_ECHO_INPUT | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT;
        console::set_mode(&terminal.input, before & !off)?;
        Ok(Self { terminal, before })
    }

    /// What is typed next.
    pub fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        self.terminal.read_typed(bytes)
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        let _ = console::set_mode(&self.terminal.input, self.before);
    }
}

/// Who hears of interrupts, in the order in which they came to.
static HEARS: Mutex<Vec<Hears>> = Mutex::new(Vec::new());

enum Hears {
    /// Takes note of the first one; the second one ends the process with that code.
    Notes(Arc<AtomicBool>, u8),
    /// Has it end the process once that is set, and nothing before.
    EndsOnce(Arc<AtomicBool>),
}

/// Takes note of the first interrupt; the second one ends the process with that code.
pub fn note_interrupt(noted: &Arc<AtomicBool>, code: u8) {
    hear(Hears::Notes(Arc::clone(noted), code));
}

/// Has an interrupt end what waits for input, and the process only once `ends_process` is set.
pub fn interrupt_input(ends_process: &Arc<AtomicBool>) {
    hear(Hears::EndsOnce(Arc::clone(ends_process)));
}

fn hear(who: Hears) {
    HEARS.lock().unwrap_or_else(PoisonError::into_inner).push(who);
    let _ = console::hear_interrupts(Some(on_interrupt));
}

/// In a thread of the system's own. 1 says that nothing else is to be done.
extern "system" fn on_interrupt(event: u32) -> i32 {
    if event != CTRL_C_EVENT {
        return 0;
    }
    for who in HEARS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        match who {
            Hears::Notes(noted, code) => {
                if noted.swap(true, Ordering::SeqCst) {
                    std::process::exit((*code).into());
                }
            }
            Hears::EndsOnce(ends) => {
                if ends.load(Ordering::SeqCst) {
                    return 0;
                }
            }
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use windows_sys::Win32::System::Console::{CTRL_C_EVENT, CTRL_CLOSE_EVENT};

    #[test]
    fn an_interrupt_is_noted_and_another_event_left_to_the_system() {
        let noted = Arc::new(AtomicBool::new(false));
        super::note_interrupt(&noted, 130);
        assert_eq!(super::on_interrupt(CTRL_CLOSE_EVENT), 0);
        assert!(!noted.load(Ordering::SeqCst));
        assert_eq!(super::on_interrupt(CTRL_C_EVENT), 1);
        assert!(noted.load(Ordering::SeqCst));
    }
}
