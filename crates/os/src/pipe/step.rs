//! How far reading and writing went.

/// How far it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many bytes were read or written.
    Moved(usize),
    /// None at the moment.
    Waits,
    /// None any more.
    Over,
}
