//! What the application says and asks, by this terminal.

use azvault_service::console::{Console, Line, Progress, Prompt, Work};
use azvault_service::failure::Failure;

use super::bar::Bar;
use super::prompt::{self, Terminal};
use super::ui::{Ui, say};

impl Console for Ui {
    fn say(&self, line: Line, text: &str) {
        match line {
            Line::Note => self.note(text),
            Line::Warning => self.warning(text),
            Line::Detail => self.detail(text),
            Line::Request => say(text),
        }
    }

    fn failure(&self, failure: &Failure) {
        self.failure(failure);
    }

    fn once(&self, what: &str, secret: &[u8]) {
        self.once(what, secret);
    }

    fn begin(&self, what: &'static str, work: Work) -> Box<dyn Progress> {
        Box::new(if self.draws_progress() { Bar::new(what, work) } else { Bar::hidden() })
    }

    fn prompt(&self) -> Option<Box<dyn Prompt>> {
        if !prompt::somebody_is_there() {
            return None;
        }
        Some(Box::new(Terminal::open()?))
    }

    fn picture(&self, address: &str) {
        self.picture(address);
    }

    fn is_watched(&self) -> bool {
        prompt::stderr_is_terminal()
    }
}
