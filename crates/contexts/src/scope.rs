//! Where a change lives.

use std::str::FromStr;

/// Azure PowerShell's `ContextModificationScope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The memory of one session; gone with it.
    Process,
    /// The vault (Azure PowerShell's `CurrentUser`).
    User,
}

impl Scope {
    /// The scope as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::User => "user",
        }
    }
}

/// Not a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope is `process` or `user` (also written `CurrentUser`)")]
pub struct NotAScope;

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        match text.to_ascii_lowercase().as_str() {
            "process" => Ok(Self::Process),
            "user" | "currentuser" => Ok(Self::User),
            _ => Err(NotAScope),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NotAScope, Scope};

    #[test]
    fn both_spellings_of_the_user_scope_are_taken() {
        for (text, scope) in [
            ("process", Ok(Scope::Process)),
            ("Process", Ok(Scope::Process)),
            ("user", Ok(Scope::User)),
            ("CurrentUser", Ok(Scope::User)),
            ("", Err(NotAScope)),
            ("machine", Err(NotAScope)),
        ] {
            assert_eq!(text.parse(), scope, "{text}");
        }
    }
}
