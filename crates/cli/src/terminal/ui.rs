//! The only file that prints.
//!
//! stdout is the answer and nothing else; all the rest goes to stderr. Text that comes from a
//! file is escaped before it reaches a terminal: a context's name can hold anything. Colour means
//! something or is not there.

use std::io::{IsTerminal, Write as _};

use anstyle::{AnsiColor, Style};
use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_service::text::shown;
use console::Term;

use super::columns::{self, Column};
use super::prompt;
use super::qr::{self, Room};
use super::shell_language::in_this_shell;
use super::table;
use super::wrapped::{remark, wrapped};
use crate::exit_code;
use crate::options::{Color, Global, Output};
use crate::output::form::Form;

/// Where and how to print.
pub(crate) struct Ui {
    pub(crate) output: Output,
    form: Form,
    answers: Answers,
    loudness: Loudness,
    color_out: Colored,
    color_err: Colored,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loudness {
    Quiet,
    Normal,
    Verbose,
}

/// Where answers go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    ToOutput,
    ToPerson,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Colored {
    Yes,
    No,
}

/// What a word means; colour follows from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
    Quiet,
}

impl Ui {
    pub(crate) fn new(global: &Global) -> Self {
        let colored = |is_terminal: bool| match global.color {
            Color::Always => Colored::Yes,
            Color::Never => Colored::No,
            Color::Auto if paths::no_color() => Colored::No,
            Color::Auto if paths::force_color() || is_terminal => Colored::Yes,
            Color::Auto => Colored::No,
        };
        let loudness = match (global.quiet, global.verbose) {
            (true, _) => Loudness::Quiet,
            (false, 0) => Loudness::Normal,
            (false, _) => Loudness::Verbose,
        };
        let form = Form::new(global);
        Self {
            output: form.output(),
            form,
            answers: Answers::ToOutput,
            loudness,
            color_out: colored(std::io::stdout().is_terminal()),
            color_err: colored(std::io::stderr().is_terminal()),
        }
    }

    /// One whose answers are remarks for the person: stdout is for another answer.
    pub(crate) fn beside_the_answer(global: &Global) -> Self {
        let ui = Self::new(global);
        Self { answers: Answers::ToPerson, color_out: ui.color_err, ..ui }
    }

    /// Whether what goes to stderr may have colour.
    pub(crate) fn is_colored(&self) -> bool {
        self.color_err == Colored::Yes
    }

