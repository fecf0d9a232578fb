//! What a person types at a list, and what the list shows then. Nothing is read or printed here.

use console::{Key, measure_text_width, pad_str, truncate_str};

use super::super::columns::{Column, cut, fitted, shortened, whole, widths};
use super::super::ui::Tone;

/// One line of the list, and what is told of it below.
pub(super) struct Row {
    /// A cell for each column.
    pub(super) cells: Vec<String>,
    pub(super) preview: String,
    /// What else finds it.
    pub(super) found_by: Vec<String>,
    pub(super) tone: Tone,
}

/// A list from which a person chooses.
pub(super) struct Picking<'a> {
    prompt: &'a str,
    rows: &'a [Row],
    typed: String,
    /// Numbers of the rows that fit what was typed, the best first.
    fitting: Vec<usize>,
    at: usize,
}

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    GoesOn,
    Chosen(usize),
    Ended,
}

/// Room for a list.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) columns: usize,
    pub(super) lines: usize,
}

pub(super) const COLUMNS: [Column; 5] = [
    whole(""),
    shortened("NAME", 16),
    shortened("ACCOUNT", 12).left_out(2),
    shortened("TENANT", 10).left_out(1),
    whole(""),
];

/// Most rows that are shown at once.
const MAX_ROWS: usize = 15;

/// Lines around the rows: what was typed, the headings, the preview.
const AROUND: usize = 3;

impl<'a> Picking<'a> {
    /// At the first row.
    pub(super) fn new(prompt: &'a str, rows: &'a [Row]) -> Self {
        let fitting = (0..rows.len()).collect();
        Self { prompt, rows, typed: String::new(), fitting, at: 0 }
    }

    /// Follows a key.
    pub(super) fn press(&mut self, key: Key) -> Pressed {
        let last = self.fitting.len().saturating_sub(1);
        match key {
            Key::Enter => match self.fitting.get(self.at) {
                Some(number) => return Pressed::Chosen(*number),
                None => return Pressed::GoesOn,
            },
            Key::Escape | Key::CtrlC => return Pressed::Ended,
            Key::ArrowUp | Key::BackTab => self.at = self.at.checked_sub(1).unwrap_or(last),
            Key::ArrowDown | Key::Tab => self.at = if self.at >= last { 0 } else { self.at + 1 },
            Key::PageUp => self.at = self.at.saturating_sub(MAX_ROWS),
            Key::PageDown => self.at = (self.at + MAX_ROWS).min(last),
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            Key::Backspace => {
                self.typed.pop();
                self.fit();
            }
            // Ctrl-U clears the line, as a shell does.
            Key::Char('\u{15}') => {
                self.typed.clear();
                self.fit();
            }
            Key::Char(letter) if !letter.is_control() => {
                self.typed.push(letter);
                self.fit();
            }
            _ => {}
        }
        Pressed::GoesOn
    }

    fn fit(&mut self) {
        let fits = |(number, row): (usize, &Row)| Some((row.score(&self.typed)?, number));
        let mut fitting: Vec<_> = self.rows.iter().enumerate().filter_map(fits).collect();
        fitting.sort_unstable();
        self.fitting = fitting.into_iter().map(|(_, number)| number).collect();
        self.at = 0;
    }

    /// The lines that stand on the terminal now, none wider than it; each with its tone.
    pub(super) fn lines(&self, room: Room) -> Vec<(Tone, String)> {
        // The last column of a terminal wraps on some.
        let columns = room.columns.saturating_sub(1).max(20);
        let count = format!("{} of {}", self.fitting.len(), self.rows.len());
        let left = columns.saturating_sub(count.len() + 1);
        let typed = format!("{}: {}▌", self.prompt, self.typed);
        let head = pad_str(&truncate_str(&typed, left, "…"), left, console::Alignment::Left, None)
            .into_owned();
        let mut lines = vec![(Tone::Plain, format!("{head} {count}"))];
        let cells = self.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect());
        let shown = fitted(&COLUMNS, &widths(&COLUMNS, cells), columns - 2);
        let line = |mark: &str, cells: &[&str]| {
            let cells = shown.iter().map(|(at, width)| {
                let text = cut(cells[*at], *width);
                let blanks = width.saturating_sub(measure_text_width(&text));
                format!("{text}{}", " ".repeat(blanks))
            });
            format!("{mark} {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
        };
        let headings: Vec<&str> = COLUMNS.iter().map(|column| column.heading).collect();
        lines.push((Tone::Quiet, line(" ", &headings)));
        let height = room.lines.saturating_sub(AROUND + 1).clamp(1, MAX_ROWS);
        let first = self.at.saturating_sub(height - 1);
        for (place, number) in self.fitting.iter().enumerate().skip(first).take(height) {
            let row = &self.rows[*number];
            let mark = if place == self.at { ">" } else { " " };
            let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
            lines.push((row.tone, line(mark, &cells)));
        }
        let below = match self.fitting.get(self.at) {
            Some(number) => self.rows[*number].preview.as_str(),
            None => "no context fits; Backspace takes a letter back, Esc ends",
        };
        lines.push((Tone::Quiet, truncate_str(&format!("  {below}"), columns, "…").into_owned()));
        lines
    }
}

