//! What is waited for of something.

/// What is waited for. That the other end is gone is always said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Something can be read, a caller comes, a process has ended.
    Read,
    /// Something can be written.
    Write,
    /// Nothing else.
    Nothing,
}
