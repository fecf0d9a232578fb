//! What a process can be told from outside.

/// What a process can be told from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Its user is gone, or wants it to forget what it holds.
    HangUp,
    /// It is interrupted at the terminal.
    Interrupt,
    /// It is to end.
    End,
    /// A file has grown to the limit of the process: the write has failed, and that is all.
    FileLimit,
}
