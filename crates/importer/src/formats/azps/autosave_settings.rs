//! `AzureRmContextSettings.json` (AU/ContextAutosaveSettings.cs): `Mode` (`CurrentUser` or
//! `Process`), `ContextDirectory`, `ContextFile`, `CacheDirectory`, `CacheFile`, `Settings`,
//! `KeyStoreFile`. Compact JSON, UTF-8 without BOM; no secret. A path that is `null` or, from
//! 2.19.0 on, `"None"` is none; `CacheDirectory` can be relative.

use std::path::PathBuf;

use azvault_contexts::AutosaveMode;

use crate::Found;
use crate::json::{JsonError, Node, keep};

/// Reads the settings.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let settings = root.object()?;
    if let Some(mode) = settings.get_some("Mode")? {
        let text = mode.text()?;
        found.profile.autosave = match text.as_str() {
            text if text.eq_ignore_ascii_case("CurrentUser") => Some(AutosaveMode::CurrentUser),
            text if text.eq_ignore_ascii_case("Process") => Some(AutosaveMode::Process),
            _ => {
                found.warn(mode.place(), "an autosave mode that azvault does not know");
                None
            }
        };
    }
    let text = |name: &str| match settings.get_some(name)? {
        Some(node) => Ok(node.optional_text()?.filter(|text| text != "None" && !text.is_empty())),
        None => Ok(None),
    };
    if let Some(folder) = text("ContextDirectory")? {
        let file = text("ContextFile")?.unwrap_or_else(|| "AzureRmContext.json".to_owned());
        found.redirect = Some(PathBuf::from(folder).join(file));
    }
    found.cache_folder = text("CacheDirectory")?.map(PathBuf::from);
    let rest: Vec<_> = settings
        .members()
        .iter()
        .filter(|(name, node)| !name.eq_ignore_ascii_case("Mode") && !node.is_null())
        .map(|(name, node)| (name.as_str(), node))
        .collect();
    found.profile.kept = keep(&rest);
    Ok(())
}
