//! `azvault context select`

use azvault_model::rules::active::ActiveSource;
use azvault_model::{ContextName, Scope};
use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::change::Run;
use azvault_service::verbs::{ChangeContexts, ContextChange, SelectVerb};

use crate::app::{App, Exit};
use crate::options::change::ScopeOption;
use crate::options::name::name;
use crate::output;
use crate::terminal::{picker, stdin_names as piped};

/// Make another context the active one (Select-AzContext)
///
/// With user scope it becomes the default of all your shells, with process scope it is active in
/// this session alone. `-` takes one name, or one object of `context list -o json`, from stdin.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, the beginning of it, or its subscription or tenant; without one, a list to choose from
    #[arg(value_parser = name)]
    name: Option<String>,
    #[command(flatten)]
    scope: ScopeOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let name = match self.name.as_deref() {
            Some("-") => piped::one_name()?,
            Some(name) => ContextName::new(name),
            None => picker::pick(app)?,
        };
        select(app, SelectVerb::ContextSelect, self.scope.asked(), name)
    }
}

/// Selects a context, and says so.
pub(crate) fn select(app: &App, by: SelectVerb, scope: Option<Scope>, name: ContextName) -> Exit {
    let (replace, destroy) = (Consent::Ask, Consent::Ask);
    let change = ContextChange::Select { name, by };
    let done = ask(app, ChangeContexts { change, scope, replace, destroy, run: Run::Real })?;
    output::change::say(app, &done, &done.active_line());
    if app.given()?.is_some_and(|given| given.because == ActiveSource::Variable) {
        app.ui.warning("AZVAULT_CONTEXT is set and stands above it: unset AZVAULT_CONTEXT");
    }
    Ok(0)
}
