//! A few threads that wait for tokens, so that nobody else has to.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddrV4;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use azvault_os::pipe::Bell;
use zeroize::Zeroizing;

use crate::EndpointRequest;

/// How many tokens are waited for at once.
pub(crate) const THREADS: usize = 8;

/// Requests that may await a token beside. Fewer than there are places for connections: the others
/// are there to refuse, and are lent for a moment to requests that the next tokens make room for.
const MAX_JOBS: usize = 384;

/// A request that awaits its token.
pub(crate) struct Job {
    /// Of its connection.
    pub(crate) id: u64,
    /// The caller's address.
    pub(crate) peer: SocketAddrV4,
    pub(crate) asked: EndpointRequest,
}

/// A reply, and the connection it is for.
pub(crate) struct Done {
    pub(crate) id: u64,
    pub(crate) reply: Zeroizing<Vec<u8>>,
}

/// What is to be issued and what was.
pub(crate) struct Queue {
    lists: Mutex<Lists>,
    /// Something is to be issued, or nothing will be any more.
    changed: Condvar,
    /// Rung when something was issued.
    done: Bell,
}

#[derive(Default)]
struct Lists {
    jobs: VecDeque<Job>,
    done: Vec<Done>,
    is_closed: bool,
}

impl Queue {
    pub(crate) fn new() -> io::Result<Self> {
        let done = Bell::new()?;
        Ok(Self { lists: Mutex::default(), changed: Condvar::new(), done })
    }

    /// Gives the job back where too many are waited for already, those included whose callers
    /// went meanwhile.
    pub(crate) fn add(&self, job: Job) -> Option<Job> {
        let mut lists = self.lists();
        if lists.jobs.len() >= MAX_JOBS {
            return Some(job);
        }
        lists.jobs.push_back(job);
        drop(lists);
        self.changed.notify_one();
        None
    }

    /// Rings when something was issued.
    pub(crate) fn bell(&self) -> &Bell {
        &self.done
    }

    /// What was issued since the last look.
    pub(crate) fn take(&self) -> Vec<Done> {
        self.done.clear();
        std::mem::take(&mut self.lists().done)
    }

    /// Answers jobs until the queue is closed.
    pub(crate) fn work(&self, answer: impl Fn(&Job) -> Zeroizing<Vec<u8>>) {
        while let Some(job) = self.next() {
            let reply = answer(&job);
            self.lists().done.push(Done { id: job.id, reply });
            self.done.ring();
        }
    }

    fn next(&self) -> Option<Job> {
        let mut lists = self.lists();
        loop {
            if lists.is_closed {
                return None;
            }
            if let Some(job) = lists.jobs.pop_front() {
                return Some(job);
            }
            lists = self.changed.wait(lists).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        let mut lists = self.lists();
        lists.is_closed = true;
        lists.jobs.clear();
        drop(lists);
        self.changed.notify_all();
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a queue however its user ends: its threads would be waited for for ever.
pub(crate) struct Closing<'q>(pub(crate) &'q Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
