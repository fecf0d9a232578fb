//! Names of contexts.

use serde::{Deserialize, Serialize};

/// The name of a context: any text, kept to the letter, compared without case.
///
/// Azure PowerShell allows every text, the empty one and control characters included, and
/// compares with `StringComparer.CurrentCultureIgnoreCase` (AzureRmProfile.cs). A name is never
/// a path and never an option; whoever shows one escapes it.
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
        lower(&self.0).eq(lower(&other.0))
    }

    /// The form under which names are compared: two names are one when their keys are equal.
    pub fn key(&self) -> String {
        lower(&self.0).collect()
    }
}

/// Letter by letter, whatever stands beside it: as the product compares.
fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
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
        ] {
            let (one, other) = (ContextName::new(a), ContextName::new(b));
            assert_eq!(one.same_as(&other), same, "{a:?} {b:?}");
            assert_eq!(one.key() == other.key(), same, "{a:?} {b:?}");
        }
    }
}
