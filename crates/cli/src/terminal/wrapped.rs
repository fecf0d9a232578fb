//! Words in lines.

use console::measure_text_width;

/// A text in lines that are no longer than that, where a blank allows it.
pub(super) fn wrapped(text: &str, room: Option<usize>) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
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

/// A remark in lines. A command stays whole, so that it can be copied: that of an indented line, and one that
/// the remark ends with, which begins a line of its own where it does not fit.
pub(super) fn remark(text: &str, room: Option<usize>) -> Vec<String> {
    if text.starts_with(' ') {
        return vec![text.to_owned()];
    }
    let Some((words, command)) = text.split_once(": azvault ") else { return wrapped(text, room) };
    let mut lines = wrapped(&format!("{words}:"), room);
    let command = format!("azvault {command}");
    match lines.last_mut() {
        Some(line) if room.is_none_or(|room| length(line) + 1 + length(&command) <= room) => {
            line.push(' ');
            line.push_str(&command);
        }
        _ => lines.push(command),
    }
    lines
}

fn length(text: &str) -> usize {
    measure_text_width(text)
}

#[cfg(test)]
mod tests {
    use super::{remark, wrapped};

    #[test]
    fn words_are_broken_at_blanks_and_paths_never() {
        let text = "3 tokens in /a/long/path/of/a/file here";
        let lines = wrapped(text, Some(12));
        assert_eq!(lines, ["3 tokens in", "/a/long/path/of/a/file", "here"]);
        assert_eq!(wrapped(text, None), [text]);
    }

    #[test]
    fn a_command_at_the_end_stays_whole() {
        let text = "To remove them: azvault migrate clean 6bfffa870ee8f5e0";
        let command = "azvault migrate clean 6bfffa870ee8f5e0";
        assert_eq!(remark(text, Some(30)), ["To remove them:", command]);
        assert_eq!(remark(text, Some(12)), ["To remove", "them:", command]);
        assert_eq!(remark(text, Some(54)), [text]);
        assert_eq!(remark(text, None), [text]);
        assert_eq!(remark("  azvault connect", Some(9)), ["  azvault connect"]);
        // Colour takes no room.
        assert_eq!(remark("\u{1b}[33mab\u{1b}[0m cd", Some(5)), ["\u{1b}[33mab\u{1b}[0m cd"]);
    }
}
