//! The policy in force: the system's file, which nobody but root can change, and the user's own,
//! which may only tighten it.
//!
//! A file that cannot be read, or not understood, refuses all that a policy could forbid: whoever
//! can break a policy must not be rid of it. Where the files are is no option and no variable of
//! ours: what could name another place for the system's file could hide it.

mod decide;
mod file;
mod findings;

use std::path::{Path, PathBuf};

use azvault_agent::hold::Limits;
use azvault_policy::{Loosens, Policy, Wrong, tighten};

pub use self::decide::{
    acts, autosave_off, costs_enough, export_plaintext, extra_authorities,
    is_used_while_a_command_runs, keep, limits, may_add, may_hold, may_remove, most, new_vault,
    signs_in, usual_cost, warn_of_weak_slots, withstands_guessing,
};
pub use self::findings::{of_context, of_hold, of_slots};
use crate::failure::{Code, Failure};
use crate::paths;
use crate::text::{shown, shown_path};

/// One thing that is wrong with a policy, or with what it is about: what, where, what to do.
pub struct Finding {
    pub file: PathBuf,
    pub line: Option<usize>,
    pub what: String,
    pub next: String,
}

/// Whose file it is: whom it may belong to follows from that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Root.
    System,
    /// This user, or root.
    User,
    /// Anybody: it is looked at, and does not hold.
    Nobody,
}

/// The policy of a file; `None` if there is no such file.
pub fn read(path: &Path, owner: Owner) -> Result<Option<Policy>, Vec<Finding>> {
    let text = file::read(path, owner).map_err(|finding| vec![finding])?;
    let Some(text) = text else { return Ok(None) };
    azvault_policy::read(&text, path)
        .map(Some)
        .map_err(|wrong| wrong.into_iter().map(Finding::from).collect())
}

/// How long keys may be held at the most by the system's policy and a user's own, for a process that
/// no environment tells where the user's is; `None` where they cannot be followed, which is for those
/// who use the keys to refuse.
pub fn most_by(user: Option<&Path>) -> Option<Limits> {
    with_user(user).ok().map(|policy| decide::most_of(&policy))
}

/// The policy in force: both files, each where it is there.
pub fn of_both_files() -> Result<Policy, Vec<Finding>> {
    with_user(paths::user_policy().as_deref())
}

fn with_user(user: Option<&Path>) -> Result<Policy, Vec<Finding>> {
    let user = user.map_or(Ok(None), |path| read(path, Owner::User));
    match (read(&paths::system_policy(), Owner::System), user) {
        (Ok(system), Ok(user)) => tighten(system.unwrap_or_default(), user.unwrap_or_default())
            .map_err(|loosens| loosens.into_iter().map(Finding::from).collect()),
        (system, user) => {
            let found = [system.err(), user.err()].into_iter().flatten();
            Err(found.flatten().collect())
        }
    }
}

/// As [`of_both_files`], for a command that needs to know what is forbidden.
pub fn in_force() -> Result<Policy, Failure> {
    of_both_files().map_err(|findings| {
        let first = findings.first().map(Finding::line).unwrap_or_default();
        let what = format!("refused by a policy that cannot be followed: {first}");
        Failure::new(Code::Refused, what).hint("azvault policy check says what to do")
    })
}

impl Finding {
    /// Where and what, in one line.
    pub fn line(&self) -> String {
        let file = shown_path(&self.file);
        match self.line {
            Some(line) => format!("{file} line {line}: {}", shown(&self.what)),
            None => format!("{file}: {}", shown(&self.what)),
        }
    }
}

impl From<Wrong> for Finding {
    fn from(Wrong { place, what, instead }: Wrong) -> Self {
        Self { file: place.file, line: Some(place.line), what, next: format!("write {instead}") }
    }
}

impl From<Loosens> for Finding {
    fn from(Loosens { key, system, user }: Loosens) -> Self {
        let what = format!("{key} may only tighten {system}");
        let next = "make the line stricter, or remove it".to_owned();
        Self { file: user.file, line: Some(user.line), what, next }
    }
}

impl From<azvault_policy::Refusal> for Finding {
    fn from(azvault_policy::Refusal { place, what, next }: azvault_policy::Refusal) -> Self {
        Self { file: place.file, line: Some(place.line), what, next }
    }
}
