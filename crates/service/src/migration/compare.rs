//! The proof: originals and vault are read again, through fresh handles, and compared.
//!
//! Every sealed copy is opened and read once more by the importer. Each context in it must be in the
//! vault under the name that the import gave it, and say what its file says; each secret must be
//! there by value, as its owner's. A file that is still at its place must be what was sealed, byte for
//! byte. What azvault itself has renewed, and what the user changed or signed out, the import
//! remembers: that is told, and is not called lost.

mod again;
mod comparison;
mod contexts;
mod secrets;
mod surroundings;
mod verdict;

use std::collections::BTreeSet;

use azvault_model::rules::import;
use azvault_vault::{IdPrefix, Import, Vault};

use self::again::read_again;
use self::comparison::Against;
pub use self::comparison::{Compared, Comparison, Difference, OriginalState};
use super::present::Content;
use super::proposal;
use super::witnessed;
use crate::app::App;
use crate::failure::Failure;
use crate::migration;

/// Compares one migration, or the newest one.
pub fn compare(app: &App, vault: &Vault, typed: Option<&IdPrefix>) -> Result<Comparison, Failure> {
    let path = app.vault_path()?;
    let mut snapshot = vault.snapshot()?;
    let mut content = Content::take(&mut snapshot)?;
    let held = witnessed::held(&content);
    let import = migration::find(std::mem::take(&mut content.imports), typed)?;
    let mut comparison = Comparison {
        migration: import.id,
        files: Vec::new(),
        contexts: 0,
        secrets: 0,
        accounts: 0,
        environments: 0,
        differences: Vec::new(),
        unread: BTreeSet::new(),
        since: Vec::new(),
        gone: Vec::new(),
        left_out: Vec::new(),
        renewed: 0,
        signed_out: 0,
    };
    let Import { files, taken, since, .. } = import.value;
    let mut again = read_again(app, &snapshot, files, &mut comparison)?;
    drop(snapshot);
    again.say_what_is_unreadable(&mut comparison);
    let mut overlooked = again.hear_the_witness(held, &since, &mut comparison);
    let before = comparison.differences.len();
    let against = Against { content: &content, taken: taken.as_ref(), since: &since };
    contexts::compare(&again, &against, &mut comparison);
    surroundings::compare(&again, &against, &path, &mut comparison);
    let ids = secrets::ids(&content.accounts);
    again.leave_out_what_files_say(&mut content);
    let against = Against { content: &content, taken: taken.as_ref(), since: &since };
    let incoming = again.sources.iter_mut().map(proposal::incoming).collect();
    let plan = import::plan_sign_ins(incoming, &content.present());
    secrets::compare(&again, &plan, &against, &mut comparison);
    secrets::compare_accounts(&again, &plan, &ids, &since, &mut comparison);
    // What the witness misses and no reader does, no reader understood.
    for lost in &comparison.differences[before..] {
        overlooked.remove(&lost.path);
    }
    comparison.unread.append(&mut overlooked);
    Ok(comparison)
}
