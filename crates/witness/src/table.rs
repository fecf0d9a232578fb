//! Tables of separated values whose first line has a credential's name among its columns.

use crate::leaf;
use crate::names::{Name, Sense, sense};
use crate::walk::Walk;

/// Longest line of column names.
const MAX_HEAD: usize = 4096;

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Whether the text is such a table.
pub(crate) fn is_table(text: &str) -> bool {
    let text = text.trim_start();
    let Some(separator) = separator(text.lines().next().unwrap_or_default()) else { return false };
    Rows { rest: text, line: 0 }.nth(1).is_some_and(|(_, row)| row.contains(separator))
}

/// Looks at each value under its column's name.
pub(crate) fn read(walk: &mut Walk<'_>, text: &str, first_line: usize) {
    let mut rows = Rows { rest: text, line: 0 }.skip_while(|(_, row)| row.trim().is_empty());
    let Some((_, head)) = rows.next() else { return };
    let Some(separator) = separator(head) else { return };
    let columns = cells(head, separator);
    for (number, row) in rows {
        let mark = walk.enter_number("line", first_line + number);
        for (at, cell) in cells(row, separator).into_iter().enumerate() {
            leaf::read(walk, Name::new(columns.get(at).copied().unwrap_or_default()), cell);
        }
        walk.leave(mark);
    }
}

/// Longest cell of several lines; a quote that is open longer closes nothing.
const MAX_CELL: usize = 16 * 1024;

/// Rows with the number of their first line: a line break inside quotes ends none.
struct Rows<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Iterator for Rows<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut end, mut lines, mut quotes) = (0, 0, 0);
        let mut first = 0;
        for line in self.rest.split_inclusive('\n') {
            end += line.len();
            lines += 1;
            quotes += line.bytes().filter(|byte| *byte == b'"').count();
            first = if lines == 1 { end } else { first };
            if quotes % 2 == 0 || end > MAX_CELL {
                break;
            }
        }
        if quotes % 2 == 1 {
            (end, lines) = (first, 1);
        }
        let (row, rest) = self.rest.split_at(end);
        let number = self.line;
        self.line += lines;
        self.rest = rest;
        Some((number, row.trim_end_matches(['\r', '\n'])))
    }
}

/// The separator of a first line that is names alone, one of them a credential's.
fn separator(head: &str) -> Option<char> {
    // The first line of a document can be all of it.
    if head.len() > MAX_HEAD {
        return None;
    }
    let separator = SEPARATORS.into_iter().find(|separator| head.contains(*separator))?;
    let names = cells(head, separator);
    let is_name = |name: &&str| {
        (1..=64).contains(&name.len())
            && name.chars().all(|c| c.is_alphanumeric() || "_- .".contains(c))
    };
    let says = |name: &&str| matches!(sense(name), Sense::Credential | Sense::Weak);
    (names.len() >= 2 && names.iter().all(is_name) && names.iter().any(says)).then_some(separator)
}

/// The cells of a line, without the quotes around them.
fn cells(line: &str, separator: char) -> Vec<&str> {
    let mut cells = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                cells.push(line[start..at].trim().trim_matches('"'));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    cells.push(line[start..].trim().trim_matches('"'));
    cells
}
