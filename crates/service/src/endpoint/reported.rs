//! Tokens that tools report as refused: each report has the service asked for a new one, and a tool that
//! reports in a loop has it asked a few times a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::tokens::TokenRequest;

/// How often a token for the same is renewed within [`PERIOD`].
const MAX_RENEWALS: usize = 3;

/// In seconds.
const PERIOD: i64 = 60;

/// When tokens were renewed because of a report, by account, tenant and scopes.
#[derive(Default)]
pub(crate) struct Reported(Mutex<HashMap<String, Vec<i64>>>);

impl Reported {
    /// Whether it is renewed now, which counts from then on.
    pub(crate) fn may_renew(&self, wanted: &TokenRequest, now: i64) -> bool {
        let scopes = wanted.scopes.join(" ");
        let key = [wanted.account.as_str(), &wanted.tenant, &scopes].join("\n");
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is past counts no more, and is kept no longer.
        all.retain(|_, times| {
            times.retain(|time| now.abs_diff(*time) < PERIOD.unsigned_abs());
            !times.is_empty()
        });
        let times = all.entry(key).or_default();
        let may = times.len() < MAX_RENEWALS;
        if may {
            times.push(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_RENEWALS, PERIOD, Reported};
    use crate::tokens::TokenRequest;

    #[test]
    fn a_token_is_renewed_a_few_times_a_minute() {
        let reported = Reported::default();
        let of = |account: &str, scope: &str| TokenRequest {
            account: account.to_owned(),
            scopes: vec![scope.to_owned()],
            ..TokenRequest::default()
        };
        for _ in 0..MAX_RENEWALS {
            assert!(reported.may_renew(&of("ada", "a"), 1000));
        }
        for (account, scope, now, may) in [
            ("ada", "a", 1000, false),
            ("ada", "a", 1000 + PERIOD - 1, false),
            ("ada", "b", 1001, true),
            ("bob", "a", 1001, true),
            ("ada", "a", 1000 + PERIOD, true),
        ] {
            assert_eq!(
                reported.may_renew(&of(account, scope), now),
                may,
                "{account} {scope} {now}"
            );
        }
    }
}
