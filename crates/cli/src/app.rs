//! What every verb is given: the application, and where its answer is printed.

use std::ops::Deref;
use std::sync::Arc;

use azvault_os::process::Before;
use azvault_service::app;
use azvault_service::failure::Failure;

use crate::options::Global;
use crate::options::output::AskedForm;
use crate::terminal::ui::Ui;

/// What a verb ends with: the exit code, 0 or 10, or why it could not be done.
pub(crate) type Exit = Result<u8, Failure>;

/// The application with the options of this run, and a terminal.
pub(crate) struct App {
    global: Global,
    service: app::App,
    pub(crate) ui: Arc<Ui>,
    /// The command line as a tree, for verbs that print it.
    pub(crate) tree: Tree,
}

type Tree = fn() -> clap::Command;

impl App {
    pub(crate) fn new(global: Global, before: Before, tree: Tree) -> Self {
        let ui = Arc::new(Ui::new(&global));
        Self::with_ui(global, before, tree, ui)
    }

    fn with_ui(global: Global, before: Before, tree: Tree, ui: Arc<Ui>) -> Self {
        let console = Arc::clone(&ui);
        let service = app::App::new(global.options(), console, before, now);
        Self { global, service, ui, tree }
    }

    /// The same options, with nothing on stderr but what the caller prints itself.
    pub(crate) fn silent(&self) -> Self {
        let global = Global { quiet: true, verbose: 0, ..self.global.clone() };
        Self::new(global, self.before, self.tree)
    }

    /// The same options, for a verb that is a part of another one's: what it answers is told to the
    /// person on stderr.
    pub(crate) fn beside_the_answer(&self) -> Self {
        let global = Global { output: AskedForm::Table, query: None, ..self.global.clone() };
        let ui = Arc::new(Ui::beside_the_answer(&global));
        Self::with_ui(global, self.before, self.tree, ui)
    }

    /// The same options, and no agent has a part in it.
    pub(crate) fn without_agent(&self) -> Self {
        let global = Global { no_agent: true, ..self.global.clone() };
        Self::new(global, self.before, self.tree)
    }

    /// The same options, and nobody is asked anything.
    pub(crate) fn without_questions(&self) -> Self {
        let global = Global { no_input: true, ..self.global.clone() };
        Self::new(global, self.before, self.tree)
    }
}

impl Deref for App {
    type Target = app::App;

    fn deref(&self) -> &Self::Target {
        &self.service
    }
}

/// The time now, in seconds since 1970 (UTC).
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
