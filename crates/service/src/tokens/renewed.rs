//! What became of the tokens that a request wanted, and which it wants next.

use std::sync::{Mutex, PoisonError};

use super::token_request::TokenRequest;
use crate::console::Said;
use crate::failure::{Failure, Kind};

/// One who waits.
pub(crate) type Ticket = u64;

/// What became of a token that was wanted.
#[derive(Clone)]
pub(crate) struct Ended {
    pub(super) wanted: TokenRequest,
    pub(super) outcome: Result<(), Failure>,
    /// What the person is told besides.
    pub(crate) said: Vec<Said>,
}

/// The tokens that were renewed for a request, and the one that it wants next.
#[derive(Default)]
pub(crate) struct Renewed {
    ended: Vec<Ended>,
    wanted: Mutex<Option<TokenRequest>>,
}

impl Renewed {
    pub(crate) fn new(ended: Vec<Ended>) -> Self {
        Self { ended, wanted: Mutex::default() }
    }

    /// What became of it; where nothing did yet, it is wanted from now on.
    pub(super) fn outcome(&self, wanted: &TokenRequest) -> Result<(), Failure> {
        if let Some(ended) = self.ended.iter().find(|ended| ended.wanted.is_same(wanted)) {
            return ended.outcome.clone();
        }
        let mut own = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        *own = Some(wanted.clone());
        Err(Failure::new(Kind::Busy, "the token is being renewed").hint("run the command again"))
    }

    /// Whether it was renewed for this request.
    pub(crate) fn has(&self, wanted: &TokenRequest) -> bool {
        self.ended.iter().any(|ended| ended.wanted.is_same(wanted))
    }

    /// What would not do when it was first wanted.
    pub(super) fn passed_over(&self, wanted: &TokenRequest) -> Option<Vec<i64>> {
        let ended = self.ended.iter().find(|ended| ended.wanted.is_same(wanted))?;
        Some(ended.wanted.passed_over.clone())
    }

    /// Whether the request cannot be answered before a token is there.
    pub(super) fn is_waited_for(&self) -> bool {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The token without which the request cannot be answered.
    pub(crate) fn take_wanted(&self) -> Option<TokenRequest> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
