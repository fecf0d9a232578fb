//! Questions and passphrases, on the terminal device: `$(azvault …)` and pipes work while asking.

use std::io::{IsTerminal, Write};

use azvault_model::Secret;
use azvault_os::console::{self, Hidden, input_is_terminal};
use azvault_service::console::{Answer, Prompt};
use azvault_service::descriptor::MAX_LINE;
use azvault_service::failure::{Failure, Kind};
use zeroize::Zeroizing;

use super::wrapped::wrapped;

/// A terminal to ask on.
pub(crate) struct Terminal {
    device: console::Terminal,
}

/// Whether someone is there to answer: decided by stdin and stderr, never by stdout.
pub(crate) fn somebody_is_there() -> bool {
    input_is_terminal() && std::io::stderr().is_terminal()
}

/// Whether stderr is a terminal, and no file or log.
pub(crate) fn stderr_is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Columns of the terminal that stderr is; `None` where it is none, or nobody knows.
pub(super) fn room() -> Option<usize> {
    let size = ::console::Term::stderr().size_checked()?;
    std::io::stderr().is_terminal().then_some(usize::from(size.1)).filter(|columns| *columns > 0)
}

impl Terminal {
    /// Opens the terminal device of this process.
    pub(crate) fn open() -> Option<Self> {
        Some(Self { device: console::Terminal::open().ok()? })
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        (&self.device).write_all(text.as_bytes()).map_err(|e| broken(&e))
    }

    /// Reads one line with echo, line editing and signals of the terminal off, so that Ctrl-C
    /// comes as a byte and the terminal is always put back as it was.
    fn read_hidden(&self) -> Result<Secret, Failure> {
        let hidden = Hidden::enter(&self.device).map_err(|e| broken(&e))?;
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE));
        let mut byte = Zeroizing::new([0_u8; 1]);
        loop {
            if hidden.read(&mut byte[..]).map_err(|e| broken(&e))? == 0 {
                break;
            }
            match byte[0] {
                b'\r' | b'\n' => break,
                0x03 => return Err(Failure::new(Kind::Aborted, "aborted")),
                0x04 if line.is_empty() => return Err(Failure::new(Kind::Aborted, "aborted")),
                0x04 => break,
                0x7f | 0x08 => erase_character(&mut line),
                0x15 => line.clear(),
                _ if line.len() == MAX_LINE => {}
                typed => line.push(typed),
            }
        }
        Ok(Secret::copied_from(&line))
    }
}

impl Prompt for Terminal {
    fn ask_passphrase(&mut self, question: &str) -> Result<Secret, Failure> {
        self.say(question)?;
        let typed = self.read_hidden();
        self.say("\n")?;
        typed
    }

    fn ask_text(&mut self, question: &str) -> Result<String, Failure> {
        self.say(question)?;
        let line = azvault_service::descriptor::read_line(&self.device).map_err(|e| broken(&e))?;
        let line = line.ok_or_else(|| Failure::new(Kind::Aborted, "aborted"))?;
        // EXPOSE: typed where it was seen; no secret.
        let text = std::str::from_utf8(line.expose()).map_err(|e| broken(&e))?;
        Ok(text.trim().to_owned())
    }

    fn ask_yes(&mut self, question: &str) -> Result<Answer, Failure> {
        let text = format!("{question} [y/N]");
        let lines: Vec<String> = text.lines().flat_map(|line| wrapped(line, room())).collect();
        self.say(&format!("{} ", lines.join("\n")))?;
        let line = azvault_service::descriptor::read_line(&self.device).map_err(|e| broken(&e))?;
        // EXPOSE: the answer to a yes-or-no question is no secret.
        let word = line.as_ref().map(|line| line.expose().to_ascii_lowercase());
        Ok(match word.as_deref() {
            Some(b"y" | b"yes") => Answer::Yes,
            _ => Answer::No,
        })
    }
}

/// Takes the last character off a line of UTF-8, all its bytes.
fn erase_character(line: &mut Zeroizing<Vec<u8>>) {
    while let Some(byte) = line.pop() {
        if byte & 0xC0 != 0x80 {
            break;
        }
    }
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::NeedsTerminal, format!("the terminal cannot be used: {error}"))
        .hint("name a file: --passphrase-file FILE")
}

#[cfg(test)]
mod tests {
    use super::erase_character;
    use zeroize::Zeroizing;

    #[test]
    fn backspace_takes_a_whole_character() {
        let mut line = Zeroizing::new("aø東".as_bytes().to_vec());
        erase_character(&mut line);
        assert_eq!(&line[..], "aø".as_bytes());
        erase_character(&mut line);
        erase_character(&mut line);
        erase_character(&mut line);
        assert!(line.is_empty());
    }
}