impl Row {
    /// How well it fits: each word that was typed stands in it, or its letters do in their order. Of
    /// two the one in which they stand further to the front; `None` where one does not.
    fn score(&self, typed: &str) -> Option<usize> {
        let text = self.cells.iter().chain(&self.found_by).map(String::as_str);
        let text = text.collect::<Vec<_>>().join(" ").to_lowercase();
        let words = typed.to_lowercase();
        words.split_whitespace().map(|word| place(word, &text)).sum()
    }
}

/// Where a word stands in a text; behind all of these, where its letters do.
fn place(word: &str, text: &str) -> Option<usize> {
    if let Some(at) = text.find(word) {
        return Some(at);
    }
    let mut rest = text.char_indices();
    let mut last = 0;
    for letter in word.chars() {
        last = rest.find(|(_, own)| *own == letter)?.0;
    }
    Some(text.len() + last)
}

#[cfg(test)]
mod tests {
    use super::{Key, Picking, Pressed, Room, Row, Tone, measure_text_width};

    fn rows(number: usize) -> Vec<Row> {
        let row = |number: usize| Row {
            cells: vec![
                String::new(),
                format!("contoso-{number}"),
                format!("person-{number}@contoso.example"),
                "72f00000-0000-4000-8000-000000000001".to_owned(),
                String::new(),
            ],
            preview: format!("Contoso {number} (an id) ").repeat(9),
            found_by: vec![format!("Sub {number}")],
            tone: Tone::Plain,
        };
        (0..number).map(row).collect()
    }

    fn typed(picking: &mut Picking<'_>, text: &str) {
        for letter in text.chars() {
            assert_eq!(picking.press(Key::Char(letter)), Pressed::GoesOn);
        }
    }

    #[test]
    fn words_and_letters_find_a_row_and_keys_move() {
        let rows = rows(40);
        for (text, wanted) in [
            ("contoso-7", Some(7)),
            ("PERSON-12@", Some(12)),
            ("sub 31", Some(31)),
            ("cnts39", Some(39)),
            ("31 contoso", Some(31)),
            ("nothing like it", None),
        ] {
            let mut picking = Picking::new("context", &rows);
            typed(&mut picking, text);
            let wanted = wanted.map_or(Pressed::GoesOn, Pressed::Chosen);
            assert_eq!(picking.press(Key::Enter), wanted, "{text}");
        }
        for (keys, wanted) in [
            (&[Key::ArrowDown, Key::ArrowDown][..], 2),
            (&[Key::ArrowUp], 39),
            (&[Key::End, Key::ArrowDown], 0),
            (&[Key::PageDown, Key::PageDown, Key::PageDown], 39),
            (&[Key::PageDown, Key::PageUp], 0),
            (&[Key::Char('7'), Key::Char('x'), Key::Backspace], 7),
            (&[Key::Char('7'), Key::Char('\u{15}'), Key::End], 39),
        ] {
            let mut picking = Picking::new("context", &rows);
            for key in keys {
                picking.press(key.clone());
            }
            assert_eq!(picking.press(Key::Enter), Pressed::Chosen(wanted), "{keys:?}");
        }
        for key in [Key::Escape, Key::CtrlC] {
            assert_eq!(Picking::new("context", &rows).press(key), Pressed::Ended);
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_the_row_stays_in_sight() {
        let rows = rows(40);
        for columns in [30, 80, 120, 200] {
            for lines in [5, 10, 24, 60] {
                let mut picking = Picking::new("context", &rows);
                for _ in 0..17 {
                    picking.press(Key::ArrowDown);
                }
                let shown = picking.lines(Room { columns, lines });
                assert!(shown.len() < lines.max(6), "{lines}: {}", shown.len());
                assert!(shown.iter().all(|(_, line)| measure_text_width(line) < columns));
                let marked = shown.iter().filter(|(_, line)| line.starts_with('>'));
                let marked: Vec<_> = marked.map(|(_, line)| line.clone()).collect();
                assert!(matches!(&*marked, [one] if one.contains("contoso-17")), "{marked:?}");
                typed(&mut picking, &"a long text ".repeat(20));
                let shown = picking.lines(Room { columns, lines });
                assert!(shown[0].1.ends_with("0 of 40"), "{}", shown[0].1);
                assert!(shown.iter().all(|(_, line)| measure_text_width(line) < columns));
            }
        }
    }
}
