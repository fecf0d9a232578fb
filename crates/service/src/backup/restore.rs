//! A backup that becomes the vault: what it tells, what this machine remembers, who lets go of keys.

use std::path::Path;
use std::sync::Arc;

use azvault_vault::{AnchorFound, Error, Sealer, StagedVault, Subject, Vault, VaultId};

use crate::app::App;
use crate::console::Answer;
use crate::failure::{Failure, Kind};
use crate::opening::Opener;
use crate::shell_word::shell_path;
use crate::text::shown_path;
use crate::{agent, audit, backup};

/// Has the copy tell of its restoring, in a generation beyond all that this machine has seen. The
/// id, that generation, and whether it had seen as much.
pub fn goes_on(
    app: &App,
    draft: &StagedVault,
    keys: &Arc<dyn Sealer>,
    file: &Path,
    accepted: Option<u64>,
) -> Result<(VaultId, u64, bool), Failure> {
    let failed = |e: Error| backup::failure(e, file);
    let locked = draft.open().map_err(|e| backup::failure(e, file))?;
    let seen = app.anchors()?;
    let mut vault = locked
        .unlock_despite(&seen, Box::new(Arc::clone(keys)), &draft.anchors())
        .map_err(failed)?;
    let found = vault.generation();
    let in_place = in_place(app, draft, keys, vault.id());
    let taken = vault.taken().unwrap_or_default().max(in_place.unwrap_or_default());
    let is_older = found < taken || vault.anchor_found() == AnchorFound::Newer;
    agree(app, &vault, taken, file, accepted)?;
    let in_place = if is_older { format!(" in place of {taken}") } else { String::new() };
    let what = format!("generation {found}{in_place}");
    let subjects = vec![Subject { id: None, what }, audit::of_file(file)];
    vault.write(|writing| audit::log(app, writing, "backup restore", subjects)).map_err(failed)?;
    Ok((vault.id(), vault.generation(), is_older))
}

/// The generation of the vault that would be replaced: what this machine remembers can be gone.
/// `None` if it is another vault, or cannot be opened with the keys of the backup.
fn in_place(app: &App, draft: &StagedVault, keys: &Arc<dyn Sealer>, vault: VaultId) -> Option<u64> {
    let locked = Opener::new(app).locked().ok().filter(|locked| locked.vault_id() == vault)?;
    let keys = Box::new(Arc::clone(keys));
    let opened = locked.unlock_despite(&app.anchors().ok()?, keys, &draft.anchors());
    opened.ok().map(|vault| vault.generation())
}

/// An older copy, or another one of the same generation, takes the vault's place only if a person
/// says so, or if it was named by its generation beforehand: who can change the file of a
/// backup, or the script that restores it, must not be able to go back in time unseen.
fn agree(
    app: &App,
    vault: &Vault,
    taken: u64,
    file: &Path,
    accepted: Option<u64>,
) -> Result<(), Failure> {
    let found = vault.generation();
    if let Some(named) = accepted.filter(|named| *named != found) {
        let what = format!("{} is at generation {found}, and not at {named}", shown_path(file));
        return Err(Failure::new(Kind::Refused, what).hint("azvault backup list"));
    }
    let what = match vault.anchor_found() {
        AnchorFound::Fork => format!(
            "{} is at generation {found}, and differs from the vault that this machine has seen",
            shown_path(file)
        ),
        AnchorFound::Newer => older(file, found, taken),
        _ if found < taken => older(file, found, taken),
        _ => return Ok(()),
    };
    if accepted.is_some() {
        return Ok(());
    }
    let Some(mut terminal) = app.terminal() else {
        return Err(Failure::new(Kind::NeedsTerminal, what).hint(format!(
            "azvault backup restore {} --force --accept-older {found}",
            shell_path(file)
        )));
    };
    let question = format!("{what}. What was stored since is not in it.\nRestore it all the same?");
    match terminal.ask_yes(&question)? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Kind::Aborted, "nothing was done")),
    }
}

fn older(file: &Path, found: u64, taken: u64) -> String {
    let file = shown_path(file);
    format!("{file} is at generation {found}, older than the vault at generation {taken}")
}

/// Has this machine remember the vault as it is now. Where it cannot, the vault is restored all the
/// same.
pub fn remember(app: &App, keys: &Arc<dyn Sealer>) {
    let remembered = || -> Result<(), Failure> {
        let (locked, anchors) = (Opener::new(app).locked()?, app.anchors()?);
        let keys = Box::new(Arc::clone(keys));
        let mut vault = locked.unlock_despite(&anchors, keys, &anchors)?;
        Ok(vault.remember()?)
    };
    if let Err(failure) = remembered() {
        let what = failure.what;
        app.console.warning(format!("this machine cannot remember the restored vault: {what}"));
    }
}

/// Has an agent that runs wipe the keys it holds.
pub fn lock(app: &App, vault: VaultId) {
    let Ok(client) = agent::client(vault) else { return };
    if client.status().is_ok()
        && let Err(failure) = agent::lock(vault)
    {
        app.console.warning(format!("the agent still holds keys: {}", failure.what));
    }
}
