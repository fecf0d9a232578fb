//! The seam behind which requests are answered: the agent keeps the keys and knows its callers, and
//! knows nothing of what is asked.

use std::sync::Arc;

use azvault_vault::Keys;
use zeroize::Zeroizing;

use crate::session_store::CallerSessions;

/// Answers the requests of other processes with keys that are held.
pub trait Answers {
    /// The answer to one message.
    fn answer(
        &mut self,
        keys: &Arc<Keys>,
        asked: Asked<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, NoAnswer>;

    /// Lets go of everything that holds the keys or was opened with them.
    fn forget(&mut self);
}

/// A message, and who sent it.
pub struct Asked<'a> {
    /// As it came.
    pub message: &'a [u8],
    /// The process that sent it, as the kernel says.
    pub caller: u32,
    /// The sessions to which that process may belong.
    pub sessions: CallerSessions,
}

/// Why a message is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It is in a language that this process does not speak.
    Foreign,
}
