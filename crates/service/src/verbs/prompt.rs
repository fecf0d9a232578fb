//! What a shell's prompt shows.

use azvault_model::rules::active::ActiveSource;
use azvault_model::{AutosaveMode, ContextName, Mark, Scope};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;

/// Which context is active, and what else a prompt has room for.
#[derive(Serialize, Deserialize)]
pub struct Prompt {}

/// What a prompt has room for.
#[derive(Serialize, Deserialize)]
pub struct PromptReply {
    /// The active context; `None` where none is.
    pub context: Option<ContextName>,
    /// Where the choice lives.
    pub scope: Scope,
    pub autosave: AutosaveMode,
    /// How the active context is marked.
    pub mark: Option<Mark>,
}

impl Message for Prompt {}

impl Message for PromptReply {}

impl Verb for Prompt {
    const NAME: &'static str = "prompt";
    type Reply = PromptReply;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<PromptReply, Failure> {
        let contexts = &open.contexts;
        let (active, because) = contexts.active()?;
        let scope = match because {
            ActiveSource::Default => Scope::User,
            ActiveSource::Option | ActiveSource::Variable | ActiveSource::Session => Scope::Process,
        };
        let mark = active.and_then(|name| contexts.find(name)?.context.labels.mark);
        let autosave = contexts.autosave().0;
        Ok(PromptReply { context: active.cloned(), scope, autosave, mark })
    }
}
