//! What a shell's prompt shows.

use azvault_model::rules::active::ActiveSource;
use azvault_model::rules::sign_in::{SignIn, SignIns};
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
    /// What is known of the sign-in of its account; `None` in a vault so large that a prompt would wait.
    pub sign_in: Option<SignIn>,
}

/// The most contexts and secrets that are looked through while a prompt waits.
const MAX_LOOKED_THROUGH: usize = 5_000;

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
        let mark = active.and_then(|name| contexts.find(name)?.context.labels.mark);
        let autosave = contexts.autosave().0;
        let vault = &contexts.vault;
        let is_small = vault.contexts.len() + vault.secrets.len() <= MAX_LOOKED_THROUGH;
        let sign_in = active.filter(|_| is_small).and_then(|name| {
            let accounts = contexts.accounts();
            let sign_ins = SignIns::of(&accounts, contexts.descriptions());
            sign_ins.of_context(contexts.find(name)?.context, app.now())
        });
        Ok(PromptReply { context: active.cloned(), scope, autosave, mark, sign_in })
    }
}
