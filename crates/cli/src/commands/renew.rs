//! `azvault renew`: how a token is renewed apart from the command that wants it. Not for people.

use azvault_vault::Error;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::tokens::{self, apart};
use crate::{agent, paths, unlock};

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
    let bytes = apart::read().map_err(|_| usage())?;
    let (keys, wanted) = apart::handed_over(&bytes).ok_or_else(usage)?;
    drop(bytes);
    let path = app.vault_path()?;
    let failed = |e: Error| Failure::from_vault(e, &path);
    let locked = unlock::locked(app)?;
    let sealer = match keys {
        Some(keys) => Box::new(keys),
        None => agent::keys(app, &locked).ok_or_else(|| {
            Failure::new(Code::Locked, "the vault was locked in between").hint("azvault unlock")
        })?,
    };
    let mut vault = locked.unlock_with(sealer, &paths::anchors()?).map_err(failed)?;
    tokens::renew(app, &mut vault, &wanted)
}
