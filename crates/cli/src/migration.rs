//! Moving in: files are read, a plan is made of them, the vault takes it in one transaction; then
//! it is compared, the files are removed, and they can be put back.

pub(crate) mod apply;
pub(crate) mod cleaning;
pub(crate) mod compare;
pub(crate) mod copies;
pub(crate) mod gather;
pub(crate) mod next;
pub(crate) mod onward;
pub(crate) mod present;
pub(crate) mod proposal;
pub(crate) mod remove;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod unread;
pub(crate) mod unused;
pub(crate) mod witnessed;

use azvault_importer::Format;
use azvault_importer::formats::row::Clean;
use azvault_importer::formats::table::row;

/// Whether a file of this format is a saved sign-in, or what one signs in with: it is sealed, and `clean`
/// removes it. Settings are not: the products go on using them.
pub(crate) fn is_sign_in(format: Format) -> bool {
    row(format).clean == Clean::Removes
}
