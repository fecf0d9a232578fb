//! The autosave mode in force, and why.
//!
//! Azure PowerShell: on by default since Az and AzureRM 6.0; `-Scope Process` of
//! `Enable-`/`Disable-AzContextAutosave` holds for the session, `CurrentUser` for the user
//! (AutoSave/*.cs). A policy that says off stands above both.

use serde::{Deserialize, Serialize};

use crate::{AutosaveMode, Scope};

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AutosaveSource {
    /// A policy.
    Policy,
    /// This session.
    Session,
    /// The setting in the vault.
    User,
    /// Nobody: it is on by default.
    Default,
}

impl AutosaveSource {
    /// The reason as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "forced by a policy",
            Self::Session => "set for this session",
            Self::User => "stored in the vault",
            Self::Default => "nothing is stored, and autosave is on by default",
        }
    }
}

/// What a policy says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Nothing.
    Silent,
    /// It is off, whatever anybody has set.
    Off,
}

/// The mode, from what a policy says, and the session and the user have set.
pub fn mode(
    policy: Policy,
    session: Option<AutosaveMode>,
    user: Option<AutosaveMode>,
) -> (AutosaveMode, AutosaveSource) {
    match (policy, session, user) {
        (Policy::Off, _, _) => (AutosaveMode::Process, AutosaveSource::Policy),
        (Policy::Silent, Some(mode), _) => (mode, AutosaveSource::Session),
        (Policy::Silent, None, Some(mode)) => (mode, AutosaveSource::User),
        (Policy::Silent, None, None) => (AutosaveMode::CurrentUser, AutosaveSource::Default),
    }
}

/// Where `enable` and `disable` are kept when no scope is given: for the user, whatever the mode.
pub const DEFAULT_SCOPE: Scope = Scope::User;

#[cfg(test)]
mod tests {
    use super::{AutosaveSource, Policy, mode};
    use crate::AutosaveMode::{CurrentUser, Process};

    #[test]
    fn reasons_say_where_the_mode_is_kept() {
        let all = [
            AutosaveSource::Policy,
            AutosaveSource::Session,
            AutosaveSource::User,
            AutosaveSource::Default,
        ];
        let all = all.map(AutosaveSource::as_str);
        let wanted = ["a policy", "this session", "the vault", "on by default"];
        assert!(all.iter().zip(wanted).all(|(text, words)| text.contains(words)), "{all:?}");
    }

    #[test]
    fn a_policy_overrides_the_session_that_the_user_and_on_is_the_default() {
        for (session, user, wanted) in [
            (None, None, (CurrentUser, AutosaveSource::Default)),
            (None, Some(CurrentUser), (CurrentUser, AutosaveSource::User)),
            (None, Some(Process), (Process, AutosaveSource::User)),
            (Some(CurrentUser), Some(Process), (CurrentUser, AutosaveSource::Session)),
            (Some(Process), Some(CurrentUser), (Process, AutosaveSource::Session)),
            (Some(Process), None, (Process, AutosaveSource::Session)),
        ] {
            assert_eq!(mode(Policy::Silent, session, user), wanted, "{session:?} {user:?}");
            let forced = (Process, AutosaveSource::Policy);
            assert_eq!(mode(Policy::Off, session, user), forced, "{session:?} {user:?}");
        }
    }
}
