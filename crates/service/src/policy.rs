//! The policy in force: the system's file, which nobody but root can change, and the user's own,
//! which may only tighten it.
//!
//! A file that cannot be read, or not understood, refuses all that a policy could forbid: whoever
//! can break a policy must not be rid of it. Where the files are is no option and no variable of
//! ours: what could name another place for the system's file could hide it.

mod decide;
mod file;
mod finding;
mod findings;
mod in_force;

use std::path::Path;

use azvault_agent::hold::{Allowed, Limits};

pub use self::decide::{
    acts, autosave_off, costs_enough, export_plaintext, extra_authorities,
    is_used_while_a_command_runs, keep, keep_names, limits, may_add, may_hold, may_remove, most,
    new_vault, opens, signs_in, terms, usual_cost, usual_terms, warn_of_weak_slots,
    withstands_guessing,
};
pub(crate) use self::decide::{only_pkcs11_module, pkcs11_module, presence};
pub use self::file::Owner;
pub use self::finding::Finding;
pub use self::findings::{of_context, of_hold, of_slots};
pub use self::in_force::{in_force, of_both_files, read};

/// What an agent obeys, by the system's policy and a user's own: as [`most_by`].
pub fn of_agent_by(user: Option<&Path>) -> Option<Allowed> {
    in_force::with_user(user).ok().map(|policy| decide::of_agent(&policy))
}

/// How long keys may be held at the most by the system's policy and a user's own, for a process that
/// no environment tells where the user's is; `None` where they cannot be followed, which is for those
/// who use the keys to refuse.
pub fn most_by(user: Option<&Path>) -> Option<Limits> {
    in_force::with_user(user).ok().map(|policy| decide::most_of(&policy))
}
