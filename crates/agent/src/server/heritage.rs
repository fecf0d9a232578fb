//! What one agent hands over to the next.

use crate::grants::Grants;
use crate::hold::Reach;
use crate::sessions::Sessions;
use crate::terminals::Terminals;

/// What goes from one agent to the next.
pub(super) struct Heritage {
    pub(super) sessions: Sessions,
    pub(super) grants: Grants,
    pub(super) terminals: Terminals,
    /// Whom it answered.
    pub(super) reach: Reach,
}
