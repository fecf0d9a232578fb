//! The runtime folder: which one is used and why, and whether it lies in memory.

use azvault_os::file::is_in_memory;
use azvault_os::places::folder_in_memory;

use super::check::Check;
use crate::runtime;
use crate::runtime::{Look, PassedOver, Source, Unfit};
use crate::shell_word::shell_path;
use crate::text::shown_path;

/// Which folder is used, and what was passed over on the way there. A folder of this user's that
/// others can enter is worth a line to type even where another one serves.
pub(super) fn runtime_folder(look: &Look) -> Check {
    let name = "runtime-folder";
    let passed_over: Vec<String> = look.passed_over.iter().map(PassedOver::to_string).collect();
    let passed_over = passed_over.join("; ");
    let Some(used) = look.used.as_ref().and_then(|place| place.folder()) else {
        return Check::finding(name, passed_over, runtime::advice(&look.passed_over));
    };
    let used = shown_path(&used);
    if look.passed_over.is_empty() {
        return Check::ok(name, format!("{used} is yours alone"));
    }
    let what = format!("{used} is used: {passed_over}");
    match look.passed_over.iter().find_map(lax) {
        Some(advice) => Check::finding(name, what, advice),
        None => Check::ok(name, what),
    }
}

/// What makes a folder private that is this user's and that others can enter.
fn lax(passed_over: &PassedOver) -> Option<String> {
    let PassedOver { place, because } = passed_over;
    let Unfit::Lax(..) = because else { return None };
    let folder = if because.is_of_inner() { place.folder()? } else { place.base.clone()? };
    Some(format!("chmod 700 {}", shell_path(&folder)))
}

pub(super) fn runtime_in_memory(look: &Look) -> Check {
    let name = "runtime-in-memory";
    let Some(place) = &look.used else { return Check::unknown(name, "there is no runtime folder") };
    let (Some(base), Some(folder)) = (&place.base, place.folder()) else {
        return Check::unknown(name, "there is no runtime folder");
    };
    let folder = if folder.exists() { folder } else { base.clone() };
    if is_in_memory(&folder) {
        return Check::ok(name, "the runtime folder is on no disk");
    }
    let what = format!("{} is on a disk: names and ids of exec may stay there", shown_path(base));
    // Without the variable, the folder of the login would be used if it were any good.
    let login = (place.source == Source::Variable).then(runtime::of_login).flatten();
    if login.is_some_and(|folder| is_in_memory(&folder)) {
        return Check::finding(name, what, "unset XDG_RUNTIME_DIR");
    }
    let in_memory = folder_in_memory();
    if is_in_memory(in_memory) {
        let in_memory = in_memory.display();
        let advice = format!("export XDG_RUNTIME_DIR=\"$(mktemp -d -p {in_memory})\"");
        return Check::finding(name, what, advice);
    }
    Check::unknown(name, format!("{what}; this machine has no folder in memory"))
}
