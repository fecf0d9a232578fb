//! What one agent hands over to the next.

use crate::grants::Grants;
use crate::sessions::Sessions;
use crate::terminals::Tag;

/// What goes from one agent to the next.
pub(super) struct Heritage {
    pub(super) sessions: Sessions,
    pub(super) grants: Grants,
    /// Terminals and reach, which it counts with the keys alone: see `terminals.rs`.
    pub(super) terminals: (Vec<u8>, Tag),
}
