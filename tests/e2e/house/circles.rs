//! Files that cannot be read one after the other.

use std::collections::BTreeSet;

use super::code::Place;
use super::imports::Imports;

/// The files of each circle, with the names that hold it together.
pub(super) fn circles(imports: &Imports, more_than: usize) -> Vec<String> {
    let reached: Vec<(&Place, BTreeSet<&Place>)> =
        imports.keys().map(|place| (place, reached(imports, place))).collect();
    let mut found: BTreeSet<BTreeSet<&Place>> = BTreeSet::new();
    for (place, there) in &reached {
        let back = |(other, from): &&(&Place, BTreeSet<&Place>)| {
            there.contains(other) && from.contains(place)
        };
        found.insert(reached.iter().filter(back).map(|(other, _)| *other).collect());
    }
    found
        .into_iter()
        .filter(|circle| circle.len() > more_than)
        .map(|c| arrows(imports, &c))
        .collect()
}

fn reached<'i>(imports: &'i Imports, from: &Place) -> BTreeSet<&'i Place> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&Place> = imports[from].keys().collect();
    while let Some(place) = next.pop() {
        if found.insert(place) {
            next.extend(imports[place].keys());
        }
    }
    found
}

fn arrows(imports: &Imports, circle: &BTreeSet<&Place>) -> String {
    let mut text = format!("{} files:\n", circle.len());
    for place in circle {
        for (from, names) in imports[*place].iter().filter(|(from, _)| circle.contains(from)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            text += &format!(
                "{} takes {} from {}\n",
                place.join("/"),
                names.join(", "),
                from.join("/")
            );
        }
    }
    text
}
