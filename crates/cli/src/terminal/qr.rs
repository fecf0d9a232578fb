//! A QR code on the terminal: two modules in one letter, black on white whatever the terminal's colours are.

use qrcode::{Color, EcLevel, QrCode};

/// Modules around a code that are light (ISO/IEC 18004, quiet zone).
const QUIET: usize = 4;

/// Lines of the terminal that the words around a code have.
const BESIDE: usize = 4;

/// Black on white of the 256 colours, which no theme changes.
const COLORS: &str = "\u{1b}[38;5;16;48;5;231m";

/// A terminal's size.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) lines: usize,
    pub(super) columns: usize,
}

/// The lines of the code; `None` where it does not fit.
pub(super) fn lines(address: &str, room: Room) -> Option<Vec<String>> {
    // A screen that is clean needs the least correction, and the fewest modules.
    let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
    let width = code.width() + 2 * QUIET;
    if width >= room.columns || width.div_ceil(2) + BESIDE > room.lines {
        return None;
    }
    let is_dark = |x: usize, y: usize| {
        let inner = QUIET..QUIET + code.width();
        inner.contains(&x) && inner.contains(&y) && code[(x - QUIET, y - QUIET)] == Color::Dark
    };
    let line = |y: usize| -> String {
        let letter = |x: usize| match (is_dark(x, y), is_dark(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..width).map(letter).collect()
    };
    let lines = (0..width).step_by(2).map(|y| format!("{COLORS}{}\u{1b}[0m", line(y)));
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::{Room, lines};

    const ADDRESS: &str = "https://microsoft.com/devicelogin";

    #[test]
    fn the_address_of_microsoft_fits_a_terminal_of_80_columns_and_24_lines() {
        let lines = lines(ADDRESS, Room { lines: 24, columns: 80 }).unwrap();
        assert_eq!(lines.len(), 19);
        for line in lines {
            let shown = console::strip_ansi_codes(&line).into_owned();
            assert_eq!(shown.chars().count(), 37);
            assert!(line.starts_with("\u{1b}[38;5;16;48;5;231m") && line.ends_with("\u{1b}[0m"));
            assert!(shown.starts_with("    ") && shown.ends_with("    "), "{shown:?}");
        }
    }

    #[test]
    fn where_it_does_not_fit_there_is_none() {
        for room in [Room { lines: 22, columns: 80 }, Room { lines: 24, columns: 37 }] {
            assert!(lines(ADDRESS, room).is_none());
        }
        assert!(lines(&"x".repeat(9000), Room { lines: 9000, columns: 9000 }).is_none());
    }
}
