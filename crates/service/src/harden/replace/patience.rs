//! Waiting for what takes Entra a while.

use std::time::Duration;

use crate::app::App;
use crate::failure::{Failure, Kind};

/// How long is waited for what Entra was told to be known everywhere, time after time.
const PAUSES: [u64; 7] = [1, 2, 4, 8, 15, 30, 60];

/// What was changed in Entra is not known at once on each of its machines.
pub(super) struct Patience<'a> {
    app: &'a App,
    what: &'static str,
}

impl<'a> Patience<'a> {
    pub(super) fn new(app: &'a App, what: &'static str) -> Self {
        Self { app, what }
    }

    /// Tries until there is an outcome.
    pub(super) fn until<T>(
        &self,
        mut attempt: impl FnMut() -> Result<Option<T>, Failure>,
    ) -> Result<T, Failure> {
        for pause in PAUSES {
            if let Some(done) = attempt()? {
                return Ok(done);
            }
            let _shown = self.app.console.spinner(self.what);
            std::thread::sleep(Duration::from_secs(pause));
        }
        attempt()?.ok_or_else(|| {
            let what = format!(
                "{}: two minutes were not enough, and nothing is lost (it takes longer at times)",
                self.what
            );
            Failure::new(Kind::Busy, what).hint("run the command again")
        })
    }
}
