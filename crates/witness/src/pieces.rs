//! Names and values in one word.

use crate::finding::Confidence;
use crate::leaf;
use crate::names::{Name, Sense};
use crate::walk::Walk;

/// Pairs in one word: a form, a query, a list of settings.
pub(crate) fn read(walk: &mut Walk<'_>, word: &str) {
    for piece in word.split(['?', '&', ';', ',', '(', ')']) {
        match piece.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_identifier(name) => {
                leaf::read(walk, named(name, value), value.trim_matches(['"', '\'']));
            }
            _ if piece.len() < word.len() => leaf::read(walk, Name::none(), piece),
            _ => {}
        }
    }
}

/// A name in a line: prose has words with a colon too, so a plain word behind one is less sure.
pub(crate) fn named(name: &str, value: &str) -> Name {
    let is_word = value.bytes().all(|byte| byte.is_ascii_lowercase()) || value.len() < 6;
    let surety = if is_word { Confidence::Likely } else { Confidence::Certain };
    let named = Name { surety, ..Name::new(name) };
    // In settings the word alone is mostly one, as in the files of Azure's libraries for Java.
    match name.eq_ignore_ascii_case("key") {
        true => Name { sense: Sense::Doubtful, ..named },
        false => named,
    }
}

/// What can stand before an equals sign as a name.
pub(crate) fn is_identifier(text: &str) -> bool {
    !text.contains("://")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-:$@/".contains(&b))
}
