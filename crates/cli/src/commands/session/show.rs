//! `azvault session show`

use azvault_model::{AutosaveMode, ContextName, Current};
use azvault_service::opening::Opener;
use azvault_service::session::Session;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::terminal::ui::cell;

/// Show the session of this shell
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    id: String,
    leader: u32,
    /// `null` where the session follows the vault's default, or has chosen none.
    active: Option<&'a str>,
    follows_default: bool,
    previous: Option<&'a str>,
    autosave: Option<&'static str>,
    contexts: usize,
    hidden: usize,
    secrets: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let vault = Opener::new(app).locked()?.vault_id();
        let session = Session::current(app, vault)?.ok_or_else(super::end::none)?;
        let state = &session.state;
        let document = Document {
            schema: SCHEMA,
            id: session.id().to_string(),
            leader: session.leader,
            active: match &state.active {
                Some(Current::To(name)) => Some(name.as_str()),
                Some(Current::Nothing) | None => None,
            },
            follows_default: state.active.is_none(),
            previous: state.previous.as_ref().map(ContextName::as_str),
            autosave: state.autosave.map(AutosaveMode::as_str),
            contexts: state.contexts.len(),
            hidden: state.hidden.len(),
            secrets: state.secrets.len(),
        };
        if app.ui.output == Output::Json {
            app.ui.json(&document);
            return Ok(0);
        }
        let active = match (document.active, document.follows_default) {
            (Some(name), _) => name,
            (None, true) => "as the vault's default",
            (None, false) => "none",
        };
        let rows = [
            ("session", document.id.clone()),
            ("ends with process", document.leader.to_string()),
            ("active", active.to_owned()),
            ("before that", document.previous.unwrap_or("-").to_owned()),
            ("autosave", document.autosave.unwrap_or("as for the user").to_owned()),
            ("contexts of its own", document.contexts.to_string()),
            ("contexts hidden", document.hidden.to_string()),
            ("secrets of its own", document.secrets.to_string()),
        ];
        let rows: Vec<_> = rows.into_iter().map(|(k, v)| vec![cell(k), cell(v)]).collect();
        app.ui.table(&["", ""], &rows);
        Ok(0)
    }
}
