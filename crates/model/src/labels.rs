//! What a user has said of a context beyond what any file of a product can say.

use serde::{Deserialize, Serialize};

use crate::ContextName;

/// The labels of a context. They belong to its identity: a rename, a sign-in and an import keep them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// The generated name that it had before it got a short one. It still finds the context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_name: Option<ContextName>,
    /// How the user marked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// Where it is shared. Few contexts are, and a vault has many: it takes a pointer's room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Box<TeamLabel>>,
}

/// In which team a context is shared, and as which item there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamLabel {
    /// The team's name.
    pub name: String,
    /// The item's number: a context that is renamed is still that one.
    pub item: String,
}

/// A mark of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// What is done here is done to what people depend on.
    Production,
}

impl Mark {
    /// The word for it, where it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
        }
    }
}

impl Labels {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes over what the other says and this does not.
    pub(crate) fn take_over(&mut self, other: &Self) {
        self.long_name = self.long_name.take().or_else(|| other.long_name.clone());
        self.mark = self.mark.or(other.mark);
        self.team = self.team.take().or_else(|| other.team.clone());
    }
}
