//! `azvault use`

use azvault_model::{ContextName, Scope};
use azvault_service::ask::ask;
use azvault_service::failure::{Failure, Kind};
use azvault_service::session;
use azvault_service::verbs::{FoundPrevious, PreviousContext, SelectVerb};

use super::context::select::select;
use crate::app::{App, Exit};
use crate::options::name::name;
use crate::terminal::picker;

/// Use a context in this shell only
///
/// As `context select --scope process`. `-` is the one that was active before. In azvault shell, az
/// acts as it as well.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, the beginning of it, its subscription or tenant, or `-`; without one, a list to choose
    /// from
    #[arg(value_parser = name)]
    name: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let name = match self.name.as_deref() {
            Some("-") => previous(app)?,
            Some(name) => ContextName::new(name),
            None => picker::pick(app)?,
        };
        select(app, SelectVerb::Use, Some(Scope::Process), name)
    }
}

fn previous(app: &App) -> Result<ContextName, Failure> {
    match ask(app, PreviousContext {})? {
        FoundPrevious::Context(name) => Ok(name),
        FoundPrevious::NoSession => Err(session::none("`-` is the context before, in a session")),
        FoundPrevious::Nothing => {
            let what = "no other context was active in this session before";
            Err(Failure::new(Kind::NotFound, what)
                .hint("azvault use NAME, with a name of azvault context list"))
        }
    }
}
