//! Processes that ask again seconds after they were given a token: most drop one that a service refused, and say
//! nothing of it. Programs that keep no token ask again all the time: only the first time counts.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use azvault_endpoint::EndpointRequest;
use azvault_os::tcp_owner::Holder;

/// In seconds: several credentials of one program ask within such a moment, and are given the same token.
const MOMENT: i64 = 1;

/// In seconds: one that asks later than this has used its token.
const SECONDS_AGO: i64 = 10;

/// The tokens that processes were given, by their SHA-256.
#[derive(Default)]
pub(super) struct AskedAgain(Mutex<HashMap<(Holder, String), FirstTime>>);

struct FirstTime {
    token: [u8; 32],
    first: i64,
    last: i64,
    asked_again: bool,
}

impl AskedAgain {
    /// The token that this process was given seconds ago, where it asks for one like it once more.
    pub(super) fn of(
        &self,
        process: Holder,
        request: &EndpointRequest,
        now: i64,
    ) -> Option<[u8; 32]> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is past counts no more, and is kept no longer.
        all.retain(|_, given| (0..=SECONDS_AGO).contains(&(now - given.last)));
        let given = all.get_mut(&(process, same(request)))?;
        if given.asked_again || now - given.first <= MOMENT {
            return None;
        }
        given.asked_again = true;
        Some(given.token)
    }

    /// It was given this one now.
    pub(super) fn given(
        &self,
        process: Holder,
        request: &EndpointRequest,
        token: [u8; 32],
        now: i64,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = FirstTime { token, first: now, last: now, asked_again: false };
        let given = all.entry((process, same(request))).or_insert(first);
        match given.token == token {
            true => given.last = now,
            false => *given = FirstTime { token, first: now, last: now, asked_again: false },
        }
    }
}

/// What two requests have alike that ask for the same, in whatever protocol.
fn same(request: &EndpointRequest) -> String {
    let EndpointRequest { target, tenant, client, .. } = request;
    format!("{target:?} {tenant:?} {client:?}")
}

#[cfg(test)]
mod tests {
    use azvault_endpoint::{EndpointRequest, Protocol, Target};
    use azvault_os::tcp_owner::Holder;

    use super::{AskedAgain, MOMENT, SECONDS_AGO};

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    fn process(process: u32) -> Holder {
        Holder { process, started: 1 }
    }

    fn request(resource: &str) -> EndpointRequest {
        EndpointRequest {
            target: Target::Resource(resource.to_owned()),
            tenant: None,
            client: None,
            claims: None,
            refused_sha256: None,
            protocol: Protocol::AppService,
        }
    }

    /// What each of these times of one process finds, which is given `OLD` each time.
    fn found(times: &[i64]) -> Vec<bool> {
        let asked = AskedAgain::default();
        let ask = |now: &i64| {
            let again = asked.of(process(1), &request("a"), *now);
            asked.given(process(1), &request("a"), OLD, *now);
            again.is_some()
        };
        times.iter().map(ask).collect()
    }

    #[test]
    fn the_first_time_after_a_moment_and_within_seconds_counts_and_no_other() {
        for (times, again) in [
            (&[0, 0, MOMENT][..], &[false; 3][..]),
            (&[0, 2], &[false, true]),
            (&[0, 0, 1, 2, 4, 6], &[false, false, false, true, false, false]),
            (&[0, SECONDS_AGO], &[false, true]),
            (&[0, SECONDS_AGO + 1], &[false, false]),
            (&[0, 11, 22, 33], &[false; 4]),
            // One that asks all the time.
            (&[0, 2, 4, 9, 18, 27, 30], &[false, true, false, false, false, false, false]),
            // The clock was put back.
            (&[100, 50, 52], &[false, false, true]),
        ] {
            assert_eq!(found(times), again, "{times:?}");
        }
    }

    #[test]
    fn it_is_of_one_process_one_question_and_one_token() {
        let asked = AskedAgain::default();
        asked.given(process(1), &request("a"), OLD, 0);
        let later = Holder { started: 2, ..process(1) };
        for (other, resource) in [(process(2), "a"), (later, "a"), (process(1), "b")] {
            assert_eq!(asked.of(other, &request(resource), 5), None);
        }
        asked.given(process(1), &request("a"), NEW, 5);
        assert_eq!(asked.of(process(1), &request("a"), 6), None, "the new one is of this moment");
        assert_eq!(asked.of(process(1), &request("a"), 7), Some(NEW));
    }
}