    /// One line of the answer.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        self.raw(format!("{}\n", text.as_ref()).as_bytes());
    }

    /// One line of the answer, for people.
    pub(crate) fn toned_line(&self, tone: Tone, text: impl AsRef<str>) {
        self.line(paint(self.color_out, tone, text.as_ref()));
    }

    /// Bytes of the answer as they are: a JSON document, a completion script, a secret that was
    /// asked for. A reader that has gone away ends the command as it ends `cat`; an answer that a
    /// full disk cut short is none.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        if self.answers == Answers::ToPerson {
            if self.loudness >= Loudness::Normal {
                let _ = std::io::stderr().lock().write_all(bytes);
            }
            return;
        }
        // The standard library's own stdout keeps a copy of what has no line's end yet: a secret.
        match azvault_os::console::write_output(bytes) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
            Err(e) => {
                let failure = Failure::new(Kind::Other, format!("the answer was not written: {e}"));
                self.failure(&failure.hint("what the command changed is changed: azvault status"));
                std::process::exit(exit_code::number(Kind::Other).into());
            }
        }
    }

    /// One document, in the form that was asked for: nothing where it cannot have it.
    pub(crate) fn json(&self, document: &impl serde::Serialize) {
        match self.form.text(document) {
            Ok(text) => self.raw(text.as_bytes()),
            Err(why) => {
                let what = format!("the answer is not printed: {why}");
                let hint = "what the command changed is changed: azvault status";
                self.failure(&Failure::new(Kind::Usage, what).hint(hint));
                std::process::exit(exit_code::number(Kind::Usage).into());
            }
        }
    }

    /// A table for people, or tab-separated values without heading.
    pub(crate) fn table(&self, headings: &[&str], rows: &[Vec<Cell>]) {
        if self.output == Output::Tsv {
            let mut text = String::new();
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| tsv(&cell.text)).collect();
                text.push_str(&cells.join("\t"));
                text.push('\n');
            }
            self.raw(text.as_bytes());
            return;
        }
        // Without a terminal there is no width to fit: a pipe gets each row on one line.
        self.print_table(headings, rows, terminal_width());
    }

    fn print_table(&self, headings: &[&str], rows: &[Vec<Cell>], width: Option<usize>) {
        let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        let cells = rows.iter().map(|row| row.iter().map(|cell| shown(&cell.text)).collect());
        let cells: Vec<Vec<String>> = std::iter::once(headings).chain(cells).collect();
        let paint = |row: usize, column: usize, piece: &str| {
            let below = row.checked_sub(1).and_then(|row| rows.get(row));
            let cell = below.map_or(Some(Tone::Quiet), |row| row.get(column).map(|cell| cell.tone));
            paint(self.color_out, cell.unwrap_or(Tone::Plain), piece)
        };
        self.raw(table::lines(&cells, width, paint).as_bytes());
    }

    /// A table of columns that know what they give up where the terminal is narrow. Each row is a line.
    pub(crate) fn columns(&self, columns: &[Column], rows: Vec<Vec<Cell>>) {
        let headings: Vec<&str> = columns.iter().map(|column| column.heading).collect();
        let Some(room) = terminal_width().filter(|_| self.output != Output::Tsv) else {
            return self.table(&headings, &rows);
        };
        let shown: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| shown(&cell.text)).collect()).collect();
        let texts = shown.iter().map(|row| row.iter().map(String::as_str).collect());
        let fitted = columns::fitted(columns, &columns::widths(columns, texts), room);
        let row = |(texts, cells): (Vec<String>, Vec<Cell>)| {
            let cell = |(at, width): &(usize, usize)| Cell {
                text: columns::cut(&texts[*at], *width),
                tone: cells[*at].tone,
            };
            fitted.iter().map(cell).collect()
        };
        let rows: Vec<Vec<Cell>> = shown.into_iter().zip(rows).map(row).collect();
        let headings: Vec<&str> = fitted.iter().map(|(at, _)| headings[*at]).collect();
        self.print_table(&headings, &rows, None);
    }

    /// As [`Ui::columns`], with nothing shortened or left out, however narrow the terminal is.
    pub(crate) fn wide_columns(&self, columns: &[Column], rows: &[Vec<Cell>]) {
        let headings: Vec<&str> = columns.iter().map(|column| column.heading).collect();
        match self.output {
            Output::Tsv => self.table(&headings, rows),
            _ => self.print_table(&headings, rows, None),
        }
    }

    /// Whether the answer goes to a person's terminal and not to a file or program.
    pub(crate) fn is_on_terminal(&self) -> bool {
        self.output == Output::Table && terminal_width().is_some()
    }

    /// Lines of a few columns, of which the last is never cut or broken, each with words below it
    /// that are broken between words where the terminal ends.
    pub(crate) fn listing(&self, headings: &[&str], items: &[(Vec<Cell>, Vec<String>)]) {
        let mut widths: Vec<usize> = headings.iter().map(|heading| heading.len()).collect();
        for (cells, _) in items {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(shown(&cell.text).chars().count());
            }
        }
        let last = widths.pop().map_or(0, |_| widths.len());
        let indent = widths.iter().map(|width| width + GAP).sum::<usize>();
        let mut text = String::new();
        let mut row = |cells: &mut dyn Iterator<Item = (Tone, String)>| {
            for (at, (tone, words)) in cells.enumerate() {
                let pad = widths
                    .get(at)
                    .map_or(0, |width| (width + GAP).saturating_sub(words.chars().count()));
                text.push_str(&paint(self.color_out, tone, &words));
                text.push_str(&" ".repeat(if at < last { pad } else { 0 }));
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        };
        row(&mut headings.iter().map(|heading| (Tone::Quiet, (*heading).to_owned())));
        let room = terminal_width().map(|width| width.saturating_sub(indent).max(MIN_ROOM));
        for (cells, below) in items {
            row(&mut cells.iter().map(|cell| (cell.tone, shown(&cell.text))));
            for line in below.iter().flat_map(|words| wrapped(&shown(words), room)) {
                // An address cannot be broken: it begins further left where it would not fit.
                let spare = |width: usize| width.saturating_sub(line.chars().count());
                let indent = terminal_width().map_or(indent, |width| indent.min(spare(width)));
                row(&mut std::iter::once((Tone::Plain, format!("{}{line}", " ".repeat(indent)))));
            }
        }
        self.raw(text.as_bytes());
    }

    /// Words of the answer, broken between words where the terminal ends.
    pub(crate) fn paragraph(&self, tone: Tone, words: &str) {
        for line in wrapped(words, terminal_width()) {
            self.toned_line(tone, line);
        }
    }

    /// A text of a tone, as stderr shows it.
    pub(crate) fn painted(&self, tone: Tone, text: &str) -> String {
        paint(self.color_err, tone, text)
    }

    /// A remark for the person, on stderr.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        if self.loudness >= Loudness::Normal {
            say(text.as_ref());
        }
    }

    /// What the person should not miss, on stderr.
    pub(crate) fn warning(&self, text: impl AsRef<str>) {
        if self.loudness >= Loudness::Normal {
            let word = paint(self.color_err, Tone::Warning, "warning:");
            say(&format!("{word} {}", text.as_ref()));
        }
    }

    /// What happens inside, for `-v`. Places and our own words, never a value.
    pub(crate) fn detail(&self, text: impl AsRef<str>) {
        if self.loudness >= Loudness::Verbose {
            say(&paint(self.color_err, Tone::Quiet, text.as_ref()));
        }
    }

    /// A secret that is shown once, on stderr, whatever the loudness: it cannot be had again.
    pub(crate) fn once(&self, what: &str, secret: &[u8]) {
        let mut err = std::io::stderr().lock();
        let heading = paint(self.color_err, Tone::Warning, what);
        let _ = writeln!(err, "\n{heading}:\n");
        let _ = err.write_all(b"    ").and_then(|()| err.write_all(secret));
        let _ = err.write_all(b"\n\n");
    }

    /// A failure: what, why, the next command.
    pub(crate) fn failure(&self, failure: &Failure) {
        let word = if failure.kind == Kind::Findings { "found:" } else { "error:" };
        say(&format!("{} {}", paint(self.color_err, Tone::Bad, word), failure.what));
        if let Some(hint) = &failure.hint {
            // It is to be copied: its line is not broken.
            let word = paint(self.color_err, Tone::Good, "try:");
            let _ = writeln!(std::io::stderr().lock(), "{word} {}", in_this_shell(hint));
        }
    }

    /// An address as a picture for the camera of a phone, where that fits.
    pub(super) fn picture(&self, address: &str) {
        let is_for_people = self.output != Output::Json && self.is_colored();
        let Some(size) = Term::stderr().size_checked().filter(|_| is_for_people) else { return };
        let room = Room { lines: size.0.into(), columns: size.1.into() };
        for line in qr::lines(address, room).unwrap_or_default() {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }

    pub(super) fn draws_progress(&self) -> bool {
        self.loudness >= Loudness::Normal
            && std::io::stderr().is_terminal()
            && !paths::dumb_terminal()
    }
}

