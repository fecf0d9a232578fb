//! The proof: originals and vault are read again, through fresh handles, and compared.
//!
//! Every original is read once more by the importer: the file where it still is what was sealed, else
//! its sealed copy. Each context in it must be in the vault under the name that the import gave it, and
//! say what its file says; each secret must be there by value, as its owner's. The sealed copies must
//! open, and be what was read. What azvault itself has renewed, and what the user changed or signed
//! out, the import remembers: that is told, and is not called lost.
//!
//! The command reads (`proof.rs`); who has the vault open compares, here. See decision 59.

mod again;
mod comparison;
mod contexts;
mod secrets;
mod surroundings;
mod verdict;

use azvault_model::rules::import::{self, Incoming};
use azvault_vault::{Id, Import, Vault};
use serde::{Deserialize, Serialize};

use self::again::Again;
pub(crate) use self::again::FileAgain;
use self::comparison::Against;
pub use self::comparison::{Compared, Comparison, Difference, OriginalState};
use super::present::Content;
use super::witnessed;
use super::witnessed::{Standing, WitnessedValue};
use crate::app::App;
use crate::failure::Failure;
use crate::migration;

/// What the files of a migration say.
pub(crate) struct Said {
    pub(crate) files: Vec<FileAgain>,
    pub(crate) witnessed: Vec<WitnessedValue>,
}

/// What the comparison found.
#[derive(Serialize, Deserialize)]
pub struct ComparedMigration {
    /// Without its files.
    pub(crate) comparison: Comparison,
    /// Of each value that the witness found: how the vault has it.
    pub(crate) standings: Vec<Standing>,
}

/// Compares what files say with what a vault holds.
pub(crate) fn with_vault(
    app: &App,
    vault: &Vault,
    id: Id,
    said: Said,
) -> Result<ComparedMigration, Failure> {
    let path = app.vault_path()?;
    let mut comparison = Comparison::new(id);
    let mut snapshot = vault.snapshot()?;
    let mut again = Again { files: said.files };
    let mut content = Content::take(&mut snapshot)?;
    let held = witnessed::held(&content);
    let import = migration::find(std::mem::take(&mut content.imports), Some(&id.into()))?;
    let Import { taken, since, files, .. } = import.value;
    let sealed = again.sealed_copies(files);
    let standing = |value: &WitnessedValue| witnessed::standing(&held, &since, value);
    let standings = said.witnessed.iter().map(standing).collect();
    drop((held, said.witnessed));
    let against = Against { content: &content, taken: taken.as_ref(), since: &since };
    contexts::compare(&again, &against, &mut comparison);
    surroundings::compare(&again, &against, &path, &mut comparison);
    let ids = secrets::ids(&content.accounts);
    again.leave_out_what_files_say(&mut content);
    let against = Against { content: &content, taken: taken.as_ref(), since: &since };
    let incoming = again.files.iter_mut().map(|file| {
        let profile = std::mem::take(&mut file.profile);
        Incoming { origin: file.origin, profile }
    });
    let plan = import::plan_sign_ins(incoming.collect(), &content.present());
    secrets::compare(&again, &plan, &against, &mut comparison);
    secrets::compare_accounts(&again, &plan, &ids, &since, &mut comparison);
    // A copy is as large as its file: it is opened when what was compared is gone.
    drop((plan, content, again));
    sealed.check(&snapshot, &mut comparison)?;
    Ok(ComparedMigration { comparison, standings })
}
