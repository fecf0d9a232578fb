//! `azvault unlock`

use std::time::Duration;

use azvault_agent::hold::Reach;
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::{Hold, Opener};
use azvault_service::{accept_rollback, agent, policy, team};
use azvault_vault::Try;
use jiff::SignedDuration;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::duration::duration;
use crate::output::documents::SCHEMA;

/// Unlock the vault for a while: the agent holds its keys
///
/// By default until they were unused for 10 minutes, and for 12 hours in all. They are wiped before the
/// machine sleeps where logind answers, else within seconds after it woke: see azvault status. A policy that gets stricter holds at once. Any other command that asks for the passphrase does the same, with those defaults.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Hold them for so long, used or not: 8h, 45m, 1h30m (24h at the most)
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    hard: Option<Duration>,
    /// Lock after so long without use
    #[arg(long, value_name = "TIME", value_parser = duration)]
    idle: Option<Duration>,
    /// Which programs the agent answers: all of yours, or those of terminals in which the vault was
    /// unlocked, with what exec and shell start there [default: as before; at first all]
    #[arg(long, value_name = "user|terminal")]
    reach: Option<ReachName>,
    /// Go on with a vault that is older than, or another one than, what this machine has seen
    ///
    /// Asks on the terminal, stands in the audit log, and makes a generation beyond the one that was
    /// seen.
    #[arg(long)]
    accept_rollback: bool,
}

/// Whom the agent answers, as it is typed.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ReachName {
    User,
    Terminal,
}

impl From<ReachName> for Reach {
    fn from(name: ReachName) -> Self {
        match name {
            ReachName::User => Self::User,
            ReachName::Terminal => Self::Terminal,
        }
    }
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    state: &'static str,
    idle_limit_s: u64,
    expires_s: u64,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if app.options.no_agent {
            return Err(Failure::new(Kind::Usage, "to unlock is to hand keys to the agent")
                .hint("azvault unlock, without --no-agent and without AZVAULT_NO_AGENT"));
        }
        let limits = policy::limits(app, self.hard, self.idle)?;
        let terms = policy::terms(app, limits, self.reach.map(Reach::from))?;
        let locked = Opener::new(app).locked()?;
        agent::placed(locked.vault_id())?;
        policy::warn_of_weak_slots(app, locked.slots())?;
        if self.accept_rollback {
            accept_rollback::accept(app, terms)?;
        } else {
            let open = Opener::new(app).of(locked).open_slot(Try::All, Hold::Required(terms))?;
            team::wake(app, &open.vault);
        }
        let (idle_limit_s, expires_s) = (limits.idle.as_secs(), limits.hard.as_secs());
        if app.ui.output == Output::Json {
            let state = "unlocked";
            app.ui.json(&Document { schema: SCHEMA, state, idle_limit_s, expires_s });
        } else {
            let reach = if terms.reach == Some(Reach::Terminal) { " in this terminal" } else { "" };
            app.ui.line(format!("unlocked for {}{reach}", words(limits.hard)));
            if limits.idle < limits.hard {
                let idle = words(limits.idle);
                app.ui.note(format!("locks when nobody uses it for {idle}, or: azvault lock"));
            }
        }
        Ok(0)
    }
}

fn words(time: Duration) -> String {
    SignedDuration::try_from(time).map_or_else(|_| "ever".to_owned(), |time| format!("{time:#}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::words;

    #[test]
    fn a_time_is_told_as_people_write_it() {
        assert_eq!(words(Duration::from_secs(5400)), "1h 30m");
    }
}
