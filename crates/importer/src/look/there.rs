//! Whether something is there. What a closed folder hides is not "not there".

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use azvault_os::file::Facts;

/// What is known of a path.
pub(super) enum There {
    Is(Facts),
    IsNot,
    /// It may be there: this is the folder that does not say.
    Hidden(PathBuf, Error),
}

/// Looks for a path, through links.
pub(super) fn there(path: &Path) -> There {
    match Facts::followed(path) {
        Ok(facts) => There::Is(facts),
        Err(error) if is_absence(&error) => There::IsNot,
        Err(error) => {
            let closed = path.ancestors().skip(1).find(|above| above.metadata().is_ok());
            There::Hidden(closed.unwrap_or(path).to_owned(), error)
        }
    }
}

/// Whether an error says that nothing is there.
pub(crate) fn is_absence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
