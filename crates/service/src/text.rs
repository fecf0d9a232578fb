//! Text from outside as it may be shown: a name, a path, a number with its word.

use std::fmt::Write as _;
use std::path::Path;

/// Text of a file as it may be shown: control characters, terminal escapes and marks that turn
/// the direction of writing become visible `\u{…}`.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
        if hidden {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// A name as it may be shown in a sentence: in quotes, so that blanks and the empty one are seen.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", shown(name))
}

/// Longest name from a service that is shown, in characters.
const MAX_CITED: usize = 100;

/// A name that a service gave, as it may be shown in a sentence: in quotes that it cannot close, and
/// no longer than a name is.
pub fn cited(name: &str) -> String {
    let name = name.replace('"', "'");
    match name.char_indices().nth(MAX_CITED) {
        Some((end, _)) => quoted(&format!("{}…", &name[..end])),
        None => quoted(&name),
    }
}

/// A path as it may be shown.
pub fn shown_path(path: &Path) -> String {
    shown(&path.display().to_string())
}

/// `1 file`, `2 files`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::{MAX_CITED, cited, count, shown};

    #[test]
    fn what_a_terminal_would_obey_is_made_visible() {
        for (text, safe) in [
            ("prød/東京 \"quoted\" 😀", "prød/東京 \"quoted\" 😀"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("line\nbreak\t\u{7}", "line\\u{a}break\\u{9}\\u{7}"),
            ("\u{9b}31m", "\\u{9b}31m"),
        ] {
            assert_eq!(shown(text), safe);
        }
    }

    #[test]
    fn a_name_of_a_service_stays_in_its_quotes() {
        for (name, safe) in [
            ("Sub 1", "\"Sub 1\""),
            ("", "\"\""),
            ("a\" is active; try: b", "\"a' is active; try: b\""),
            ("a\nb", "\"a\\u{a}b\""),
        ] {
            assert_eq!(cited(name), safe);
        }
        let long = cited(&"ä".repeat(5000));
        assert_eq!(long.chars().count(), MAX_CITED + 3);
    }

    #[test]
    fn numbers_agree_with_their_words() {
        assert_eq!((count(1, "file"), count(0, "file")), ("1 file".into(), "0 files".into()));
    }
}
