//! Who is at the other end.

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A process of this user. Its number is 0 where it is in another container.
    SameUser {
        /// The process id.
        pid: u32,
    },
    /// Another user's, root's as well; or the system does not say.
    Other,
}
