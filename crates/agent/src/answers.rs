//! The seam behind which requests are answered: the agent keeps the keys and knows its callers, and
//! knows nothing of what is asked.

use std::sync::Arc;

use azvault_os::pipe::{Interest, Stream};
use azvault_vault::Keys;
use zeroize::Zeroizing;

use crate::grants::CallerGrants;
use crate::session_store::CallerSessions;
use crate::terminals::CallerTerminal;

/// Answers the requests of other processes with keys that are held.
pub trait Answers {
    /// The answer to one message.
    fn answer(&mut self, keys: &Arc<Keys>, asked: Asked<'_>) -> Result<Reply, NoAnswer>;

    /// Lets go of everything that holds the keys or was opened with them.
    fn forget(&mut self);

    /// Whether a process is at work for who waits with that ticket.
    fn is_at_work_for(&self, ticket: u64) -> bool;

    /// Nobody waits for an answer with that ticket any more.
    fn forget_ticket(&mut self, ticket: u64);

    /// The connections to processes that work for who waits, and what is waited for there.
    fn processes(&self) -> Vec<(&Stream, Interest)>;

    /// Goes on with what came from those processes.
    fn go_on(&mut self, keys: &Arc<Keys>);

    /// Does what nobody waits for, such as what is synced in the background: called when no caller is to be
    /// answered. A caller that comes meanwhile waits for as long as it takes.
    fn work_unasked(&mut self, keys: &Arc<Keys>);

    /// Does together what [`Reply::Unsettled`] answers wait for: by the ticket of each whether it was done, else the
    /// answer that goes out in its place.
    fn settle(&mut self, keys: &Arc<Keys>) -> Vec<Settled>;
}

/// What became of an answer that was to wait.
pub struct Settled {
    /// Of who waits.
    pub ticket: u64,
    /// Whether the answer goes out as it is; else the one that takes its place.
    pub outcome: Result<(), Zeroizing<Vec<u8>>>,
}

/// The answer, or that it is to be asked for again.
pub enum Reply {
    /// It is there.
    Now(Zeroizing<Vec<u8>>),
    /// It is there, and goes out when something was written first: once for all who ask at the same time.
    Unsettled(Zeroizing<Vec<u8>>),
    /// It takes what a process is at work for: the same message is to be answered once more when that has
    /// come further, or in a moment.
    Later,
}

/// A message, and who sent it.
pub struct Asked<'a> {
    /// As it came.
    pub message: &'a [u8],
    /// The process that sent it, as the kernel says.
    pub caller: u32,
    /// The sessions to which that process may belong.
    pub sessions: CallerSessions,
    /// The grants of this agent, as that process may use them.
    pub grants: CallerGrants,
    /// What is known of the terminal of that process.
    pub terminal: CallerTerminal,
    /// By which one who waits is known when the same message comes again.
    pub ticket: u64,
}

/// Why a message is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It is in a language that this process does not speak.
    Foreign,
}
