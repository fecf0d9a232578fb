//! Names of contexts.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::{Text, caseless};

/// The name of a context: any text, kept to the letter, compared without case.
///
/// Azure PowerShell allows every text, the empty one and control characters included, and
/// compares with `StringComparer.CurrentCultureIgnoreCase` (AzureRmProfile.cs). Which names a culture
/// merges or splits beyond that differs from machine to machine; here they compare as .NET compares
/// without one. A name is never a path and never an option, and is escaped where it is shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContextName(Text);

impl ContextName {
    /// Takes the text as it is.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().into())
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are one name to Azure PowerShell, which ignores case.
    pub fn same_as(&self, other: &Self) -> bool {
        caseless::same(&self.0, &other.0)
    }

    /// What is hashed of a name: two names are one when they are equal in it.
    pub fn caseless(&self) -> Caseless<'_> {
        Caseless(&self.0)
    }

    /// The form under which names are compared: two names are one when their keys are equal.
    pub fn key(&self) -> String {
        caseless::upper(&self.0).collect()
    }
}

/// A name without case, to be hashed without a copy of it.
pub struct Caseless<'a>(&'a str);

impl Hash for Caseless<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        caseless::hash(self.0, state);
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
