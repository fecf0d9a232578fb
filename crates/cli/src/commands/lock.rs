//! `azvault lock`

use azvault_service::failure::{Failure, Kind};
use azvault_service::holders;
use azvault_service::holders::{Found, HolderView};
use azvault_service::opening::Opener;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Lock the vault: every process that holds its keys wipes them
///
/// Finds the agent and the token endpoints of exec and shell through the kernel, however the vault was
/// unlocked and whatever XDG_RUNTIME_DIR says, and waits until each has wiped its keys. A renewal under
/// way ends first: it has no key, and what it gets is sealed until azvault unlock. Endpoints answer "locked" from then on. Processes in another network
/// or pid namespace are out of sight: run it there as well. Sessions stay: their state is sealed, and
/// only their shells have the keys.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    /// `locked`, or `not-running` where there was nothing to lock.
    state: &'static str,
    /// The processes that hold no key any more, as they were before.
    locked: Vec<HolderView>,
    looked_at: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        // Its processes are found by the vault's id. Where that cannot be read, all are meant.
        let locked = Opener::new(app).locked().map_err(|failure| failure.hint("azvault panic"));
        let vault = locked?.vault_id();
        let locked = holders::lock(vault);
        let done = words(&locked.looked.found);
        if let Some(failure) = left(&locked) {
            done.iter().for_each(|done| app.ui.note(done));
            return Err(failure);
        }
        let looked = locked.looked;
        let state = if done.is_some() { "locked" } else { "not-running" };
        if app.ui.output == Output::Json {
            let locked = looked.views();
            let looked_at = looked.places;
            app.ui.json(&Document { schema: SCHEMA, state, locked, looked_at });
            return Ok(0);
        }
        app.ui.line(done.unwrap_or_else(|| {
            let places = looked.places();
            format!("no agent or endpoint of this vault is running (looked at: {places})")
        }));
        Ok(0)
    }
}

/// Why the vault may not be locked.
fn left(locked: &holders::Locked) -> Option<Failure> {
    if !locked.left.is_empty() {
        let left: Vec<String> = locked.left.iter().map(Found::to_string).collect();
        let what = format!("may still hold keys, and does not answer: {}", left.join(", "));
        return Some(Failure::new(Kind::Other, what).hint("azvault panic"));
    }
    let why = locked.looked.unseen.as_ref()?;
    let what = format!("not all processes could be looked for, and one may hold keys: {why}");
    Some(Failure::new(Kind::Other, what).hint("mount -t proc proc /proc && azvault lock"))
}

/// What was locked; `None` if there was nothing.
fn words(found: &[Found]) -> Option<String> {
    let list = |of: &[&Found]| of.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (held, rest): (Vec<&Found>, Vec<&Found>) =
        found.iter().partition(|one| one.report.is_none_or(|report| report.keys.is_some()));
    match (held.is_empty(), rest.is_empty()) {
        (false, _) => Some(format!("locked: {}", list(&held))),
        (true, false) => Some(format!("locked already: {} without keys", list(&rest))),
        (true, true) => None,
    }
}
