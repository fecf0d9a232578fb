//! What the agent wants of who asks: a terminal in which somebody has unlocked the vault, where it was said that
//! it answers no other; and that this was lately, before a secret is released that lives long.
//!
//! A command that is told so opens the vault with what unlocks it, answers itself, and has the agent know
//! the terminal from then on. Nothing of it is asked of a process that has the vault open.

use azvault_agent::CallerTerminal;
use azvault_agent::hold::Reach;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::policy;
use crate::time::words;

/// Whether a verb releases what lives long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Releases {
    /// Nothing, or what ends within hours.
    Nothing,
    /// Secrets that sign in.
    LongLived,
}

/// Who may ask for a verb.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A process of a terminal that the agent answers.
    OfTerminal,
    /// Any: it has a grant, or it ends what others may do.
    Anyone,
}

/// Whether the agent answers a process of that terminal.
pub(crate) fn is_answered(asker: Asker, terminal: CallerTerminal) -> Result<(), Failure> {
    match (asker, terminal.reach, terminal.unlocked) {
        (Asker::Anyone, ..) | (_, Reach::User, _) | (_, Reach::Terminal, Some(_)) => Ok(()),
        (Asker::OfTerminal, Reach::Terminal, None) => {
            let what = "the vault is unlocked for other terminals, and this one is none of them";
            Err(Failure::new(Kind::UnlockedElsewhere, what).hint(UNLOCK))
        }
    }
}

/// Whether somebody has unlocked the vault lately where this request comes from.
pub(crate) fn check(app: &App, releases: Releases) -> Result<(), Failure> {
    let (Releases::LongLived, Some(caller)) = (releases, app.caller()) else { return Ok(()) };
    let most = policy::presence(app)?;
    if caller.terminal.unlocked.is_some_and(|since| since < most) {
        return Ok(());
    }
    let what = match most.is_zero() {
        true => "a policy has each secret released only to who shows what unlocks the vault".into(),
        false => format!(
            "secrets are released for {} after the vault was unlocked in this terminal",
            words(most)
        ),
    };
    Err(Failure::new(Kind::UnlockedElsewhere, what).hint(UNLOCK))
}

const UNLOCK: &str = "azvault unlock in this terminal, or name a file: --passphrase-file FILE";
