//! `PSConfig.json` (AU/Config/ConfigManager.cs) and `AzurePSDataCollectionProfile.json`: settings that
//! are on, off or a number, below a name of the module or cmdlet that they are for. No secret belongs
//! in them, so that a text is named, but for the one setting that has one.

use crate::Found;
use crate::json::{JsonError, Node, Unread, keep_by_place};

/// The subscription that a sign-in selects: its id or its name (AU/Config/ConfigKeys.cs).
const TEXTS: [&str; 1] = ["DefaultSubscriptionForLogin"];

/// Deeper than any setting stands.
const MAX_DEPTH: usize = 8;

/// Reads the settings: nothing of them is imported.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    below(root, MAX_DEPTH, &unread)?;
    found.profile.kept = keep_by_place(&found.settle(unread));
    Ok(())
}

fn below<'a>(node: &Node<'a>, depth: usize, unread: &Unread<'a>) -> Result<(), JsonError> {
    for (name, member) in node.members()? {
        let is_known = TEXTS.iter().any(|known| name.eq_ignore_ascii_case(known));
        if member.is_object() && depth > 0 {
            below(&member, depth - 1, unread)?;
        } else if member.is_object() || member.is_array() {
            unread.add(member, "settings have no such value here");
        } else if member.is_string() && !is_known && !member.says_nothing() {
            unread.add(member, "a text, where settings are on, off or a number");
        }
    }
    Ok(())
}
