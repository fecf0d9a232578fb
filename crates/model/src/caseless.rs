//! Text without case: the one rule by which names and ids are compared.
//!
//! Letter by letter, as `StringComparer.OrdinalIgnoreCase` of .NET does. Of GUIDs and everything else
//! in ASCII that is ASCII's own case.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Whether both texts are one.
pub(crate) fn same(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    folded(one).eq(folded(other))
}

/// Whether a text begins with another.
pub(crate) fn begins(text: &str, beginning: &str) -> bool {
    let mut rest = folded(text);
    folded(beginning).all(|letter| rest.next() == Some(letter))
}

/// Which of two texts comes first.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    folded(one).cmp(folded(other))
}

/// Hashes a text so that texts that are one have one hash.
pub(crate) fn hash(text: &str, state: &mut impl Hasher) {
    for letter in folded(text) {
        letter.hash(state);
    }
    state.write_u8(0xff);
}

/// The form under which a text is compared: two texts are one when their keys are equal. Itself where
/// it is that already, as ids are that products write.
pub(crate) fn key(text: &str) -> Cow<'_, str> {
    let is_key = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_key { Cow::Borrowed(text) } else { Cow::Owned(folded(text).collect()) }
}

/// Upper case tells letters apart as .NET does; of ASCII the key is in lower case, as ids are.
fn folded(text: &str) -> impl Iterator<Item = char> {
    upper(text).map(|letter| letter.to_ascii_lowercase())
}

/// Letter by letter, whatever stands beside it: as .NET compares.
pub(crate) fn upper(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(simple_upper)
}

/// The simple upper case of a letter, as `Rune.ToUpperInvariant` of .NET 10 without ICU has it: always
/// one letter, and `ı` and `ſ` are letters of their own.
fn simple_upper(letter: char) -> char {
    // Greek letters with an iota beneath have an upper case of two letters, and a simple one of one.
    let simple = match letter {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    if simple > 0 {
        return char::from_u32(u32::from(letter) + simple).unwrap_or(letter);
    }
    let mut upper = letter.to_uppercase();
    match (letter, upper.next(), upper.next()) {
        ('ı' | 'ſ', ..) => letter,
        (_, Some(one), None) => one,
        _ => letter,
    }
}
