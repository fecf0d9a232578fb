//! Words of a command line, as shells and PowerShell split them: enough for options, assignments
//! and quoted values.

use std::borrow::Cow;

/// One word, without the quotes.
pub(super) struct Word<'a> {
    pub(super) text: Cow<'a, str>,
}

/// The words of a line. A quote that is never closed ends with the line.
pub(super) fn words(line: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut rest = line.trim_start_matches(is_between);
    while !rest.is_empty() {
        let (word, after) = next(rest);
        found.push(word);
        rest = after.trim_start_matches(is_between);
    }
    found
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '|' | '&')
}

fn next(text: &str) -> (Word<'_>, &str) {
    let mut quote = None;
    let mut quoted = false;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => (quote, quoted) = (Some(c), true),
            None if is_between(c) => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let (word, rest) = text.split_at(end);
    let text = if quoted { Cow::Owned(word.replace(['\'', '"'], "")) } else { Cow::Borrowed(word) };
    (Word { text }, rest)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_split_at_blanks_and_ends_of_commands() {
        for (line, wanted) in [
            ("a  b\tc", vec!["a", "b", "c"]),
            ("a 'b c' \"d\"", vec!["a", "b c", "d"]),
            ("A='b c' d", vec!["A=b c", "d"]),
            ("a;b|c && d", vec!["a", "b", "c", "d"]),
            ("a 'b c", vec!["a", "b c"]),
            ("", vec![]),
            ("   ", vec![]),
        ] {
            let found: Vec<_> =
                words(line).into_iter().map(|word| word.text.into_owned()).collect();
            assert_eq!(found, wanted, "{line}");
        }
    }
}
