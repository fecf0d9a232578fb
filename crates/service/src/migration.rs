//! Moving in: files are read, a plan is made of them, the vault takes it in one transaction; then
//! it is compared, the files are removed, and they can be put back.

pub(crate) mod apply;
pub mod cleaning;
pub mod compare;
pub mod copies;
pub mod decided;
pub mod gather;
pub mod next;
pub mod onward;
pub mod originals;
pub(crate) mod present;
pub mod proof;
pub mod proposal;
pub mod proposed;
pub mod remarks;
pub mod remove;
pub mod restore;
pub mod sent_file;
pub mod source;
pub mod unread;
pub mod unused;
pub mod witnessed;

use std::borrow::Borrow;

use crate::failure::{Failure, Kind};
use azvault_importer::Format;
use azvault_importer::formats::row::Clean;
use azvault_importer::formats::table::row;
use azvault_vault::{IdPrefix, Import, Stored};

/// Whether a file of this format is a saved sign-in, or what one signs in with: it is sealed, and `clean`
/// removes it. Settings are not: the products go on using them.
pub(crate) fn is_sign_in(format: Format) -> bool {
    row(format).clean == Clean::Removes
}

/// The migration whose id begins so, or the newest one.
pub fn find<I>(imports: impl IntoIterator<Item = I>, typed: Option<&IdPrefix>) -> Result<I, Failure>
where
    I: Borrow<Stored<Import>>,
{
    let mut imports: Vec<I> = imports.into_iter().collect();
    let found = match typed {
        Some(typed) => {
            let id = typed.only(imports.iter().map(|import| import.borrow().id));
            let id = id.map_err(|not| Failure::of_id("migration", typed, not))?;
            imports.iter().position(|import| import.borrow().id == id)
        }
        None => {
            let age = |at: &usize| (imports[*at].borrow().value.created, imports[*at].borrow().id);
            (0..imports.len()).max_by_key(age)
        }
    };
    found.map(|at| imports.swap_remove(at)).ok_or_else(|| {
        Failure::new(Kind::NotFound, "nothing has been migrated into this vault")
            .hint("azvault migrate")
    })
}
