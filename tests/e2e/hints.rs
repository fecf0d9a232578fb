//! What an error says to type next. Every hint is found in the sources: each command in it exists, with
//! each of its options, and a test runs it in the situation that prints it: those of the tables below, or
//! one that has more to prepare.

mod az;
mod contexts;
mod machine;
mod sign_in;
mod situation;
mod tokens;
mod vault;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use azvault_test_support::{files_below, root};
use proc_macro2::{TokenStream, TokenTree};

/// The texts that are given to `hint(…)`, with the files they stand in.
fn hints() -> BTreeMap<String, PathBuf> {
    let mut all = BTreeMap::new();
    for path in files_below(&root().join("crates")) {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let name = path.to_str().unwrap();
        if !is_source || name.contains("/tests") || name.contains("/target/") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let tokens: TokenStream = text.parse().unwrap();
        let mut found = Vec::new();
        collect(tokens, &constants(&text), &mut found);
        all.extend(found.into_iter().map(|hint| (hint, path.clone())));
    }
    all
}

/// The texts that a file has names for.
fn constants(text: &str) -> BTreeMap<String, String> {
    let named = text.split("const ").skip(1).filter_map(|rest| {
        let (name, value) = rest.split_once(": &str =")?;
        let (value, _) = value.split_once(";\n")?;
        Some((name.to_owned(), syn::parse_str::<syn::LitStr>(value.trim()).ok()?.value()))
    });
    named.collect()
}

fn collect(tokens: TokenStream, constants: &BTreeMap<String, String>, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = |back: usize| at.checked_sub(back).map(|at| tokens[at].to_string());
        if before(1).as_deref() == Some("tests") {
            continue;
        }
        if before(1).as_deref() == Some("hint") && before(2).as_deref() != Some("fn") {
            found.extend(text(group.stream(), constants));
        }
        collect(group.stream(), constants, found);
    }
}

/// The text in it, also as the first argument of `format!`, or as a constant of the file.
fn text(tokens: TokenStream, constants: &BTreeMap<String, String>) -> Option<String> {
    let mut tokens = tokens.into_iter();
    let first = tokens.next()?;
    if first.to_string() == "format" {
        let TokenTree::Group(group) = tokens.nth(1)? else { return None };
        return text(group.stream(), constants);
    }
    if let Some(named) = constants.get(&first.to_string()) {
        return Some(named.clone());
    }
    syn::parse_str::<syn::LitStr>(&first.to_string()).ok().map(|text| text.value())
}

/// The commands of azvault that a hint names: the words behind it, up to where the sentence goes on.
fn commands(hint: &str) -> Vec<Vec<String>> {
    let ends = |word: &str| word.ends_with([',', ';', ':', ')', '"']);
    let mut commands = Vec::new();
    for rest in hint.split("azvault ").skip(1) {
        let mut words = Vec::new();
        for word in rest.split_whitespace() {
            words.push(word.trim_matches([',', ';', ':', ')', '"']).to_owned());
            if ends(word) || word == "--" {
                break;
            }
        }
        commands.push(words);
    }
    commands
}

#[test]
fn each_command_and_option_of_a_hint_exists() {
    let hints = hints();
    assert!(hints.len() > 100, "{}", hints.len());
    let page = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    let sections = page.split("\n## azvault").skip(1).map(|own| own.split_once('\n').unwrap());
    let pages: BTreeMap<&str, &str> = sections.map(|(verb, text)| (verb.trim(), text)).collect();
    let mut seen = 0;
    for (hint, path) in hints {
        for words in commands(&hint) {
            let mut verb = (1..=words.len().min(3)).map(|n| words[..n].join(" "));
            let Some(verb) = verb.rfind(|words| pages.contains_key(words.as_str())) else {
                let first = words.first().map_or("", String::as_str);
                let is_word = first.starts_with(['-', '{']) || first.is_empty();
                assert!(is_word, "{}: {hint}: there is no azvault {words:?}", path.display());
                continue;
            };
            seen += 1;
            let page = format!("{}{}", pages[verb.as_str()], pages[""]);
            for option in words.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                let name = option.split('=').next().unwrap();
                let forms = [format!("{name} "), format!("{name}\n"), format!("{name}[")];
                let is_option = forms.iter().any(|form| page.contains(form.as_str()));
                assert!(is_option, "{}: {hint}: {verb} has no {name}", path.display());
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

/// What is printed on another system alone.
const OF_WINDOWS: [&str; 1] = ["azvault --help, or run it in WSL"];

#[test]
fn every_hint_is_run_by_a_test() {
    let tests = files_below(&root().join("tests")).into_iter();
    let tests = tests.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut text = String::new();
    for path in tests {
        // A text goes on behind a backslash.
        for line in fs::read_to_string(path).unwrap().lines() {
            match line.strip_suffix('\\') {
                Some(line) => text.push_str(&format!("{} ", line.trim())),
                None => text.push_str(line.trim()),
            }
        }
    }
    let text = text.replace("  ", " ").replace("\\\"", "\"");
    let longest = |hint: &str| -> String {
        let outside = hint.split(['{', '}']).step_by(2);
        outside.max_by_key(|part| part.len()).unwrap_or_default().trim().to_owned()
    };
    let is_run = |hint: &str| OF_WINDOWS.contains(&hint) || text.contains(&longest(hint));
    let not_run: Vec<String> = hints().into_keys().filter(|hint| !is_run(hint)).collect();
    assert!(not_run.is_empty(), "{not_run:#?}");
}
