//! `azvault prompt`

use azvault_model::{AutosaveMode, ContextName, Mark, Scope};
use azvault_service::ask::{UnaskedReply, ask_unasked};
use azvault_service::contexts::chosen;
use azvault_service::failure::{Failure, Kind};
use azvault_service::session::Session;
use azvault_service::text::{quoted, shown};
use azvault_service::verbs::{Prompt, PromptReply};
use console::truncate_str;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::exit_code;
use crate::options::Output;
use crate::output::documents::{SCHEMA, SignInView};
use crate::output::sign_in;
use crate::terminal::ui::Tone;

/// Columns of a name; what is longer is cut.
const MAX_NAME: usize = 40;

/// Print what a shell's prompt may show: context, scope, autosave
///
/// `prod` is the vault's default, `prod*` what this session or a variable chose, `!` stands for
/// autosave off. A long name is cut; -o json has it whole. A context that is marked as production has
/// `(production)` behind it, or is red with --color always; `(sign-in needed)` and `(sign-in ends in 2
/// days)` say what comes next.
/// Asks nothing, and writes nothing to stderr: `locked` stands for a locked vault, behind the name
/// that the session chose; `none` where no context acts, `gone` where the session has ended or is
/// another shell's, `error` where azvault status says more. Where there is no vault nothing is printed.
/// bash: PS1='$(azvault prompt) \$ '
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

#[derive(Default, Serialize)]
struct Document<'a> {
    schema: u8,
    state: &'static str,
    context: Option<&'a str>,
    scope: Option<&'static str>,
    autosave: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in: Option<SignInView>,
    #[serde(skip)]
    warning: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let app = &app.silent();
        match shown_state(app) {
            Ok(()) => Ok(0),
            // Where the prompt would name a context there must not stand nothing. The code is that of
            // the failure; a line of it before each prompt helps nobody.
            Err(failure) => {
                let state = match failure.kind {
                    Kind::SignInNeeded => "gone",
                    // A variable names a context that does not exist.
                    Kind::NotFound => "none",
                    _ => "error",
                };
                print(app, &Document { schema: SCHEMA, state, ..Document::default() });
                Ok(exit_code::number(failure.kind))
            }
        }
    }
}

fn shown_state(app: &App) -> Result<(), Failure> {
    if !app.vault_path()?.exists() && azvault_service::paths::session().is_none() {
        print(app, &Document { schema: SCHEMA, state: "absent", ..Document::default() });
        return Ok(());
    }
    match ask_unasked(app, Prompt {})? {
        UnaskedReply::Reply(reply) => unlocked(app, &reply),
        UnaskedReply::Locked(session) => locked(app, session.as_deref()),
    }
    Ok(())
}

fn unlocked(app: &App, reply: &PromptReply) {
    print(
        app,
        &Document {
            schema: SCHEMA,
            state: "unlocked",
            context: reply.context.as_ref().map(ContextName::as_str),
            scope: Some(reply.scope.as_str()),
            autosave: Some(reply.autosave.as_str()),
            mark: reply.mark.map(Mark::as_str),
            sign_in: reply.sign_in.map(SignInView::new),
            warning: reply.sign_in.and_then(|known| sign_in::warning(known, app.now())),
        },
    );
}

fn locked(app: &App, session: Option<&Session>) {
    let state = session.map(|session| &session.state);
    let choice = state.and_then(|state| state.active.as_ref());
    print(
        app,
        &Document {
            schema: SCHEMA,
            state: "locked",
            context: choice.and_then(chosen).map(ContextName::as_str),
            scope: choice.map(|_| Scope::Process.as_str()),
            autosave: state.and_then(|state| state.autosave).map(AutosaveMode::as_str),
            mark: None,
            sign_in: None,
            warning: None,
        },
    );
}

fn print(app: &App, document: &Document<'_>) {
    if app.ui.output == Output::Json {
        app.ui.json(document);
        return;
    }
    let mut text = document.context.map(short).unwrap_or_default();
    match (document.context, document.state) {
        (None, "unlocked") => text.push_str("none"),
        (None, state @ ("locked" | "none" | "gone" | "error")) => text.push_str(state),
        _ => {}
    }
    if document.scope == Some(Scope::Process.as_str()) {
        text.push('*');
    }
    if document.autosave == Some(AutosaveMode::Process.as_str()) {
        text.push('!');
    }
    if document.state == "locked" && document.context.is_some() {
        text.push_str(" locked");
    }
    if let Some(warning) = &document.warning {
        text.push_str(&format!(" ({warning})"));
    }
    match document.mark {
        Some(_) if app.ui.is_colored() => app.ui.toned_line(Tone::Bad, text),
        Some(mark) => app.ui.line(format!("{text} ({mark})")),
        None if text.is_empty() => {}
        None => app.ui.line(text),
    }
}

/// A name as a prompt has room for it: Azure PowerShell's default names have some 110 characters.
/// A blank one is seen between quotes: nothing stands for no vault.
fn short(name: &str) -> String {
    if name.trim().is_empty() {
        return quoted(name);
    }
    truncate_str(&shown(name), MAX_NAME, "…").into_owned()
}
