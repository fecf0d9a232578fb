//! Which format is this? The only place that guesses.
use crate::Format;

/// The format of a file, by content first, by name where content says nothing.
pub fn recognise(_bytes: &[u8], _file_name: &str) -> Format {
    Format::NotAContextFile
}
