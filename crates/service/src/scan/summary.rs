//! What lies on this machine beside what was moved: as `scan` sees it, in few lines, for the end of
//! a migration.

use super::{Becomes, Row, Survey, contents, shortened};
use crate::app::App;
use crate::migration::gather::From;
use crate::paths;

/// Most files that are named; `scan` shows them all.
const MAX_NAMED: usize = 10;

/// Which files are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All that are unencrypted.
    All,
    /// Those that are not imported: the originals are still there, and that is said.
    Left,
}

/// Says what else lies in the usual places, and where to see more.
pub fn report(app: &App, which: Which) {
    let Ok(survey) = Survey::new(app, From::Usual, &|| false) else {
        app.console.note("What else lies on this machine could not be looked at: azvault scan");
        return;
    };
    let is_meant = |row: &&Row| which == Which::All || row.becomes == Becomes::Left;
    let rows: Vec<&Row> = survey.findings().filter(is_meant).collect();
    if rows.is_empty() && survey.is_complete() {
        return;
    }
    let roots = paths::roots().ok();
    if !rows.is_empty() {
        app.console.note("Also on this machine, and not moved:");
    }
    for row in rows.iter().take(MAX_NAMED) {
        let path = shortened(&row.path, roots.as_ref());
        app.console.note(format!("  {path}: {}", contents(row)));
    }
    if let Some(more) = rows.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        app.console.note(format!("  and {more} more"));
    }
    if !survey.is_complete() {
        app.console.note("Not all of this machine could be looked at.");
    }
    app.console.note("How bad each is, and what revokes it: azvault scan");
}
