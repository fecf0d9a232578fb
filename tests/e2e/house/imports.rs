//! Which file takes a name from which: imports, and paths written where they are used. A name that
//! is exported again is taken from where it is defined.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Item, ItemUse, Macro, Path, UseTree, Visibility};

use super::code::Place;

/// Longest way of a name from one export to the next.
const MAX_EXPORTS: usize = 8;

/// What a file takes from other files: the names, by file.
pub(super) type Imports = BTreeMap<Place, BTreeMap<Place, BTreeSet<String>>>;

/// What every file takes from the others.
pub(super) fn imports(program: Vec<(Place, TokenStream)>) -> Imports {
    let files: Files =
        program.into_iter().map(|(place, tokens)| (place, File::read(tokens))).collect();
    files.iter().map(|(place, file)| (place.clone(), taken(&files, place, file))).collect()
}

type Files = BTreeMap<Place, File>;

#[derive(Default)]
struct File {
    defined: BTreeSet<String>,
    uses: Vec<Use>,
    /// Paths of at least two steps, outside of imports.
    paths: BTreeSet<Vec<String>>,
}

struct Use {
    path: Vec<String>,
    name: String,
    is_export: bool,
}

impl File {
    fn read(tokens: TokenStream) -> Self {
        let mut file = Self::default();
        file.visit_file(&syn::parse2(tokens).unwrap());
        file
    }

    fn exported(&self, name: &str) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(move |export| export.is_export && export.name == name)
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item(&mut self, item: &'ast Item) {
        self.defined.extend(name(item).map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_export = !matches!(item.vis, Visibility::Inherited);
        let leaves = leaves(&item.tree, Vec::new()).into_iter();
        self.uses.extend(leaves.map(|(path, name)| Use { path, name, is_export }));
    }

    // `pub(in path)` says who may see a name, and takes none.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast Path) {
        let steps: Vec<String> = path.segments.iter().map(|step| step.ident.to_string()).collect();
        if steps.len() > 1 {
            self.paths.insert(steps);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.visit_path(&called.path);
        self.paths.extend(paths(called.tokens.clone()));
    }
}

/// The paths among tokens whose grammar is a macro's own.
fn paths(tokens: TokenStream) -> Vec<Vec<String>> {
    let (mut found, mut path, mut colons) = (Vec::new(), Vec::new(), 0);
    for token in tokens {
        match token {
            TokenTree::Punct(sign) if sign.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(word) => {
                if colons != 2 {
                    found.push(std::mem::take(&mut path));
                }
                path.push(word.to_string());
            }
            TokenTree::Group(group) => {
                found.push(std::mem::take(&mut path));
                found.extend(paths(group.stream()));
            }
            _ => found.push(std::mem::take(&mut path)),
        }
        colons = 0;
    }
    found.push(path);
    found.retain(|path| path.len() > 1);
    found
}

/// What an item is called.
fn name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Mod(item) => Some(&item.ident),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        _ => None,
    }
}

/// What an import names, each name with its path.
fn leaves(tree: &UseTree, mut path: Vec<String>) -> Vec<(Vec<String>, String)> {
    let name = match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            return leaves(&step.tree, path);
        }
        UseTree::Group(group) => {
            return group.items.iter().flat_map(|tree| leaves(tree, path.clone())).collect();
        }
        UseTree::Name(name) => {
            path.extend(Some(name.ident.to_string()).filter(|name| name != "self"));
            path.last().cloned().unwrap_or_default()
        }
        UseTree::Rename(name) => {
            path.extend(Some(name.ident.to_string()).filter(|name| name != "self"));
            name.rename.to_string()
        }
        UseTree::Glob(_) => {
            path.push("*".to_owned());
            "*".to_owned()
        }
    };
    vec![(path, name)]
}

/// The files that a file takes names from.
fn taken(files: &Files, place: &Place, file: &File) -> BTreeMap<Place, BTreeSet<String>> {
    let mut found: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    let mut modules: BTreeMap<&str, Place> = BTreeMap::new();
    let mut add = |origin: Option<(Place, Option<String>)>| {
        if let Some((from, Some(name))) = origin.filter(|(from, _)| from != place) {
            found.entry(from).or_default().insert(name);
        }
    };
    for import in &file.uses {
        match origin(files, place, &import.path, MAX_EXPORTS) {
            Some((module, None)) => drop(modules.insert(&import.name, module)),
            found if !import.is_export => add(found),
            _ => {}
        }
    }
    for path in &file.paths {
        let (first, rest) = path.split_first().unwrap();
        match modules.get(first.as_str()) {
            Some(module) => {
                let path = [&["self".to_owned()], rest].concat();
                add(origin(files, module, &path, MAX_EXPORTS));
            }
            None => add(origin(files, place, path, MAX_EXPORTS)),
        }
    }
    found
}

/// The file that defines what a path means, and the name that is taken from it; no name for the
/// module itself.
fn origin(
    files: &Files,
    place: &Place,
    path: &[String],
    more: usize,
) -> Option<(Place, Option<String>)> {
    let (first, rest) = path.split_first()?;
    let (mut at, mut rest) = match first.as_str() {
        "crate" => (place[..1].to_vec(), rest),
        "self" => (place.clone(), rest),
        "super" => {
            let up = path.iter().take_while(|step| *step == "super").count();
            (place[..place.len().checked_sub(up)?].to_vec(), &path[up..])
        }
        other => match other.strip_prefix("azvault_") {
            Some(name) => (vec![name.to_owned()], rest),
            None => (place.clone(), path),
        },
    };
    let is_from_here = at == *place && rest.len() == path.len();
    while let Some((step, after)) = rest.split_first() {
        let next = [&at[..], std::slice::from_ref(step)].concat();
        if !files.contains_key(&next) {
            break;
        }
        (at, rest) = (next, after);
    }
    if is_from_here && rest.len() == path.len() {
        return None;
    }
    let file = files.get(&at)?;
    let Some(name) = rest.first() else { return Some((at, None)) };
    let more = more.checked_sub(1)?;
    for export in file.exported(name) {
        if let Some(found) = origin(files, &at, &export.path, more) {
            let path = [&["self".to_owned()], &rest[1..]].concat();
            return match found {
                (module, None) if rest.len() > 1 => origin(files, &module, &path, more),
                found => Some(found),
            };
        }
    }
    if !file.defined.contains(name) {
        for export in file.exported("*") {
            let mut path = export.path.clone();
            path.pop();
            path.push(name.clone());
            let found = origin(files, &at, &path, more);
            if let Some((module, _)) = &found
                && files[module].defined.contains(name)
            {
                return found;
            }
        }
    }
    Some((at, Some(name.clone())))
}
