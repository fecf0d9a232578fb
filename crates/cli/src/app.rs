//! What every verb is given: the application, and where its answer is printed.

use std::ops::Deref;
use std::sync::Arc;

use azvault_os::process::Before;
use azvault_service::app;

use crate::cli::Global;
use crate::terminal::ui::Ui;

/// The application with the options of this run, and a terminal.
pub(crate) struct App {
    global: Global,
    service: app::App,
    pub(crate) ui: Arc<Ui>,
}

impl App {
    pub(crate) fn new(global: Global, before: Before) -> Self {
        let ui = Arc::new(Ui::new(&global));
        let console = Arc::clone(&ui);
        let service = app::App::new(global.options(), console, before, now);
        Self { global, service, ui }
    }

    /// The same options, with nothing on stderr but what the caller prints itself.
    pub(crate) fn silent(&self) -> Self {
        let global = Global { quiet: true, verbose: 0, ..self.global.clone() };
        Self::new(global, self.before)
    }

    /// The same options, and nobody is asked anything.
    pub(crate) fn without_questions(&self) -> Self {
        Self::new(Global { no_input: true, ..self.global.clone() }, self.before)
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
