//! Text: keys in PEM, markup, tables, JSON wherever it begins, and lines.

use crate::json::{self, Soundness};
use crate::names::Name;
use crate::pem::{self, Part};
use crate::walk::{As, Walk};
use crate::{lines, markup, table};

/// Looks into text.
pub(crate) fn read(walk: &mut Walk<'_>, name: Name, text: &str) {
    let text = text.trim_matches(['\u{feff}', '\0']);
    if text.is_empty() || walk.is_known(text, name, As::Text) {
        return;
    }
    if markup::is_markup(text) {
        return markup::read(walk, text);
    }
    let mut line = 1;
    for part in pem::parts(text) {
        match part {
            Part::Plain(plain) => {
                if table::is_table(plain) {
                    table::read(walk, plain, line);
                } else {
                    plain_text(walk, name, plain, line);
                }
                line += count_lines(plain);
            }
            Part::Block(block) => {
                let mark = (line > 1).then(|| walk.enter_number("line", line));
                pem::judge(walk, block);
                mark.into_iter().for_each(|mark| walk.leave(mark));
                line += count_lines(block);
            }
        }
    }
}

/// JSON wherever it begins, and lines between.
fn plain_text(walk: &mut Walk<'_>, name: Name, text: &str, first_line: usize) {
    let (mut at, mut line) = (0, first_line);
    let is_one = first_line == 1 && !text.trim_end().contains('\n');
    let number = |line: usize| (!is_one).then_some(line);
    while let Some(start) = json_start(text, at) {
        lines::read(walk, name, &text[at..start], number(line));
        line += count_lines(&text[at..start]);
        let is_whole = first_line == 1 && text[..start].trim().is_empty();
        let mark = (!is_whole).then(|| walk.enter_number("line", line));
        let scanned = json::read(walk, name, &text[start..]);
        mark.into_iter().for_each(|mark| walk.leave(mark));
        let end = start + scanned.end;
        if scanned.soundness == Soundness::Damaged {
            // Where the structure is lost, names and values still stand beside each other.
            lines::read(walk, name, &text[start..end], number(line));
        }
        line += count_lines(&text[start..end]);
        at = end;
    }
    lines::read(walk, name, &text[at..], number(line));
}

/// Where an object or array of JSON may begin.
fn json_start(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(found) = memchr::memchr2(b'{', b'[', &bytes[at..]) {
        let start = at + found;
        let mut inside = bytes[start + 1..].iter().skip_while(|byte| byte.is_ascii_whitespace());
        let next = inside.next();
        let is_json = match bytes[start] {
            b'{' => matches!(next, Some(b'"' | b'\'' | b'}')),
            _ => matches!(next, Some(b'"' | b'{' | b'[')),
        };
        if is_json {
            return Some(start);
        }
        at = start + 1;
    }
    None
}

fn count_lines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}
