//! `azvault context select`

use azvault_model::rules::active::ActiveSource;
use azvault_model::{ContextName, Scope, rules};
use azvault_service::app::Consent;
use azvault_service::change;
use azvault_service::change::{ChangeExtras, ChangeRequest, Run};
use azvault_service::opening::Opener;
use azvault_service::policy;

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
    /// Its name, in any case; without one, a list to choose from
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
        select(app, "context select", self.scope.asked(), &name)
    }
}

/// Selects a context, and says so.
pub(crate) fn select(
    app: &App,
    verb: &'static str,
    scope: Option<Scope>,
    name: &ContextName,
) -> Exit {
    let wanted =
        ChangeRequest { verb, scope, replace: Consent::Ask, destroy: Consent::Ask, run: Run::Real };
    let mut open = Opener::new(app).for_change().open()?;
    if let Some(seen) = open.contexts.find(name) {
        policy::acts(app, seen.context)?;
    }
    let nothing = ChangeExtras::default();
    let done = change::carry_out_on(app, &mut open, wanted, &nothing, &|known| {
        rules::select::select(known, name)
    })?;
    output::change::say(app, &done, &done.active_line());
    if app.given()?.is_some_and(|given| given.because == ActiveSource::Variable) {
        app.ui.warning("AZVAULT_CONTEXT is set and stands above it: unset AZVAULT_CONTEXT");
    }
    Ok(0)
}
