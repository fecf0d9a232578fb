//! `azvault renew`: how a token is renewed apart from the command that wants it. Not for people.

use crate::app::App;
use crate::beside;
use crate::failure::{Code, Failure};
use crate::tokens::{self, apart};

/// Renew a token; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let ended = apart::Ended::of(renew(app));
        app.ui.json(&ended);
        Ok(0)
    }
}

fn renew(app: &App) -> Result<(), Failure> {
    let usage = || Failure::new(Code::Usage, "azvault renew is started by azvault itself");
    let (by, wanted) = beside::handed_over().ok_or_else(usage)?;
    tokens::renew(app, &mut by.open(app)?, &wanted)
}
