//! Shells whose language azvault writes.

use clap::ValueEnum;

/// Shells whose language azvault writes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Nu,
    Pwsh,
}
