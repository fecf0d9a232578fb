//! The Rust files of the crates as tokens, without their tests.

use std::fs;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::tidy::{root, sources};

/// Where a file stands: its crate, then its modules.
pub(super) type Place = Vec<String>;

/// Every file of the program, without what only tests are compiled with.
pub(super) fn program() -> Vec<(Place, TokenStream)> {
    let mut files = Vec::new();
    for (path, text) in sources() {
        if let Some(place) = place(&path) {
            files.push((place, code(&text)));
        }
    }
    assert!(files.len() > 300, "{}", files.len());
    files
}

/// The manifest of a crate.
pub(super) fn manifest(name: &str) -> toml::Table {
    fs::read_to_string(root().join("crates").join(name).join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

/// `crates/vault/src/store/slots.rs` is `vault`, `store`, `slots`.
fn place(path: &str) -> Option<Place> {
    let (name, file) = path.strip_prefix("crates/")?.split_once("/src/")?;
    let modules =
        file.strip_suffix(".rs")?.split('/').filter(|part| !["lib", "main"].contains(part));
    let place: Place = std::iter::once(name).chain(modules).map(str::to_owned).collect();
    (!place.iter().any(|part| part == "tests")).then_some(place)
}

/// The tokens of a text, without what only tests are compiled with.
pub(super) fn code(text: &str) -> TokenStream {
    without_tests(text.parse().unwrap())
}

fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if is_for_tests(&group) && ends_with(&kept, '#') => {
                kept.pop();
                // The item below it ends with its body, with a semicolon, or with both.
                for token in tokens.by_ref() {
                    let is_end = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == ';');
                    if is_end || is_braced(&token) {
                        break;
                    }
                }
                tokens.next_if(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ';'));
            }
            TokenTree::Group(group) => {
                let inside = without_tests(group.stream());
                kept.push(TokenTree::Group(Group::new(group.delimiter(), inside)));
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

fn is_for_tests(group: &Group) -> bool {
    let text = group.stream().to_string().replace(' ', "");
    group.delimiter() == Delimiter::Bracket && text == "cfg(test)"
}

fn ends_with(tokens: &[TokenTree], sign: char) -> bool {
    matches!(tokens.last(), Some(TokenTree::Punct(last)) if last.as_char() == sign)
}

fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}
