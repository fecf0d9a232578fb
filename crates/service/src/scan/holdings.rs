//! What a file holds, in numbers and words: never a value.

use std::collections::BTreeMap;

use azvault_importer::folder::Source;
use azvault_importer::formats::row::Holds;
use azvault_importer::formats::table::row;
use azvault_importer::{Outcome, Protection};
use azvault_model::{HeldSecret, SecretKind};
use azvault_witness::Kind;

use super::severity::Worst;
use crate::text::count;

/// What a file holds.
pub struct Holdings {
    pub contexts: usize,
    pub accounts: usize,
    /// By kind: how many, and how many of them have expired.
    pub by_kind: BTreeMap<SecretKind, (usize, usize)>,
    /// In a file that no format knows: what its values look like, and how many.
    pub looks: BTreeMap<Kind, usize>,
    /// Credentials of other tools: what each is, and what revokes it.
    pub reported: Vec<(&'static str, &'static str)>,
    /// Names that azvault wrote, without secrets.
    pub kept_names: usize,
    /// What is to be said of the file as a whole.
    pub remark: Option<&'static str>,
    pub worst: Worst,
}

impl Holdings {
    /// What a file that was read holds; `None` if that is nothing.
    pub(super) fn of(source: &Source, now: i64) -> Option<Self> {
        let profile = &source.found.profile;
        let mut holds = Self {
            contexts: profile.contexts.len(),
            accounts: profile.accounts.len(),
            by_kind: by_kind(&profile.secrets, now),
            looks: BTreeMap::new(),
            reported: Vec::new(),
            kept_names: source.found.kept_names.contexts.len(),
            remark: None,
            worst: Worst::Ids,
        };
        let own = profile.secrets.iter().map(|held| worst_of(held, now)).max();
        match source.found.outcome {
            Outcome::Accept | Outcome::Warn => {
                holds.reported = reported(source);
                let foreign = (!holds.reported.is_empty()).then_some(Worst::Credential);
                let is_empty = holds.is_empty();
                holds.worst = own.max(foreign).unwrap_or(Worst::Ids).max(Worst::Ids);
                // Of a file of sign-ins any warning is a loss, of settings a piece that was missed.
                let is_lost = is_empty
                    && (source.found.unread > 0
                        || (source.found.outcome == Outcome::Warn
                            && row(source.found.format).holds == Holds::SignIns));
                if is_lost {
                    holds.remark = Some("not understood: secrets may be in it");
                    holds.worst = Worst::Damaged;
                }
                if source.found.protection == Protection::SealedForUser && !is_empty && !is_lost {
                    holds.remark = Some(
                        "sealed by Windows for you: no other user can open it, every program that you run can",
                    );
                    holds.worst = Worst::SealedForUser;
                }
                let has_names = holds.kept_names > 0;
                if has_names && is_empty && !is_lost {
                    holds.worst = Worst::Nothing;
                }
                (!is_empty || is_lost || has_names).then_some(holds)
            }
            Outcome::Report => {
                holds.reported = reported(source);
                holds.worst = Worst::Credential;
                Some(holds)
            }
            // What is encrypted is nobody's here; what stands beside it was not understood.
            Outcome::Opaque if source.found.unread > 0 => {
                holds.remark = Some("not understood: secrets may be in it");
                holds.worst = Worst::Damaged;
                Some(holds)
            }
            Outcome::Opaque => {
                holds.remark = Some("encrypted or kept elsewhere: nothing that can be read here");
                holds.worst = Worst::Nothing;
                Some(holds)
            }
            // What cannot be read may well hold what it was written to hold.
            Outcome::Reject => {
                let is_none_of_ours = row(source.found.format).holds == Holds::Nothing;
                holds.remark = Some("damaged: nothing of it can be imported, secrets may be in it");
                holds.worst = Worst::Damaged;
                (!is_none_of_ours).then_some(holds)
            }
        }
    }

