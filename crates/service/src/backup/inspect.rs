//! What a backup is worth: whether it can be opened, and how much is in it.

use std::path::{Path, PathBuf};

use azvault_os::file::Facts;
use azvault_vault::{Error, Locked, Problem, StagedVault, Vault, VaultId, Verified};
use serde::Serialize;

use crate::app::App;
use crate::failure::Kind;
use crate::opening::{OpenVault, Opener, Reopener};
use crate::{agent, unlock_inputs};

/// How far it is known to be whole.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Every box was opened.
    Whole,
    /// Nothing at hand opens it; its structure is what it should be.
    Sealed,
    /// A newer azvault made it.
    Newer,
    /// It cannot be restored.
    Damaged,
}

/// What was found of one.
pub struct Worth {
    pub vault: Option<VaultId>,
    pub verified: Option<Verified>,
    pub state: State,
    /// What is damaged.
    pub why: Option<String>,
}

/// Vault files of a folder, oldest first: those that are called so, whatever became of them.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Ok(facts) = Facts::of_name(&path) else { continue };
        if facts.is_file() && path.extension().is_some_and(|extension| extension == "db") {
            found.push((facts.modified_s(), path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Looks at a copy of it, which lies in the folder `aside` meanwhile.
pub fn of(app: &App, keys: &mut Known, file: &Path, aside: &Path) -> Worth {
    let mut worth = Worth { vault: None, verified: None, state: State::Sealed, why: None };
    match look(app, keys, file, aside, &mut worth.vault) {
        Ok(None) => {}
        Ok(verified) => (worth.state, worth.verified) = (State::Whole, verified),
        Err(Bad::Newer) => worth.state = State::Newer,
        Err(Bad::Damaged(why)) => (worth.state, worth.why) = (State::Damaged, Some(why)),
    }
    worth
}

/// Why a backup cannot be opened.
enum Bad {
    Newer,
    Damaged(String),
}

impl From<Problem> for Bad {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::TooNew { .. } => Self::Newer,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<Error> for Bad {
    fn from(error: Error) -> Self {
        error.problem.into()
    }
}

fn look(
    app: &App,
    keys: &mut Known,
    file: &Path,
    aside: &Path,
    id: &mut Option<VaultId>,
) -> Result<Option<Verified>, Bad> {
    let draft = StagedVault::of_file(file, aside)?;
    let locked = draft.open()?;
    *id = Some(locked.vault_id());
    let vault = keys.open(app, locked, &draft)?;
    Ok(vault.map(|vault| vault.verify_all()).transpose()?)
}

/// Keys that were derived for one backup: they open others of the same vault.
#[derive(Default)]
pub struct Known(Vec<(VaultId, u32, Reopener)>);

impl Known {
    /// Opens a copy without asking; `None` where nothing at hand opens it.
    fn open(
        &mut self,
        app: &App,
        locked: Locked,
        draft: &StagedVault,
    ) -> Result<Option<Vault>, Bad> {
        let (id, epoch) = (locked.vault_id(), locked.epoch());
        let known = self.0.iter().find(|known| (known.0, known.1) == (id, epoch));
        let sealer = match known {
            Some((.., reopener)) => reopener.sealer(app, &locked).ok(),
            None => agent::keys(app, &locked),
        };
        if let Some(sealer) = sealer {
            return Ok(Some(locked.unlock_with(sealer, &draft.anchors())?));
        }
        if !unlock_inputs::has_unattended_input(app) {
            return Ok(None);
        }
        let mut apart = app.with_scratch_anchors(draft.path().to_owned(), draft.anchors());
        // A list names what there is; a pin says which one is to be used.
        apart.options.expect_vault = None;
        match Opener::new(&apart).of(locked).open_vault() {
            Ok(OpenVault { vault, reopener, .. }) => {
                self.0.push((id, epoch, reopener));
                Ok(Some(vault))
            }
            Err(failure) if failure.kind == Kind::Integrity => Err(Bad::Damaged(failure.what)),
            Err(_) => Ok(None),
        }
    }
}
