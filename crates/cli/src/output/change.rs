//! What every change of contexts answers.

use azvault_model::{ContextName, Scope};
use azvault_service::change::{Done, GoneAccount, Run};
use serde::Serialize;

use super::documents::{ActingView, ContextView, Marks, SCHEMA};
use crate::app::App;
use crate::options::Output;

/// What every change prints as JSON.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema: u8,
    scope: &'static str,
    dry_run: bool,
    /// Who acted; `null` where nobody did.
    acting: Option<ActingView>,
    active: Option<&'a str>,
    removed: Vec<&'a str>,
    /// Whose contexts and secrets were removed.
    accounts: &'a [GoneAccount],
    contexts: Vec<ContextView<'a>>,
    secrets_added: usize,
    secrets_removed: usize,
}

/// Says what was done: `line` is the answer for people, in the past; a dry run says it as
/// what would be.
pub(crate) fn say(app: &App, done: &Done, line: &str) {
    match (app.ui.output, done.run) {
        (Output::Json, _) => app.ui.json(&document(done)),
        (_, Run::Real) => app.ui.line(line),
        (_, Run::Dry) => app.ui.line(format!("dry run: {line}")),
    }
    if done.run == Run::Dry {
        app.ui.note("nothing was done");
    }
    done.say_remarks(app);
}

/// As JSON.
pub(crate) fn document(done: &Done) -> Document<'_> {
    let marks = Marks { default: None, active: done.active.as_ref() };
    let view = |context| {
        let mut view = ContextView::new(context, done.scope, marks);
        view.default = view.active && done.scope == Scope::User;
        view
    };
    Document {
        schema: SCHEMA,
        scope: done.scope.as_str(),
        dry_run: done.run == Run::Dry,
        acting: done.acting.as_ref().map(ActingView::new),
        active: done.active.as_ref().map(ContextName::as_str),
        removed: done.gone.contexts.iter().map(|gone| gone.name.as_str()).collect(),
        accounts: &done.gone.accounts,
        contexts: done.put.iter().map(view).collect(),
        secrets_added: done.secrets.added,
        secrets_removed: done.secrets.removed,
    }
}
