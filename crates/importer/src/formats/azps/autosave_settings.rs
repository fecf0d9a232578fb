//! `AzureRmContextSettings.json` (AU/ContextAutosaveSettings.cs): `Mode` (`CurrentUser` or
//! `Process`), `ContextDirectory`, `ContextFile`, `CacheDirectory`, `CacheFile`, `Settings`,
//! `KeyStoreFile`. Compact JSON, UTF-8 without BOM; no secret. A path that is `null` or, from
//! 2.19.0 on, `"None"` is none; `CacheDirectory` can be relative.

use std::collections::HashSet;
use std::path::PathBuf;

use azvault_model::{AutosaveMode, Text};

use crate::Found;
use crate::json::{JsonError, Node, Unread, keep};

/// Reads the settings.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut settings = root.fields(&unread)?;
    found.profile.autosave = match settings.text("Mode").as_deref() {
        Some(text) if text.eq_ignore_ascii_case("CurrentUser") => Some(AutosaveMode::CurrentUser),
        Some(text) if text.eq_ignore_ascii_case("Process") => Some(AutosaveMode::Process),
        Some(_) => {
            found.warn(settings.place_of("Mode"), "an autosave mode that azvault does not know");
            None
        }
        None => None,
    };
    let said = |text: &Text| text != "None" && !text.is_empty();
    let file = settings.text("ContextFile").filter(said);
    let file = file.unwrap_or_else(|| "AzureRmContext.json".into());
    if let Some(folder) = settings.text("ContextDirectory").filter(said) {
        found.redirect = Some(PathBuf::from(&*folder).join(&*file));
    }
    found.cache_folder =
        settings.text("CacheDirectory").filter(said).map(|folder| PathBuf::from(&*folder));
    for name in ["CacheFile", "KeyStoreFile"] {
        settings.text(name);
    }
    // A dictionary of texts of the module's own; what it may hold is not documented.
    settings.pass(&["Settings"]);
    for (_, node) in settings.remaining().filter(|(_, node)| !node.says_nothing()) {
        unread.unknown(&node);
    }
    let odd: HashSet<String> =
        found.settle(unread).iter().map(|node| node.place().to_owned()).collect();
    let is_mode = |name: &str| name.eq_ignore_ascii_case("Mode");
    let rest: Vec<_> = root
        .members()?
        .filter(|(name, node)| !node.is_null() && (!is_mode(name) || odd.contains(node.place())))
        .collect();
    let rest: Vec<_> = rest.iter().map(|(name, node)| (name.as_str(), node)).collect();
    found.profile.kept = keep(&rest);
    Ok(())
}
