//! Tables of separated values whose first line has a credential's name among its columns.

use crate::leaf;
use crate::names::{Name, Sense, sense};
use crate::walk::Walk;

/// Longest line of column names.
const MAX_HEAD: usize = 4096;

const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Whether the text is such a table.
pub(crate) fn is_table(text: &str) -> bool {
    let mut lines = text.trim_start().lines();
    let Some(head) = lines.next() else { return false };
    let Some(separator) = separator(head) else { return false };
    lines.next().is_some_and(|row| row.contains(separator))
}

/// Looks at each value under its column's name.
pub(crate) fn read(walk: &mut Walk<'_>, text: &str, first_line: usize) {
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| line.trim().is_empty());
    let Some((_, head)) = lines.next() else { return };
    let Some(separator) = separator(head) else { return };
    let columns = cells(head, separator);
    for (number, line) in lines {
        let mark = walk.enter_number("line", first_line + number);
        for (at, cell) in cells(line, separator).into_iter().enumerate() {
            leaf::read(walk, Name::new(columns.get(at).copied().unwrap_or_default()), cell);
        }
        walk.leave(mark);
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
