//! What a shell's prompt shows.

use azvault_model::rules::active::ActiveSource;
use azvault_model::rules::sign_in::SignIn;
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
    /// What is known of the sign-in of its account.
    pub sign_in: Option<SignIn>,
}

impl Message for Prompt {}

impl Message for PromptReply {}

impl Verb for Prompt {
    const NAME: &'static str = "prompt";
    type Reply = PromptReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<PromptReply, Failure> {
        let contexts = &open.contexts;
        let (active, because) = contexts.active()?;
        let scope = match because {
            ActiveSource::Default => Scope::User,
            ActiveSource::Option | ActiveSource::Variable | ActiveSource::Session => Scope::Process,
        };
        let context = active.and_then(|name| contexts.find(name)).map(|seen| seen.context);
        let mark = context.and_then(|context| context.labels.mark);
        let autosave = contexts.autosave().0;
        let sign_in = context.and_then(|context| contexts.sign_in(context, app.now()));
        Ok(PromptReply { context: active.cloned(), scope, autosave, mark, sign_in })
    }
}
