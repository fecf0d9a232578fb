//! Names of contexts.

use serde::{Deserialize, Serialize};

/// The name of a context: any text, kept to the letter, compared without case.
///
/// Azure PowerShell allows every text, the empty one and control characters included, and
/// compares with `StringComparer.CurrentCultureIgnoreCase` (AzureRmProfile.cs). Which names a culture
/// merges or splits beyond that differs from machine to machine; here they compare as .NET compares
/// without one. A name is never a path and never an option, and is escaped where it is shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContextName(String);

impl ContextName {
    /// Takes the text as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are one name to Azure PowerShell, which ignores case.
    pub fn same_as(&self, other: &Self) -> bool {
        upper(&self.0).eq(upper(&other.0))
    }

    /// The form under which names are compared: two names are one when their keys are equal.
    pub fn key(&self) -> String {
        upper(&self.0).collect()
    }
}

/// Letter by letter, whatever stands beside it: as .NET compares.
fn upper(text: &str) -> impl Iterator<Item = char> {
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

#[cfg(test)]
mod tests {
    use super::ContextName;

    #[test]
    fn names_compare_without_case_and_nothing_else() {
        for (a, b, same) in [
            ("Prod", "PROD", true),
            ("prød", "PRØD", true),
            ("prod", "prod ", false),
            ("", "", true),
            ("a/b", "a\\b", false),
            ("ΟΔΟΣ", "οδοσ", true),
            ("a", "ab", false),
            // Tried with the real string.Equals(a, b, OrdinalIgnoreCase) without ICU.
            ("οδός", "ΟΔΌΣ", true),
            ("\u{b5}", "\u{3bc}", true),
            ("ϐϑϕϖϰϱϵ", "βθφπκρε", true),
            ("\u{1e9b}", "\u{1e61}", true),
            ("\u{345}", "\u{3b9}", true),
            ("\u{1fbe}", "\u{3b9}", true),
            ("\u{1f80}", "\u{1f88}", true),
            ("\u{1fb3}", "\u{1fbc}", true),
            ("\u{1c80}", "\u{412}", true),
            ("\u{10428}", "\u{10400}", true),
            ("\u{212a}", "k", false),
            ("\u{212b}", "å", false),
            ("\u{2126}", "ω", false),
            ("İ", "i", false),
            ("İ", "i\u{307}", false),
            ("ı", "I", false),
            ("ſ", "s", false),
            ("ß", "ẞ", false),
            ("ß", "ss", false),
            ("e\u{301}", "é", false),
        ] {
            let (one, other) = (ContextName::new(a), ContextName::new(b));
            assert_eq!(one.same_as(&other), same, "{a:?} {b:?}");
            assert_eq!(one.key() == other.key(), same, "{a:?} {b:?}");
        }
    }
}
