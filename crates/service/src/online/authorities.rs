//! Certificate authorities besides the system's, and who could read along with them.

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::text::{shown, shown_path};
use crate::{descriptor, paths, policy};

/// Largest file of certificate authorities.
const MAX_BUNDLE: usize = 4 * 1024 * 1024;

/// The file of `--ca-bundle`, if there is one and a policy does not forbid it.
pub fn bundle(app: &App) -> Result<Option<Vec<u8>>, Failure> {
    let Some(path) = app.options.ca_bundle.as_deref() else { return Ok(None) };
    policy::extra_authorities(app)?;
    let failed =
        |e: &dyn std::fmt::Display| Failure::new(Kind::Other, format!("{}: {e}", shown_path(path)));
    let file = std::fs::File::open(path).map_err(|e| failed(&e))?;
    descriptor::read_to_end(file, MAX_BUNDLE).map(Some).map_err(|e| failed(&e))
}

/// Says so where a proxy and an authority that is not the system's are both in play: someone who
/// controls both reads every credential that is sent. Two variables are enough to arrange that.
pub(super) fn warn_of_reader(app: &App) {
    if let Some(reader) = reader(app) {
        app.console.warning(reader);
    }
}

/// Who could read along, in words.
pub fn reader(app: &App) -> Option<String> {
    let bundle = app.options.ca_bundle.as_deref()?;
    let proxy = paths::proxy()?.address().ok()?;
    let (proxy, bundle) = (shown(&proxy), shown_path(bundle));
    Some(format!(
        "connections go through {proxy}, and {bundle} is trusted besides the system's certificate \
         authorities: someone who controls both can read credentials"
    ))
}
