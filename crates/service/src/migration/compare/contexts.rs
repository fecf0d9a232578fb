//! Contexts: by the names that the import gave them, part by part.

use std::cell::OnceCell;
use std::collections::HashMap;

use azvault_model::rules::import::differing_parts;
use azvault_model::{Context, ContextName, Identity};
use azvault_vault::Course;

use super::again::{Again, FileAgain};
use super::comparison::{Against, Comparison};
use crate::text::quoted;

/// One context of the vault, and what the files say of it.
struct Group<'a> {
    imported: ContextName,
    source: &'a FileAgain,
    said: Vec<&'a Context>,
}

/// Compares every context of the files.
pub(super) fn compare(again: &Again, against: &Against<'_>, comparison: &mut Comparison) {
    let held = ContextIndex::of(&against.content.contexts);
    let groups = groups(again, against, &held);
    comparison.contexts = groups.len();
    for group in groups {
        let imported = quoted(group.imported.as_str());
        let became = against.since.of_context(&group.imported);
        let name_now = match became {
            Some(became) => became.name.as_ref(),
            None => Some(&group.imported),
        };
        let context = name_now.and_then(|name| held.named(name));
        match (context, became, name_now) {
            (None, Some(_), None) => {
                comparison.miss(group.source, format!("context {imported} was removed since"));
            }
            (None, ..) => {
                comparison.differ(group.source, format!("context {imported} is not in the vault"));
            }
            (Some(context), _, _) => {
                let parts = differing_parts(context, &group.said).join(", ");
                let changed = became.is_some_and(|became| became.content == Course::Changed);
                let name = quoted(context.name.as_str());
                match (parts.is_empty(), changed) {
                    (true, _) if context.name.same_as(&group.imported) => {}
                    (true, _) => {
                        let what = format!("context {imported} is called {name} since");
                        comparison.tell(group.source, what);
                    }
                    (false, true) => {
                        let what = format!("context {name} was changed since: {parts}");
                        comparison.tell(group.source, what);
                    }
                    (false, false) => {
                        let what = format!("context {name} differs in the vault: {parts}");
                        comparison.differ(group.source, what);
                    }
                }
            }
        }
    }
}

/// What the files say, by the contexts of the vault that it became.
fn groups<'a>(again: &'a Again, against: &Against<'_>, held: &ContextIndex<'_>) -> Vec<Group<'a>> {
    let names = against.taken.into_iter().flat_map(|taken| &taken.names);
    let names: HashMap<(usize, usize), &ContextName> =
        names.map(|taken| ((taken.file, taken.at), &taken.name)).collect();
    let (mut groups, mut places) = (Vec::<Group<'a>>::new(), HashMap::new());
    for source in &again.files {
        for (at, context) in source.profile.contexts.iter().enumerate() {
            let imported = match (names.get(&(source.number, at)), against.taken) {
                (Some(name), _) => (*name).clone(),
                (None, Some(_)) => context.name.clone(),
                // An earlier azvault did not remember which name it gave.
                (None, None) => held.alike(context).unwrap_or(&context.name).clone(),
            };
            let place = *places.entry(imported.key()).or_insert_with(|| {
                groups.push(Group { imported, source, said: Vec::new() });
                groups.len() - 1
            });
            groups[place].said.push(context);
        }
    }
    groups
}

/// The vault's contexts, to be found by name and by place.
struct ContextIndex<'a> {
    contexts: &'a [Context],
    names: HashMap<String, &'a Context>,
    /// Only asked for where no name is remembered.
    places: OnceCell<HashMap<Identity, Vec<&'a Context>>>,
}

impl<'a> ContextIndex<'a> {
    fn of(contexts: &'a [Context]) -> Self {
        let names = contexts.iter().map(|context| (context.name.key(), context)).collect();
        Self { contexts, names, places: OnceCell::new() }
    }

    fn places(&self) -> &HashMap<Identity, Vec<&'a Context>> {
        self.places.get_or_init(|| {
            let mut places = HashMap::<_, Vec<_>>::new();
            for context in self.contexts {
                places.entry(context.place()).or_default().push(context);
            }
            places
        })
    }

    fn named(&self, name: &ContextName) -> Option<&'a Context> {
        self.names.get(&name.key()).copied()
    }

    /// The name of the same context, its own if it has it.
    fn alike(&self, context: &Context) -> Option<&'a ContextName> {
        let same = |held: &&&Context| held.is_same_as(context);
        let own = self.names.get(&context.name.key()).filter(|held| held.is_same_as(context));
        let alike = || self.places().get(&context.place())?.iter().find(same);
        own.or_else(alike).map(|held| &held.name)
    }
}
