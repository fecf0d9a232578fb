//! The clipboard of the terminal, which is that of the machine at which the person sits, also over SSH. It is
//! written by an escape sequence (OSC 52, "Manipulate Selection Data" in xterm's ctlseqs) or by tmux.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use azvault_os::console::Terminal;
use azvault_service::clipboard;
use azvault_service::clipboard::Clipboard;
use azvault_service::descriptor::read_line;
use azvault_service::failure::{Failure, Kind};
use azvault_service::time::words;
use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::app::App;

/// What stands in the clipboard when it was emptied: tmux and some terminals pass over no text at all.
const EMPTY: &str = " ";

/// Puts text there until the person has pasted it, and says so by Enter. A terminal does not tell what its
/// clipboard holds: where nobody answers it is left alone, since it may hold something else by then.
pub(crate) fn lend(
    app: &App,
    clipboard: Clipboard,
    text: &str,
    time: Duration,
) -> Result<(), Failure> {
    let device = Terminal::open().map_err(|e| broken(&e))?;
    write(&device, clipboard, text)?;
    let (say, answered) = channel();
    app.console.request(format!(
        "Handed to the clipboard of your terminal. Paste it, then press Enter within {}: that empties it.",
        words(time)
    ));
    let reading = Terminal::open().map_err(|e| broken(&e))?;
    std::thread::spawn(move || {
        let line = read_line(&reading);
        let _ = say.send(line.is_ok_and(|line| line.is_some()));
    });
    match answered.recv_timeout(time) {
        Ok(true) => {
            write(&device, clipboard, EMPTY)?;
            app.ui.note("the clipboard was emptied");
        }
        Ok(false) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            app.ui.warning(
                "the clipboard was not emptied: a terminal does not say what it holds by now; copy something else",
            );
        }
    }
    Ok(())
}

fn write(device: &Terminal, clipboard: Clipboard, text: &str) -> Result<(), Failure> {
    if clipboard == Clipboard::Tmux {
        return clipboard::hand_to_tmux(text);
    }
    let mut device = device;
    device.write_all(&sequence(text)).map_err(|e| broken(&e))
}

/// `c` is the clipboard; its text stands in Base64.
fn sequence(text: &str) -> Zeroizing<Vec<u8>> {
    const BEFORE: &[u8] = b"\x1b]52;c;";
    let length = BASE64.encode_len(text.len());
    let mut bytes = Zeroizing::new(vec![0; BEFORE.len() + length + 1]);
    let (before, rest) = bytes.split_at_mut(BEFORE.len());
    before.copy_from_slice(BEFORE);
    BASE64.encode_mut(text.as_bytes(), &mut rest[..length]);
    rest[length] = 0x07;
    bytes
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::new(Kind::NeedsTerminal, format!("the terminal: {error}"))
}

#[cfg(test)]
mod tests {
    use super::sequence;

    #[test]
    fn text_goes_to_the_terminal_in_base64() {
        assert_eq!(&sequence("a b")[..], b"\x1b]52;c;YSBi\x07");
        assert_eq!(&sequence(super::EMPTY)[..], b"\x1b]52;c;IA==\x07");
    }
}
