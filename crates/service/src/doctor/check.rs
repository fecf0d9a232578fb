//! What one check found.

use serde::Serialize;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    Finding,
    /// It cannot be told here, or not while the vault is locked.
    Unknown,
}

/// One check.
#[derive(Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub state: State,
    pub what: String,
    /// What to type; `null` where nothing is to be done.
    pub advice: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Ok, what: what.into(), advice: None }
    }

    pub(super) fn finding(
        name: &'static str,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let (what, advice) = (what.into(), Some(advice.into()));
        Self { name, state: State::Finding, what, advice }
    }

    pub(super) fn unknown(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: State::Unknown, what: what.into(), advice: None }
    }
}
