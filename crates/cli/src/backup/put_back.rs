//! A backup that becomes the vault: what it tells, what this machine remembers, who lets go of keys.

use std::path::Path;

use azvault_vault::{Draft, Error, Subject, VaultId};

use crate::app::App;
use crate::failure::Failure;
use crate::unlock::{self, OpenedBy};
use crate::{agent, audit, backup};

/// Has the copy tell of its restoring, in a generation beyond all that this machine has seen. The
/// id, that generation, and whether it had seen as much.
pub(crate) fn goes_on(
    app: &App,
    draft: &Draft,
    by: &OpenedBy,
    file: &Path,
) -> Result<(VaultId, u64, bool), Failure> {
    let failed = |e: Error| backup::failure(e, file);
    let locked = draft.open().map_err(failed)?;
    let keys = by.sealer(app, &locked)?;
    let seen = app.anchors()?;
    let mut vault = locked.unlock_despite(&seen, keys, &draft.anchors()).map_err(failed)?;
    let (found, taken) = (vault.generation(), vault.taken().unwrap_or_default());
    let is_older = found < taken;
    let in_place = if is_older { format!(" in place of {taken}") } else { String::new() };
    let what = format!("generation {found}{in_place}");
    let subjects = vec![Subject { id: None, what }, audit::of_file(file)];
    vault.write(|writing| audit::log(app, writing, "backup restore", subjects)).map_err(failed)?;
    Ok((vault.id(), vault.generation(), is_older))
}

/// Has this machine remember the vault as it is now. Where it cannot, the vault is restored all the
/// same.
pub(crate) fn remember(app: &App, by: &OpenedBy, place: &Path) {
    let remembered = || -> Result<(), Failure> {
        let failed = |e: Error| Failure::from_vault(e, place);
        let (locked, anchors) = (unlock::locked(app)?, app.anchors()?);
        let keys = by.sealer(app, &locked)?;
        let mut vault = locked.unlock_despite(&anchors, keys, &anchors).map_err(failed)?;
        vault.remember().map_err(failed)
    };
    if let Err(failure) = remembered() {
        let what = failure.what;
        app.ui.warning(format!("this machine cannot remember the restored vault: {what}"));
    }
}

/// Has an agent that runs wipe the keys it holds.
pub(crate) fn lock(app: &App, vault: VaultId) {
    let Ok(client) = agent::client(vault) else { return };
    if client.status().is_ok()
        && let Err(failure) = agent::lock(vault)
    {
        app.ui.warning(format!("the agent still holds keys: {}", failure.what));
    }
}
