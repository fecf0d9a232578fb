//! The mode in force: setting it, and saying what it is.

use azvault_model::rules::autosave::DEFAULT_SCOPE;
use azvault_model::{AutosaveMode, Scope};
use azvault_service::ask::ask;
use azvault_service::policy;
use azvault_service::verbs::{Autosave, SetAutosave};
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
        // Before anybody is asked for a passphrase in vain.
        policy::keep(app)?;
    }
    let scope = scope.asked().unwrap_or(DEFAULT_SCOPE);
    let now = ask(app, SetAutosave { mode, scope: Some(scope) })?;
    let place = match scope {
        Scope::Process => "in this session",
        Scope::User => "for you",
    };
    let word = match mode {
        AutosaveMode::CurrentUser => "on",
        AutosaveMode::Process => "off",
    };
    print(app, &now, &format!("autosave is {word} {place}"));
    Ok(0)
}

/// Prints the mode in force, and why; `line` is the answer for people.
pub(super) fn print(app: &App, autosave: &Autosave, line: &str) {
    if app.ui.output != Output::Json {
        app.ui.line(line);
        return;
    }
    app.ui.json(&Document {
        schema: SCHEMA,
        mode: autosave.mode.as_str(),
        because: autosave.because.as_str(),
        session: autosave.session.map(AutosaveMode::as_str),
        user: autosave.user.map(AutosaveMode::as_str),
    });
}
