//! `azvault renew`: how a token is renewed apart from the command that wants it. Not for people.

use azvault_agent::holder::{self, Beacon};
use azvault_service::child_process;
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::{Opener, Reopener};
use azvault_service::tokens;

use crate::app::{App, Exit};

/// Renew a token; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        app.ui.json(&renew(app));
        Ok(0)
    }
}

fn renew(app: &App) -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "azvault renew is started by azvault itself");
    let (reopener, wanted): (Reopener, _) = child_process::handed_over().ok_or_else(usage)?;
    // Keys are not to be used where nobody finds them. One that asks the agent has none.
    let _beacon = match &reopener {
        Reopener::Agent => None,
        Reopener::Keys(..) => {
            let vault = Opener::new(app).locked()?.vault_id().to_string();
            let cannot = |e: std::io::Error| Failure::new(Kind::Other, format!("renewing: {e}"));
            Some(Beacon::raise(holder::Kind::Renewal, &vault).map_err(cannot)?)
        }
    };
    tokens::renew(app, reopener.open_vault(app)?, &wanted)
}
