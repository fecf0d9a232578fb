//! How bad a file is: what the worst of it opens, and who can read it.

use serde::Serialize;

use super::readers::Who;

/// How bad a file is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// What signs in for months, and others can read it.
    Critical,
    /// What signs in for months, or a token that still lives.
    High,
    /// Tokens that have expired, names and ids; a file that is damaged.
    Medium,
    /// Nothing that anybody could use here.
    Low,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// The worst that a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worst {
    /// Encrypted for somebody else, or a cache that names tenants.
    Nothing,
    /// Names, tenants, subscriptions, or tokens that have expired.
    Ids,
    /// What the system has sealed for this user: it is nobody else's, and every program of the user can open it.
    SealedForUser,
    /// A file that cannot be understood, and was written to hold secrets.
    Damaged,
    /// A token that ends by itself within the day.
    Token,
    /// What signs in until somebody revokes it.
    Credential,
}

/// The rule.
pub(super) fn severity(worst: Worst, who: Who) -> Severity {
    match (worst, who) {
        (Worst::Nothing, _) => Severity::Low,
        (Worst::Ids | Worst::SealedForUser | Worst::Damaged, _) => Severity::Medium,
        (Worst::Token, _) | (Worst::Credential, Who::OwnerAlone) => Severity::High,
        (Worst::Credential, Who::Group | Who::Everybody | Who::OtherUser(_)) => Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::{Severity, Worst, severity};
    use azvault_os::file::Owner;

    use crate::scan::readers::Who;

    #[test]
    fn what_lasts_and_others_can_read_is_worst() {
        for (worst, alone, others) in [
            (Worst::Credential, Severity::High, Severity::Critical),
            (Worst::Token, Severity::High, Severity::High),
            (Worst::Damaged, Severity::Medium, Severity::Medium),
            (Worst::SealedForUser, Severity::Medium, Severity::Medium),
            (Worst::Ids, Severity::Medium, Severity::Medium),
            (Worst::Nothing, Severity::Low, Severity::Low),
        ] {
            assert_eq!(severity(worst, Who::OwnerAlone), alone, "{worst:?}");
            for who in [Who::Group, Who::Everybody, Who::OtherUser(Owner::of_record(0))] {
                assert_eq!(severity(worst, who), others, "{worst:?} {who:?}");
            }
        }
        assert!(Severity::Critical < Severity::High && Severity::Medium < Severity::Low);
    }
}
