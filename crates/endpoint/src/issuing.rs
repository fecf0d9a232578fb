//! A few threads that wait for tokens, so that nobody else has to. There is none before it is needed.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddrV4;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use azvault_os::pipe::Bell;

use crate::EndpointRequest;
use crate::reply::{After, Reply};

/// How many tokens are waited for at once.
const MAX_THREADS: usize = 8;

/// A request that awaits its token.
pub(crate) struct Job {
    /// Of its connection.
    pub(crate) id: u64,
    /// The caller's address.
    pub(crate) peer: SocketAddrV4,
    pub(crate) asked: EndpointRequest,
    /// What becomes of the connection after the token.
    pub(crate) after: After,
}

/// A reply, and the connection it is for.
pub(crate) struct Done {
    pub(crate) id: u64,
    pub(crate) reply: Reply,
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
    threads: usize,
    /// Those of them that answer a job.
    busy: usize,
    is_closed: bool,
}

/// Whether a job that was added needs a thread more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hands {
    Enough,
    OneMore,
}

impl Queue {
    pub(crate) fn new() -> io::Result<Self> {
        let done = Bell::new()?;
        Ok(Self { lists: Mutex::default(), changed: Condvar::new(), done })
    }

    /// Where one more thread is needed it is counted already: who asked starts it.
    pub(crate) fn add(&self, job: Job) -> Hands {
        let mut lists = self.lists();
        lists.jobs.push_back(job);
        if lists.jobs.len() > lists.threads - lists.busy && lists.threads < MAX_THREADS {
            lists.threads += 1;
            return Hands::OneMore;
        }
        drop(lists);
        self.changed.notify_one();
        Hands::Enough
    }

    /// A thread could not be started. Whether there is any other one.
    pub(crate) fn has_others(&self) -> bool {
        let mut lists = self.lists();
        lists.threads -= 1;
        lists.threads > 0
    }

    /// The caller has gone: what it asked for and nobody began is not issued.
    pub(crate) fn forget(&self, id: u64) {
        self.lists().jobs.retain(|job| job.id != id);
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
    pub(crate) fn work(&self, answer: impl Fn(&Job) -> Reply) {
        while let Some(job) = self.next() {
            let reply = answer(&job);
            {
                // Free before the caller has its reply: the next request of the same caller starts no thread.
                let mut lists = self.lists();
                lists.busy -= 1;
                lists.done.push(Done { id: job.id, reply });
            }
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
                lists.busy += 1;
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

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddrV4};

    use super::{Closing, Hands, Job, MAX_THREADS, Queue};
    use crate::reply::{After, Status};
    use crate::{EndpointRequest, Protocol, Target};

    fn job(id: u64) -> Job {
        let target = Target::Resource(String::new());
        let (client, protocol) = (None, Protocol::AppService);
        let asked = EndpointRequest {
            target,
            tenant: None,
            client,
            claims: None,
            refused_sha256: None,
            protocol,
        };
        let peer = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
        Job { id, peer, asked, after: After::Close }
    }

    #[test]
    fn threads_are_asked_for_one_by_one_and_never_too_many() {
        let queue = Queue::new().unwrap();
        let hands: Vec<Hands> = (0..20).map(|id| queue.add(job(id))).collect();
        assert!(hands[..MAX_THREADS].iter().all(|hands| *hands == Hands::OneMore));
        assert!(hands[MAX_THREADS..].iter().all(|hands| *hands == Hands::Enough));
        assert!(queue.has_others());
        assert_eq!(queue.add(job(20)), Hands::OneMore);
    }

    #[test]
    fn what_nobody_waits_for_any_more_is_not_issued() {
        let queue = Queue::new().unwrap();
        for id in 0..3 {
            let _ = queue.add(job(id));
        }
        queue.forget(1);
        assert_eq!(queue.next().map(|job| job.id), Some(0));
        assert_eq!(queue.next().map(|job| job.id), Some(2));
    }

    #[test]
    fn a_thread_that_has_answered_is_used_before_another_one_is_started() {
        let queue = Queue::new().unwrap();
        assert_eq!(queue.add(job(0)), Hands::OneMore);
        std::thread::scope(|scope| {
            let closing = Closing(&queue);
            scope.spawn(|| queue.work(|job| job.asked.protocol.denied(Status::Unauthorised, "no")));
            for id in 1..100 {
                while queue.take().is_empty() {
                    std::thread::yield_now();
                }
                assert_eq!(queue.add(job(id)), Hands::Enough, "{id}");
            }
            drop(closing);
        });
    }
}
