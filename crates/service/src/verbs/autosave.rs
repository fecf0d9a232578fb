//! The autosave mode: what it is, and setting it.

use azvault_model::rules::autosave::{AutosaveSource, DEFAULT_SCOPE};
use azvault_model::{AutosaveMode, Scope};
use azvault_vault::{Problem, Settings};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::session::Session;
use crate::{policy, session};

/// The mode in force, and why.
#[derive(Serialize, Deserialize)]
pub struct ShowAutosave {}

/// Sets the mode, for the user or for this session.
#[derive(Serialize, Deserialize)]
pub struct SetAutosave {
    pub mode: AutosaveMode,
    /// The usual one, if none is named.
    pub scope: Option<Scope>,
}

/// What holds now.
#[derive(Serialize, Deserialize)]
pub struct Autosave {
    pub mode: AutosaveMode,
    pub because: AutosaveSource,
    /// What is set for this session.
    pub session: Option<AutosaveMode>,
    /// What is stored in the vault.
    pub user: Option<AutosaveMode>,
}

impl Message for ShowAutosave {}

impl Message for SetAutosave {}

impl Message for Autosave {}

impl Autosave {
    pub(super) fn of(contexts: &Contexts) -> Self {
        let (mode, because) = contexts.autosave();
        let (session, user) = (contexts.own().autosave, contexts.vault.settings.autosave);
        Self { mode, because, session, user }
    }
}

impl Verb for ShowAutosave {
    const NAME: &'static str = "autosave show";
    type Reply = Autosave;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<Autosave, Failure> {
        Ok(Autosave::of(&open.contexts))
    }
}

impl Verb for SetAutosave {
    const NAME: &'static str = "autosave set";
    type Reply = Autosave;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Autosave, Failure> {
        let Self { mode, scope } = self;
        if mode == AutosaveMode::CurrentUser {
            policy::keep(app)?;
        }
        match scope.unwrap_or(DEFAULT_SCOPE) {
            Scope::Process => {
                let needed = || session::none("a mode of process scope ends with its session");
                set_in(open.contexts.session.as_mut().ok_or_else(needed)?, Some(mode))?;
            }
            Scope::User => {
                let written = open.vault.write(|writing| -> Result<(), Problem> {
                    let settings = Settings { autosave: Some(mode), ..writing.settings() };
                    writing.put_settings(&settings).map(drop)
                });
                written?;
                open.refresh(app)?;
                // As in Azure PowerShell: what is set for the user holds in this session too.
                if let Some(session) = open.contexts.session.as_mut() {
                    set_in(session, None)?;
                }
            }
        }
        Ok(Autosave::of(&open.contexts))
    }
}

fn set_in(session: &mut Session, mode: Option<AutosaveMode>) -> Result<(), Failure> {
    session.update(|state| {
        state.autosave = mode;
        Ok(())
    })
}
