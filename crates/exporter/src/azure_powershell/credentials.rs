//! Whether credentials go into the file.

/// `-WithCredential`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Service principals' secrets and passwords of certificates are written.
    With,
    /// They are left out; a service principal of the file cannot sign in elsewhere.
    Without,
}
