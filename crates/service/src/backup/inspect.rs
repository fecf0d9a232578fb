//! What a backup is worth: whether it can be opened, and how much is in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use azvault_os::file::Facts;
use azvault_vault::{Error, Locked, Problem, Sealer, StagedVault, VaultId, Verified};
use serde::Serialize;

use crate::app::App;
use crate::ask::said_by_agent;
use crate::failure::{Failure, Kind};
use crate::opening::{OpenVault, Opener};
use crate::text::shown_path;
use crate::unlock_inputs;
use crate::verbs::{Depth, VerifyVault};

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
    keys.verify(app, locked, &draft)
}

/// Keys that were derived for one backup: they open others of the same vault.
#[derive(Default)]
pub struct Known(Vec<(VaultId, u32, Arc<dyn Sealer>)>);

impl Known {
    /// Verifies a copy without asking; `None` where nothing at hand opens it.
    fn verify(
        &mut self,
        app: &App,
        locked: Locked,
        draft: &StagedVault,
    ) -> Result<Option<Verified>, Bad> {
        let (id, epoch) = (locked.vault_id(), locked.epoch());
        if let Some((.., keys)) = self.0.iter().find(|known| (known.0, known.1) == (id, epoch)) {
            let vault = locked.unlock_with(Box::new(Arc::clone(keys)), &draft.anchors())?;
            return Ok(Some(vault.verify_all()?));
        }
        let damaged = |failure: Failure| {
            let copy = format!("{}: ", shown_path(draft.path()));
            Bad::Damaged(failure.what.replace(&copy, ""))
        };
        let copy = app.of_copy(draft.path().to_owned(), draft.anchors());
        match said_by_agent(&copy, &mut VerifyVault { depth: Depth::Full }) {
            Ok(Some(whole)) => return Ok(Some(whole.verified)),
            Err(failure) if failure.kind == Kind::Integrity => return Err(damaged(failure)),
            Ok(None) | Err(_) => {}
        }
        if !unlock_inputs::has_unattended_input(app) {
            return Ok(None);
        }
        let mut apart = app.with_scratch_anchors(draft.path().to_owned(), draft.anchors());
        // A list names what there is; a pin says which one is to be used.
        apart.options.expect_vault = None;
        match Opener::new(&apart).of(locked).open_vault() {
            Ok(OpenVault { vault, .. }) => {
                self.0.push((id, epoch, vault.sealer()));
                Ok(Some(vault.verify_all()?))
            }
            Err(failure) if failure.kind == Kind::Integrity => Err(damaged(failure)),
            Err(_) => Ok(None),
        }
    }
}
