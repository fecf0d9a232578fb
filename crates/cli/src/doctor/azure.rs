//! What tools of Azure leave lying about.

use std::collections::BTreeSet;

use azvault_door::Holds;
use azvault_importer::places;

use super::Check;
use crate::app::App;
use crate::commands::scan::{USUAL_PLACES, lies_in_clear};
use crate::migration::gather::{self, Pointers};
use crate::paths;
use crate::ui::count;

pub(super) fn leftovers(app: &App) -> Check {
    let name = "leftovers";
    let sources = match gather::gather(app, &[], Pointers::Told) {
        Ok(sources) => sources,
        Err(failure) => return Check::unknown(name, failure.what),
    };
    let files = sources.iter().filter(|source| lies_in_clear(source)).count();
    if files > 0 {
        let what = format!("{} with unencrypted Azure sign-ins", count(files, "file"));
        return Check::finding(name, what, "azvault migrate");
    }
    match paths::roots().map(|roots| places::left_over(&roots).len()) {
        Ok(0) => Check::ok(name, format!("no Azure sign-ins were found {USUAL_PLACES}")),
        Ok(number) => {
            let what = format!("{} of Azure tools in clear", count(number, "file"));
            Check::finding(name, what, "azvault scan")
        }
        Err(failure) => Check::unknown(name, failure.what),
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
