//! What tools of Azure leave lying about.

use std::collections::BTreeSet;

use azvault_endpoint::Holds;

use super::check::Check;
use crate::app::App;
use crate::migration::gather::From;
use crate::paths;
use crate::scan::USUAL_PLACES;
use crate::scan::{Becomes, Survey, next};
use crate::text::count;

pub(super) fn leftovers(app: &App) -> Check {
    let name = "leftovers";
    let survey = match Survey::new(app, From::Usual, &|| false) {
        Ok(survey) => survey,
        Err(failure) => return Check::unknown(name, failure.what),
    };
    let roots = paths::roots().ok();
    let next = next::of_all(&survey, From::Usual, roots.as_ref());
    let next = next.unwrap_or_else(|| "azvault scan".to_owned());
    let files = survey.totals.files;
    if survey.findings().any(|row| row.becomes == Becomes::Imported) {
        let what = format!("{} with unencrypted Azure sign-ins", count(files, "file"));
        return Check::finding(name, what, next);
    }
    if files > 0 {
        let what = format!("{} with unencrypted credentials", count(files, "file"));
        return Check::finding(name, what, "azvault scan");
    }
    match survey.unreadable.len() {
        0 if survey.is_complete() => {
            Check::ok(name, format!("no Azure sign-ins were found {USUAL_PLACES}"))
        }
        0 => Check::finding(name, "not all of it could be looked at", "azvault scan"),
        number => {
            let what = format!("{} of the usual places could not be read", count(number, "file"));
            Check::finding(name, what, "azvault scan")
        }
    }
}

pub(super) fn variables() -> Check {
    let name = "environment";
    let foreign = paths::foreign_variables().into_iter();
    let secret = foreign.filter(|(_, row)| row.holds == Holds::Secret);
    let set: BTreeSet<String> = secret.filter_map(|(name, _)| name.into_string().ok()).collect();
    if set.is_empty() {
        return Check::ok(name, "no variable holds a secret of Azure");
    }
    let set: Vec<String> = set.into_iter().collect();
    let names = set.join(" ");
    let what = format!("every program that is started here gets {}", set.join(", "));
    Check::finding(name, what, format!("unset {names}"))
}
