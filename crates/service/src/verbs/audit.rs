//! What the audit log says, and whether it is whole.

use std::collections::BTreeSet;

use azvault_vault::{Id, Logged};
use serde::{Deserialize, Serialize};

use super::{Handle, Rest, Verb};
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;

const WORK: &str = "verifying";

/// What one reply has of a log, in bytes: a message has a limit, and a log grows for years.
const MAX_PART: usize = 8 * 1024 * 1024;

/// Entries of the audit log, oldest first. The whole chain is verified before one is given.
#[derive(Serialize, Deserialize)]
pub struct ReadAuditLog {
    /// Only of this verb, or of the verbs of this noun.
    pub verb: Option<String>,
    /// Only what was done with that.
    pub subject: Option<Id>,
    /// Only from this moment on, in Unix seconds.
    pub since: Option<i64>,
    /// Only before this moment.
    pub until: Option<i64>,
    /// Only the newest of them.
    pub limit: Option<usize>,
    /// Only behind this one: the last of the part that was given before.
    pub after: Option<i64>,
}

/// A part of the log.
#[derive(Serialize, Deserialize)]
pub struct AuditLogPart {
    pub entries: Vec<Logged>,
    /// Whether there are more behind these.
    pub rest: Rest,
    /// The verbs of the whole log, where no entry is given.
    pub verbs: Vec<String>,
}

/// Verifies the chain of the audit log.
#[derive(Serialize, Deserialize)]
pub struct VerifyAuditLog {}

/// A chain that is whole.
#[derive(Serialize, Deserialize)]
pub struct VerifiedAuditLog {
    pub entries: usize,
}

impl Message for ReadAuditLog {}

impl Message for AuditLogPart {}

impl Message for VerifyAuditLog {}

impl Message for VerifiedAuditLog {}

impl ReadAuditLog {
    fn takes(&self, logged: &Logged) -> bool {
        let entry = &logged.entry;
        let of_verb = |wanted: &String| {
            let rest = entry.verb.strip_prefix(wanted.trim());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        self.verb.as_ref().is_none_or(of_verb)
            && self.subject.is_none_or(|id| entry.subjects.iter().any(|s| s.id == Some(id)))
            && self.since.is_none_or(|since| entry.time >= since)
            && self.until.is_none_or(|until| entry.time < until)
    }
}

impl Verb for ReadAuditLog {
    const NAME: &'static str = "audit log";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = AuditLogPart;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<AuditLogPart, Failure> {
        let log = open.vault.snapshot()?.audit_log()?;
        let verbs: BTreeSet<_> = log.iter().map(|logged| &logged.entry.verb).collect();
        let verbs = verbs.into_iter().cloned().collect();
        let mut entries: Vec<Logged> =
            log.into_iter().filter(|logged| self.takes(logged)).collect();
        if let Some(limit) = self.limit {
            entries.drain(..entries.len().saturating_sub(limit));
        }
        if let Some(after) = self.after {
            entries.retain(|logged| logged.seq > after);
        }
        let rest = cut(&mut entries);
        Ok(AuditLogPart {
            verbs: if entries.is_empty() { verbs } else { Vec::new() },
            rest,
            entries,
        })
    }
}

/// Leaves as many as one reply may have, and one at the least.
fn cut(entries: &mut Vec<Logged>) -> Rest {
    let size = |logged: &Logged| {
        let subjects = logged.entry.subjects.iter().map(|subject| 64 + subject.what.len());
        256 + logged.entry.verb.len() + subjects.sum::<usize>()
    };
    let mut taken = 0;
    let fits = entries.iter().take_while(|logged| {
        taken += size(logged);
        taken <= MAX_PART
    });
    let fitting = fits.count().max(1);
    let rest = if fitting < entries.len() { Rest::More } else { Rest::Nothing };
    entries.truncate(fitting);
    rest
}

impl Verb for VerifyAuditLog {
    const NAME: &'static str = "audit verify";
    const PURPOSE: Purpose = Purpose::Vault;
    const HANDLE: Handle = Handle::Fresh;
    const WORK: Option<&'static str> = Some(WORK);
    type Reply = VerifiedAuditLog;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<VerifiedAuditLog, Failure> {
        let spinner = app.console.spinner(WORK);
        let log = open.vault.snapshot()?.audit_log();
        drop(spinner);
        Ok(VerifiedAuditLog { entries: log?.len() })
    }
}

#[cfg(test)]
mod tests {
    use azvault_os::file::Owner;
    use azvault_vault::{Actor, Entry, Logged, Subject};

    use super::{MAX_PART, Rest, cut};

    fn entry(seq: i64, subject: usize) -> Logged {
        let subjects = vec![Subject { id: None, what: "x".repeat(subject) }];
        let actor = Actor { user: Owner::of_caller(), pid: 1, parent: None };
        let entry = Entry { time: seq, verb: "context remove".to_owned(), subjects, actor };
        Logged { seq, generation: 1, entry }
    }

    #[test]
    fn a_part_has_what_one_message_can_have_and_the_rest_comes_behind_it() {
        let half = MAX_PART / 2;
        for (sizes, taken, rest) in [
            (&[][..], 0, Rest::Nothing),
            (&[0; 5000], 5000, Rest::Nothing),
            (&[half, half / 2], 2, Rest::Nothing),
            (&[half, half, 0], 1, Rest::More),
            // One that is too long is not left out.
            (&[2 * MAX_PART, 0], 1, Rest::More),
            (&[2 * MAX_PART], 1, Rest::Nothing),
        ] {
            let mut entries: Vec<_> =
                (1..).zip(sizes).map(|(seq, size)| entry(seq, *size)).collect();
            assert!(cut(&mut entries) == rest && entries.len() == taken, "{}", sizes.len());
            assert!(entries.iter().zip(1..).all(|(logged, seq)| logged.seq == seq));
        }
    }
}
