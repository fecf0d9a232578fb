//! `azvault migrate verify`

use azvault_vault::Id;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::migration::compare;
use crate::ui::count;
use crate::unlock;

/// Read originals and vault again and compare every secret by value; exit 10 on any difference
///
/// Files that were cleaned are compared with the copies that are sealed in the vault. Each original is
/// also searched for credentials without regard to its format: one that is neither in the vault nor
/// left out for a reason that is listed is a difference.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which migration [default: the newest]
    id: Option<Id>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let vault = unlock::vault(app)?;
        let comparison = compare::compare(app, &vault, self.id)?;
        compare::print(app, &comparison);
        let differences = comparison.differences.len();
        if differences == 0 {
            return Ok(0);
        }
        Err(Failure::new(Code::Findings, count(differences, "difference"))
            .hint("azvault migrate run, to import what changed"))
    }
}
