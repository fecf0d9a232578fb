//! The terminal: what is printed on it, and what is asked.

mod as_console;
pub(crate) mod bar;
pub(crate) mod clipboard;
pub(crate) mod columns;
pub(crate) mod picker;
pub(crate) mod prompt;
mod qr;
pub(crate) mod shell_language;
pub(crate) mod stdin_names;
mod table;
pub(crate) mod ui;
mod wrapped;
