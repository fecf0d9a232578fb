//! Custom environments, the default and the autosave mode.

use std::collections::HashMap;
use std::path::Path;

use azvault_model::rules::import::agree;
use azvault_model::{AutosaveMode, ContextName, Environment};
use azvault_vault::Course;

use super::again::{Again, FileAgain};
use super::comparison::{Against, Comparison, Difference};
use crate::text::quoted;

/// Compares what is of no single context.
pub(super) fn compare(
    again: &Again,
    against: &Against<'_>,
    vault: &Path,
    comparison: &mut Comparison,
) {
    environments(again, against, comparison);
    let Some(taken) = against.taken else { return };
    let settings = &against.content.settings;
    // A default whose name has changed is the same one.
    let default = taken.default.as_ref().and_then(|name| match against.since.of_context(name) {
        Some(became) => became.name.as_ref(),
        None => Some(name),
    });
    let text = |name: Option<&ContextName>| name.map(|name| name.key());
    for (what, is_same, course, was, is) in [
        (
            "default",
            text(default) == text(settings.default.as_ref()),
            against.since.default,
            named(taken.default.as_ref()),
            named(settings.default.as_ref()),
        ),
        (
            "autosave mode",
            taken.autosave == settings.autosave,
            against.since.autosave,
            mode(taken.autosave),
            mode(settings.autosave),
        ),
    ] {
        let path = vault.to_owned();
        match (is_same, course) {
            (true, _) => {}
            (false, Course::Changed) => {
                let what = format!("the {what} was changed since, from {was} to {is}");
                comparison.since.push(Difference { path, what });
            }
            (false, Course::AsItWas) => {
                let what = format!("the {what} is {is}, and the import took {was}");
                comparison.differences.push(Difference { path, what });
            }
        }
    }
}

fn named(name: Option<&ContextName>) -> String {
    name.map_or_else(|| "none".to_owned(), |name| quoted(name.as_str()))
}

fn mode(mode: Option<AutosaveMode>) -> String {
    mode.map_or("none", AutosaveMode::as_str).to_owned()
}

/// One environment a name, without case. What several files say of one may differ: the vault has the
/// word of one of them, and where it knew the environment before, its own.
fn environments(again: &Again, against: &Against<'_>, comparison: &mut Comparison) {
    let mut said: Vec<(&FileAgain, Vec<&Environment>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for source in &again.files {
        for environment in &source.profile.environments {
            let place = *places.entry(environment.name.to_lowercase()).or_insert_with(|| {
                said.push((source, Vec::new()));
                said.len() - 1
            });
            said[place].1.push(environment);
        }
    }
    comparison.environments = said.len();
    let held: HashMap<String, &Environment> =
        against.content.environments.iter().map(|e| (e.name.to_lowercase(), e)).collect();
    for (source, all) in said {
        let Some(first) = all.first() else { continue };
        let (name, key) = (quoted(&first.name), first.name.to_lowercase());
        let settings: Vec<_> = all.iter().map(|environment| &environment.settings).collect();
        let what = match held.get(&key) {
            Some(held) if agree(&held.settings, &settings) => continue,
            Some(_) => "says something else in the vault",
            None => "is not in the vault",
        };
        if held.contains_key(&key) && against.since.environments.contains(&key) {
            comparison.tell(source, format!("environment {name} {what}: its own word, or since"));
        } else {
            comparison.differ(source, format!("environment {name} {what}"));
        }
    }
}
