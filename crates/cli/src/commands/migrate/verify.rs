//! `azvault migrate verify`

use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::migration::{next, originals, proof};
use azvault_service::paths;
use azvault_service::text::count;
use azvault_service::verbs::WhatFor;
use azvault_vault::IdPrefix;

use crate::app::{App, Exit};
use crate::output::comparison;

/// Read originals and vault again and compare every secret by value; exit 10 on any difference
///
/// Contexts are compared by the names that the import gave them, and in every part; secrets by value and
/// by whose they are; the default, custom environments and the autosave mode as well. Files that were
/// cleaned are compared with the copies that are sealed in the vault. Each original is also searched for
/// credentials without regard to its format: one that is neither in the vault nor left out for a reason
/// that is listed is a difference.
///
/// What azvault has renewed since, and what got another name or was changed, is told and is no
/// difference. What you removed, or signed out of, is told with exit code 10: it is not in the vault any
/// more.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which migration, by its id or the first digits of it [default: the newest]
    id: Option<IdPrefix>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut requests = Requests::new(app);
        let opened = originals::open(app, &mut requests, self.id.as_ref(), WhatFor::Verify)?;
        let comparison = proof::compare(app, &mut requests, opened)?;
        comparison::print(app, &comparison);
        let next = || next::after(&comparison, paths::roots().ok().as_ref());
        let (differences, gone) = (comparison.differences.len(), comparison.gone.len());
        if differences > 0 {
            return Err(Failure::new(Kind::Findings, count(differences, "difference")).hint(next()));
        }
        if gone > 0 {
            let what = format!(
                "{} not in the vault any more: removed or signed out since",
                match gone {
                    1 => "1 thing is".to_owned(),
                    number => format!("{number} things are"),
                }
            );
            return Err(Failure::new(Kind::Findings, what).hint(next()));
        }
        Ok(0)
    }
}
