//! The terminal: what is printed on it, and what is asked.

pub(crate) mod bar;
pub(crate) mod columns;
pub(crate) mod picker;
pub(crate) mod prompt;
pub(crate) mod shell_language;
pub(crate) mod stdin_names;
mod table;
pub(crate) mod ui;
mod wrapped;
