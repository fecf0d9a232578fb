//! Certificate authorities besides the system's, and who could read along with them.

use std::path::Path;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::shown_path;
use crate::{descriptor, policy};

/// Largest file of certificate authorities.
const MAX_BUNDLE: usize = 4 * 1024 * 1024;

/// The file of `--ca-bundle`, if there is one and a policy does not forbid it.
pub fn bundle(app: &App) -> Result<Option<Vec<u8>>, Failure> {
    let Some(path) = app.options.ca_bundle.as_deref() else { return Ok(None) };
    allowed(app)?;
    read(path).map(Some)
}

/// Whether a policy lets authorities besides the system's be trusted.
pub(super) fn allowed(app: &App) -> Result<(), Failure> {
    policy::extra_authorities(app)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed =
        |e: &dyn std::fmt::Display| Failure::new(Kind::Other, format!("{}: {e}", shown_path(path)));
    let file = std::fs::File::open(path).map_err(|e| failed(&e))?;
    descriptor::read_to_end(file, MAX_BUNDLE).map_err(|e| failed(&e))
}

/// Who could read along, in words.
pub fn reader(app: &App) -> Option<String> {
    super::network_of_process(app).reader()
}
