//! What the code is built like: who depends on whom, and what functions take.

mod circles;
mod code;
mod imports;
mod parameters;

use std::collections::BTreeSet;

use circles::circles;
use code::{Place, code, manifest, program};
use imports::imports;
use parameters::functions;
use proc_macro2::TokenStream;

/// What each crate depends on. None names one that stands below it: `service` is used by `cli`
/// alone, and it uses `agent` and `endpoint`, which know no application.
const DEPENDS: [(&str, &[&str]); 16] = [
    ("model", &[]),
    ("os", &[]),
    ("pfx", &[]),
    ("witness", &[]),
    ("policy", &[]),
    ("vault", &["model", "os"]),
    ("age", &["model"]),
    ("pkcs11", &["model"]),
    ("importer", &["model", "os", "pfx"]),
    ("exporter", &["model"]),
    ("signin", &["model", "os", "pfx"]),
    ("agent", &["os", "vault"]),
    ("team", &["model", "vault"]),
    ("endpoint", &["model", "os"]),
    (
        "service",
        &[
            "age", "agent", "endpoint", "exporter", "importer", "model", "os", "pkcs11", "policy",
            "signin", "team", "vault", "witness",
        ],
    ),
    (
        "cli",
        &[
            "age", "agent", "exporter", "importer", "model", "os", "policy", "service", "signin",
            "vault",
        ],
    ),
];

/// Most files that take names from each other in a circle.
const MAX_CIRCLE: usize = 3;

const MAX_PARAMETERS: usize = 5;

#[test]
fn crates_depend_in_one_direction() {
    let taken = imports(program());
    let mut above = BTreeSet::new();
    for (name, depends) in DEPENDS {
        for other in depends {
            assert!(above.contains(other), "{name} stands above {other}");
        }
        above.insert(name);

        let manifest = manifest(name);
        let own = manifest["dependencies"].as_table().unwrap().keys();
        let own: Vec<&str> = own.filter_map(|key| key.strip_prefix("azvault-")).collect();
        let own: BTreeSet<&str> = own.into_iter().collect();
        assert_eq!(own, depends.iter().copied().collect(), "{name} depends on");

        let files = taken.iter().filter(|(place, _)| place[0] == name);
        let from: BTreeSet<&str> = files
            .flat_map(|(_, from)| from.keys().map(|place| place[0].as_str()))
            .filter(|from| *from != name)
            .collect();
        assert_eq!(from, own, "{name} takes names from");
    }
    let crates: BTreeSet<&str> = taken.keys().map(|place| place[0].as_str()).collect();
    assert_eq!(crates, above);
}

#[test]
fn no_more_than_three_files_need_each_other() {
    let found = circles(&imports(program()), MAX_CIRCLE);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Files by their modules, the crate `a` first.
fn made_up(files: &[(&str, &str)]) -> Vec<(Place, TokenStream)> {
    let place = |path: &str| path.split('/').map(str::to_owned).collect();
    files.iter().map(|(path, text)| (place(path), code(text))).collect()
}

#[test]
fn a_circle_is_found_however_the_name_is_taken() {
    let found = |last: &str| {
        let files = [
            ("a", "pub use two::three::Four; mod one; mod two;"),
            ("a/one", "use crate::Four; pub struct One(Four);"),
            ("a/two", "pub mod three; pub use super::one::*; fn f() { three::g(); }"),
            ("a/two/three", "use super::super::one as uno; pub struct Four; fn g() -> uno::One {}"),
            ("a/four", last),
            ("b", "use azvault_a::Four;"),
        ];
        circles(&imports(made_up(&files)), 1).len()
    };
    // `one` takes Four, which `three` defines, and `three` takes One.
    assert_eq!(found(""), 1);
    let four = |last: &str| {
        let files = [
            ("a", "mod one; mod two; mod four;"),
            ("a/one", "use crate::four::g; pub struct One; pub(in crate::two) struct Apart;"),
            ("a/two", "pub use super::one::*; pub use super::one::One as Uno;"),
            ("a/four", last),
        ];
        circles(&imports(made_up(&files)), 1).len()
    };
    for (text, circles) in [
        ("use crate::one::One; fn g() {}", 1),
        ("fn g() { assert!(crate::one::One); }", 1),
        ("use crate::two::One; fn g() {}", 1),
        ("use crate::{two::{self}}; fn g() { two::Uno; }", 1),
        ("fn g() { use super::one; one::One }", 1),
        ("fn g() {} #[cfg(test)] mod tests { use crate::one::One; }", 0),
        ("#[cfg(test)] use crate::one::{One}; fn g() {}", 0),
        ("pub(in crate::one) fn g() {}", 0),
        ("pub use crate::one::One; fn g() {}", 0),
    ] {
        assert_eq!(four(text), circles, "{text}");
    }
}

#[test]
fn exit_codes_are_of_the_command_line_alone() {
    for (place, tokens) in program() {
        let is_cli = place[0] == "cli";
        let code = tokens.to_string().replace(' ', "");
        for word in ["ExitCode", "exit_code", "process::exit("] {
            // What it was handed, or what a program ended with for which it stands.
            let hands_on = place[0] == "os" && word == "process::exit(";
            assert!(is_cli || hands_on || !code.contains(word), "{place:?} has {word:?}");
        }
        if place == ["service", "failure"] {
            let (_, kinds) = code.split_once("pubenumKind{").unwrap();
            let (kinds, _) = kinds.split_once('}').unwrap();
            let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
            assert!(!kinds.split('=').any(is_number), "{kinds}");
        }
    }
}

#[test]
fn where_a_secret_lives_and_what_rules_know_have_one_home() {
    for (place, tokens) in program() {
        let code = tokens.to_string().replace(' ', "");
        for (word, homes) in [
            ("Known{contexts,current", &["model process_scope", "model rules testing"][..]),
            ("Self{contexts,current:default", &["model change"]),
            ("SecretLocation::Session(", &["service secrets"]),
            ("ProcessSecret{id", &["service secrets", "vault session"]),
        ] {
            let is_home = homes.contains(&place.join(" ").as_str());
            assert_eq!(code.contains(word), is_home, "{place:?} and {word:?}");
        }
    }
}

#[test]
fn what_belongs_together_is_one_parameter() {
    let found: BTreeSet<String> = functions(program())
        .into_iter()
        .filter(|f| f.parameters > MAX_PARAMETERS || f.has_tuple || f.has_bool)
        .map(|function| function.name)
        .collect();
    assert!(
        found.is_empty(),
        "a tuple, a bool or more than {MAX_PARAMETERS} parameters: {found:#?}"
    );
}

#[test]
fn members_of_a_tuple_are_parameters() {
    for (text, wanted) in [
        ("fn f(a: u8, b: u8, c: u8, d: u8, e: u8) {}", (5, false, false)),
        ("fn f(&self, (a, b): (u8, &str), pair: &(u8, [u8; 2])) {}", (4, true, false)),
        ("fn f(a: bool, pairs: &[(u8, u8)]) -> (u8, u8) {}", (2, false, true)),
        ("fn g() { fn f(a: u8) {} }", (1, false, false)),
        ("#[cfg(test)] fn f(a: (u8, u8)) {} fn f() {}", (0, false, false)),
    ] {
        let text = format!("impl A {{ {text} }}");
        let found = functions(made_up(&[("a", &text)]));
        let found = found.into_iter().rfind(|function| function.name == "a f").unwrap();
        assert_eq!((found.parameters, found.has_tuple, found.has_bool), wanted, "{text}");
    }
}