    /// What values of a file that no format knows look like.
    pub(super) fn unknown(looks: BTreeMap<Kind, usize>, worst: Worst) -> Self {
        Self {
            contexts: 0,
            accounts: 0,
            by_kind: BTreeMap::new(),
            looks,
            reported: Vec::new(),
            kept_names: 0,
            remark: None,
            worst,
        }
    }

    fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
            && self.contexts == 0
            && self.accounts == 0
            && self.reported.is_empty()
    }

    /// Whether nothing of it is imported: all that it holds is credentials of other tools, or
    /// pieces that were not understood.
    pub fn is_left(&self) -> bool {
        self.by_kind.is_empty() && self.contexts == 0 && self.accounts == 0
    }

    /// How many secrets.
    pub fn secrets(&self) -> usize {
        self.by_kind.values().map(|(number, _)| number).sum()
    }

    /// In words, the most telling first.
    pub fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut kinds: Vec<_> = self.by_kind.iter().collect();
        kinds.sort_by_key(|(kind, _)| (std::cmp::Reverse(lasting(**kind)), **kind));
        for (kind, (number, expired)) in kinds {
            let text = count(*number, &kind.as_str().replace('_', " "));
            words.push(match expired {
                0 => text,
                all if all == number => format!("{text} (expired)"),
                some => format!("{text} ({some} expired)"),
            });
        }
        if !self.looks.is_empty() {
            let number: usize = self.looks.values().sum();
            let looks: Vec<&str> = self.looks.keys().map(|kind| kind.words()).collect();
            let verb = if number == 1 { "looks" } else { "look" };
            let number = count(number, "value");
            words.push(format!("unknown file: {number} that {verb} like {}", looks.join(", ")));
        }
        let mut reported: BTreeMap<&str, usize> = BTreeMap::new();
        for (what, _) in &self.reported {
            *reported.entry(what).or_default() += 1;
        }
        words.extend(reported.iter().map(|(what, number)| match number {
            1 => (*what).to_owned(),
            several => format!("{several} × {what}"),
        }));
        words.extend((self.contexts > 0).then(|| count(self.contexts, "context")));
        words.extend((self.accounts > 0).then(|| count(self.accounts, "account")));
        if self.kept_names > 0 {
            let names = count(self.kept_names, "name");
            words.push(format!("{names} that azvault keeps here, without secrets"));
        }
        words.extend(self.remark.map(str::to_owned));
        words.join(", ")
    }
}

/// Of each credential of another tool: what it is, and what revokes it.
fn reported(source: &Source) -> Vec<(&'static str, &'static str)> {
    source.found.reported.iter().map(|one| (one.what, one.revoke)).collect()
}

fn by_kind(secrets: &[HeldSecret], now: i64) -> BTreeMap<SecretKind, (usize, usize)> {
    let mut found: BTreeMap<SecretKind, (usize, usize)> = BTreeMap::new();
    for held in secrets {
        let (number, expired) = found.entry(held.description.kind).or_default();
        *number += 1;
        *expired += usize::from(has_expired(held, now));
    }
    found
}

fn has_expired(held: &HeldSecret, now: i64) -> bool {
    held.description.expires_on.is_some_and(|at| at <= now)
}

fn worst_of(held: &HeldSecret, now: i64) -> Worst {
    if has_expired(held, now) { Worst::Ids } else { lasting(held.description.kind) }
}

/// How long what a secret opens stays open.
fn lasting(kind: SecretKind) -> Worst {
    match kind {
        SecretKind::RefreshToken
        | SecretKind::ClientSecret
        | SecretKind::Certificate
        | SecretKind::CertificatePassword
        | SecretKind::StorageConnectionString
        | SecretKind::ManagedIdentitySecret
        | SecretKind::TeamMembership
        | SecretKind::UnknownCredential => Worst::Credential,
        SecretKind::AccessToken | SecretKind::ClientAssertion | SecretKind::SshCertificate => {
            Worst::Token
        }
        SecretKind::IdToken | SecretKind::CertificatePath | SecretKind::Pkcs11Key => Worst::Ids,
    }
}
