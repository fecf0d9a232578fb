//! Where a change lives (AzureContextModificationCmdlet.cs `GetContextModificationScope`).
//!
//! ```text
//! process                 if a context was given for this one command, whatever --scope says
//! the --scope given       else, even against the autosave setting
//! user / process          else, as autosave is on / off
//! ```

use crate::{AutosaveMode, ContextName, Scope};

/// Why a change has the scope that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeReason {
    /// A context was given for this one command.
    ContextGiven,
    /// `--scope`.
    Asked,
    /// Autosave is on, or off.
    Autosave,
}

/// The change would vanish unseen: there is no session that could keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a change of process scope lives in a session, and this shell has none")]
pub struct NoSession {
    /// Why the change has process scope.
    pub because: ScopeReason,
}

/// Whether this command belongs to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// It does.
    Here,
    /// It does not.
    None,
}

/// The scope of a change.
pub fn of_change(
    given: Option<&ContextName>,
    asked: Option<Scope>,
    autosave: AutosaveMode,
    session: Session,
) -> Result<Scope, NoSession> {
    let (scope, because) = match (given, asked, autosave) {
        (Some(_), _, _) => (Scope::Process, ScopeReason::ContextGiven),
        (None, Some(scope), _) => (scope, ScopeReason::Asked),
        (None, None, AutosaveMode::CurrentUser) => (Scope::User, ScopeReason::Autosave),
        (None, None, AutosaveMode::Process) => (Scope::Process, ScopeReason::Autosave),
    };
    match (scope, session) {
        (Scope::Process, Session::None) => Err(NoSession { because }),
        _ => Ok(scope),
    }
}

#[cfg(test)]
mod tests {
    use super::{NoSession, ScopeReason, Session, of_change};
    use crate::{AutosaveMode, ContextName, Scope};

    #[test]
    fn a_given_context_then_the_option_then_autosave() {
        use AutosaveMode::{CurrentUser as On, Process as Off};
        use Scope::{Process, User};
        let name = ContextName::new("x");
        for (given, asked, mode, wanted, because) in [
            (None, None, On, User, ScopeReason::Autosave),
            (None, None, Off, Process, ScopeReason::Autosave),
            (None, Some(User), On, User, ScopeReason::Asked),
            (None, Some(User), Off, User, ScopeReason::Asked),
            (None, Some(Process), On, Process, ScopeReason::Asked),
            (None, Some(Process), Off, Process, ScopeReason::Asked),
            (Some(&name), None, On, Process, ScopeReason::ContextGiven),
            (Some(&name), None, Off, Process, ScopeReason::ContextGiven),
            (Some(&name), Some(User), On, Process, ScopeReason::ContextGiven),
            (Some(&name), Some(Process), On, Process, ScopeReason::ContextGiven),
        ] {
            let case = format!("{given:?} {asked:?} {mode:?}");
            assert_eq!(of_change(given, asked, mode, Session::Here), Ok(wanted), "{case}");
            let alone = of_change(given, asked, mode, Session::None);
            let expected = if wanted == Process { Err(NoSession { because }) } else { Ok(wanted) };
            assert_eq!(alone, expected, "{case}, without a session");
        }
    }
}
