//! What comes of giving something up.

/// Whether the kernel holds this process to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confined {
    /// It does.
    Yes,
    /// It has not what that takes, or was built or started without it.
    NotHere,
}

/// Whether this process still starts others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Programs {
    /// It does.
    Started,
    /// It does not.
    None,
}
