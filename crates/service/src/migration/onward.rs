//! How one goes on after `clean`: az and Azure PowerShell are signed out, the vault is not.

use azvault_model::ContextName;
use azvault_vault::{Id, Import, ImportedFile, Snapshot, Stored};

use crate::app::App;
use crate::shell_word::shell_word;
use crate::text::count;

/// What to type to work on as a context: with az if az's files went, with Azure PowerShell if its did.
pub(crate) fn commands(removed: &[&ImportedFile], snapshot: &Snapshot<'_>) -> Vec<String> {
    let Some(name) = acting(snapshot) else { return Vec::new() };
    let is_there = |product: &str| removed.iter().any(|file| file.product == product);
    let mut lines = Vec::new();
    if is_there("azure-cli") {
        lines.push(format!("{} -- az account show", exec(&name)));
        lines.push("azvault az-shim install".to_owned());
    }
    if is_there("azure-powershell") {
        let name = name.as_str().replace('\'', "''");
        lines.push(format!("Get-AzVaultContext '{name}' | Connect-AzVault"));
    }
    if lines.is_empty() {
        lines.push(format!("{} -- env", exec(&name)));
    }
    lines
}

/// az as the vault signs it in: it has just been signed out itself.
pub(crate) fn az(snapshot: &Snapshot<'_>) -> String {
    match (snapshot.settings().default, acting(snapshot)) {
        (None, Some(name)) => format!("{} -- az", exec(&name)),
        _ => "azvault exec -- az".to_owned(),
    }
}

/// The default context, else the first one.
fn acting(snapshot: &Snapshot<'_>) -> Option<ContextName> {
    let first = || snapshot.contexts().first().map(|context| context.value.name.clone());
    snapshot.settings().default.or_else(first)
}

/// `exec` as a context, whose name could pass for an option.
fn exec(name: &ContextName) -> String {
    let word = shell_word(name.as_str());
    match name.as_str().starts_with('-') {
        true => format!("azvault --context={word} exec"),
        false => format!("azvault exec {word}"),
    }
}

/// Those of these migrations whose files are still in their places, each with how many.
pub fn uncleaned(others: &[Stored<Import>]) -> Vec<(Id, usize)> {
    let counted = others.iter().map(|import| {
        let files = import.value.files.iter().filter(|file| lies_there(file));
        (import.id, files.count())
    });
    counted.filter(|(_, files)| *files > 0).collect()
}

fn lies_there(file: &ImportedFile) -> bool {
    file.original.is_some() && file.removed.is_none() && file.path.symlink_metadata().is_ok()
}

/// Says what is left to do.
pub fn say(app: &App, uncleaned: &[(Id, usize)], commands: &[String]) {
    for (id, files) in uncleaned {
        let files = count(*files, "file");
        app.console.warning(format!(
            "{files} of another migration are still in their places: {} migrate clean {id}",
            app.command()
        ));
    }
    if !commands.is_empty() {
        app.console.note("To go on:");
        for command in commands {
            app.console.note(format!("  {command}"));
        }
    }
}
