//! What comes of opening, naming and replacing files.

/// Whether something may be at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nothing is there, and what comes there meanwhile stays.
    Nothing,
    /// What is there goes.
    Whatever,
}

/// What came of naming a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// It has the name now.
    Done,
    /// Another one has it.
    Taken,
    /// The file system cannot name one that has none.
    Unsupported,
}

/// Why something was not opened, where the kind of an error does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is there.
    NotThere,
    /// A symbolic link, which was not to be followed.
    Link,
    /// A socket, or a device without a driver.
    Special,
    /// A file where a folder was wanted.
    NotAFolder,
    /// Anything else.
    Other,
}
