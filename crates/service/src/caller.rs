//! On whose behalf a request is answered, where that is not this process itself.

use std::path::PathBuf;
use std::sync::Arc;

use azvault_agent::SessionStore;
use azvault_model::Secret;
use azvault_vault::Actor;

use crate::app::ContextOverride;
use crate::endpoint::reach::Reach;

/// A process that asks the agent. What is not in its request, and what the kernel does not say of it,
/// is not looked up: the agent has no environment.
pub struct Caller {
    /// Who did it, in the audit log.
    pub actor: Actor,
    /// The context that was given for this one request.
    pub context: Option<ContextOverride>,
    /// The handle of the session that its environment names.
    pub session: Option<Secret>,
    /// Where that session would be.
    pub sessions: Arc<dyn SessionStore>,
    pub places: Places,
    /// Whom the endpoint serves that is around it, if there is one.
    pub reach: Option<Reach>,
}

/// Folders and files of the user whose agent it is.
#[derive(Clone)]
pub struct Places {
    /// Where this machine remembers how far each vault has come.
    pub anchors: PathBuf,
    /// The user's own policy.
    pub user_policy: Option<PathBuf>,
}
