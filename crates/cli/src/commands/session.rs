//! `azvault session`

pub(crate) mod check;
pub(crate) mod end;
mod needed;
pub(crate) mod show;
pub(crate) mod start;

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
