//! What a person pastes into a shell: one text as one word, whatever is in it.

use std::path::Path;

use crate::text::shown;

/// A text as one word.
pub fn shell_word(text: &str) -> String {
    let text = shown(text);
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A path as one word.
pub fn shell_path(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{shell_path, shell_word};

    #[test]
    fn a_text_or_path_in_a_command_is_one_word() {
        for (text, typed) in [
            ("/home/kim/vault.db", "/home/kim/vault.db"),
            ("/home/my data/vault.db", "'/home/my data/vault.db'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)", "'$(reboot)'"),
            ("~kim", "'~kim'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(text), typed);
            assert_eq!(shell_path(Path::new(text)), typed);
        }
    }
}
