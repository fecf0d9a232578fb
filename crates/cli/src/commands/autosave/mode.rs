//! The mode in force: setting it, and saying what it is.

use azvault_model::rules::autosave::DEFAULT_SCOPE;
use azvault_model::{AutosaveMode, Scope};
use azvault_service::contexts::Contexts;
use azvault_service::failure::Failure;
use azvault_service::opening::Opener;
use azvault_service::policy;
use azvault_service::session;
use azvault_service::session::Session;
use azvault_vault::{Problem, Settings};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::change::ScopeOption;
use crate::output::documents::SCHEMA;

#[derive(Serialize)]
pub(super) struct Document {
    schema: u8,
    mode: &'static str,
    because: &'static str,
    session: Option<&'static str>,
    user: Option<&'static str>,
}

/// Sets the mode for the user, or for this session, and says what holds now.
pub(super) fn set(app: &App, mode: AutosaveMode, scope: &ScopeOption) -> Exit {
    if mode == AutosaveMode::CurrentUser {
        policy::keep(app)?;
    }
    let mut open = Opener::new(app).open()?;
    let scope = scope.asked().unwrap_or(DEFAULT_SCOPE);
    match scope {
        Scope::Process => {
            let needed = || session::none("a mode of process scope ends with its session");
            let session = open.contexts.session.as_mut().ok_or_else(needed)?;
            set_in_session(session, Some(mode))?;
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
                set_in_session(session, None)?;
            }
        }
    }
    let place = match scope {
        Scope::Process => "in this session",
        Scope::User => "for you",
    };
    let word = match mode {
        AutosaveMode::CurrentUser => "on",
        AutosaveMode::Process => "off",
    };
    print(app, &open.contexts, &format!("autosave is {word} {place}"));
    Ok(0)
}

pub(super) fn set_in_session(
    session: &mut Session,
    mode: Option<AutosaveMode>,
) -> Result<(), Failure> {
    session.update(|state| {
        state.autosave = mode;
        Ok(())
    })
}

/// Prints the mode in force, and why; `line` is the answer for people.
pub(super) fn print(app: &App, contexts: &Contexts, line: &str) {
    let (mode, because) = contexts.autosave();
    if app.ui.output != Output::Json {
        app.ui.line(line);
        return;
    }
    app.ui.json(&Document {
        schema: SCHEMA,
        mode: mode.as_str(),
        because: because.as_str(),
        session: contexts.own().autosave.map(AutosaveMode::as_str),
        user: contexts.vault.settings.autosave.map(AutosaveMode::as_str),
    });
}