/// Words on stderr, broken between words. Where nobody can be told, the command goes on all the same.
pub(super) fn say(text: &str) {
    for line in text.lines().flat_map(|line| remark(line, prompt::room())) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}

/// Blanks between two columns of a listing.
const GAP: usize = 2;

/// Least room for words, however narrow the terminal is.
const MIN_ROOM: usize = 30;

/// Columns of the terminal that the answer goes to; `None` if it goes elsewhere.
fn terminal_width() -> Option<usize> {
    let size = Term::stdout().size_checked()?;
    std::io::stdout().is_terminal().then_some(usize::from(size.1))
}

/// One cell of a table.
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

/// A cell of plain text.
pub(crate) fn cell(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: Tone::Plain }
}

/// A cell whose text means something.
pub(crate) fn toned(tone: Tone, text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone }
}

pub(crate) fn tsv(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn paint(colored: Colored, tone: Tone, text: &str) -> String {
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
        Tone::Warning => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        Tone::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
        Tone::Quiet => Style::new().dimmed(),
    };
    if colored == Colored::No { text.to_owned() } else { format!("{style}{text}{style:#}") }
}

#[cfg(test)]
mod tests {
    use super::tsv;

    #[test]
    fn a_tab_in_a_value_does_not_make_a_column() {
        assert_eq!(tsv("a\tb\\c\n"), "a\\tb\\\\c\\n");
    }
}
