//! Words in lines.

/// A text in lines that are no longer than that, where a blank allows it.
pub(super) fn wrapped(text: &str, room: Option<usize>) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let length = |text: &str| text.chars().count();
        let line = lines.last().map_or(0, |line| length(line));
        let is_full = room.is_some_and(|room| line > 0 && line + 1 + length(word) > room);
        match lines.last_mut() {
            Some(line) if !is_full && line.is_empty() => line.push_str(word),
            Some(line) if !is_full => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn words_are_broken_at_blanks_and_paths_never() {
        let text = "3 tokens in /a/long/path/of/a/file here";
        let lines = wrapped(text, Some(12));
        assert_eq!(lines, ["3 tokens in", "/a/long/path/of/a/file", "here"]);
        assert_eq!(wrapped(text, None), [text]);
    }
}
