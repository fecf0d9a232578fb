//! Where a change lives.

use serde::{Deserialize, Serialize};

/// Azure PowerShell's `ContextModificationScope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
