//! Work that is shown while it lasts.

use std::time::Duration;

use azvault_service::console::{Progress, Work};
use indicatif::{ProgressBar, ProgressStyle};

/// A bar or a spinner; gone when it is dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(what: &'static str, work: Work) -> Self {
        let bar = |template, length| {
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(length).with_style(style).with_message(what)
        };
        Self(match work {
            Work::Steps(length) => bar("{msg} {wide_bar} {pos}/{len}", length),
            Work::PartsOf(whole) => bar("{msg} {wide_bar} {percent:>3}%", whole),
            Work::Unknown => {
                let spinner = ProgressBar::new_spinner().with_message(what);
                spinner.enable_steady_tick(Duration::from_millis(120));
                spinner
            }
        })
    }

    /// One that draws nothing: there is no terminal to draw it on.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }
}

impl Progress for Bar {
    fn set_length(&self, length: u64) {
        self.0.set_length(length);
    }

    fn set_position(&self, position: u64) {
        self.0.set_position(position);
    }

    fn step(&self) {
        self.0.inc(1);
    }

    fn set_message(&self, message: String) {
        self.0.set_message(message);
        self.0.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
