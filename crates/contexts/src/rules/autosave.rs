//! The autosave mode in force, and why.
//!
//! Azure PowerShell: on by default since Az and AzureRM 6.0; `-Scope Process` of
//! `Enable-`/`Disable-AzContextAutosave` holds for the session, `CurrentUser` for the user
//! (AutoSave/*.cs).

use crate::{AutosaveMode, Scope};

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// This session.
    Session,
    /// The setting in the vault.
    User,
    /// Nobody: it is on by default.
    Default,
}

impl Because {
    /// The reason as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "set for this session",
            Self::User => "stored in the vault",
            Self::Default => "nothing is stored, and autosave is on by default",
        }
    }
}

/// The mode, from what the session and the user have set.
pub fn mode(session: Option<AutosaveMode>, user: Option<AutosaveMode>) -> (AutosaveMode, Because) {
    match (session, user) {
        (Some(mode), _) => (mode, Because::Session),
        (None, Some(mode)) => (mode, Because::User),
        (None, None) => (AutosaveMode::CurrentUser, Because::Default),
    }
}

/// Where `enable` and `disable` are kept when no scope is given: for the user, whatever the mode.
pub const DEFAULT_SCOPE: Scope = Scope::User;

#[cfg(test)]
mod tests {
    use super::{Because, mode};
    use crate::AutosaveMode::{CurrentUser, Process};

    #[test]
    fn reasons_say_where_the_mode_is_kept() {
        let all = [Because::Session, Because::User, Because::Default].map(Because::as_str);
        let wanted = ["this session", "the vault", "on by default"];
        assert!(all.iter().zip(wanted).all(|(text, words)| text.contains(words)), "{all:?}");
    }

    #[test]
    fn the_session_overrides_the_user_and_on_is_the_default() {
        for (session, user, wanted) in [
            (None, None, (CurrentUser, Because::Default)),
            (None, Some(CurrentUser), (CurrentUser, Because::User)),
            (None, Some(Process), (Process, Because::User)),
            (Some(CurrentUser), Some(Process), (CurrentUser, Because::Session)),
            (Some(Process), Some(CurrentUser), (Process, Because::Session)),
            (Some(Process), None, (Process, Because::Session)),
        ] {
            assert_eq!(mode(session, user), wanted, "{session:?} {user:?}");
        }
    }
}
