//! Ids as they were written, equal without case.
//!
//! Each borrows the text where it stands: comparing, sorting and hashing allocate nothing, and nothing
//! that is stored changes. An id of one kind is never compared with one of another.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use crate::caseless;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a>(pub &'a str);

        impl<'a> $name<'a> {
            /// The form under which it is compared, for where an id has to outlive its text.
            pub fn key(self) -> Cow<'a, str> {
                caseless::key(self.0)
            }
        }

        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                caseless::same(self.0, other.0)
            }
        }

        impl Eq for $name<'_> {}

        impl Hash for $name<'_> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                caseless::hash(self.0, state);
            }
        }

        impl PartialOrd for $name<'_> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name<'_> {
            fn cmp(&self, other: &Self) -> Ordering {
                caseless::compare(self.0, other.0)
            }
        }
    };
}

id!(
    /// User name, application id, or the id of a managed identity.
    AccountId
);
id!(
    /// `<object id>.<home tenant>` of a user.
    HomeAccountId
);
id!(
    /// A tenant: a GUID, or a domain.
    TenantId
);
id!(
    /// A subscription.
    SubscriptionId
);
id!(
    /// An OAuth client, which for an application is the application.
    ClientId
);
id!(
    /// The name of a cloud, which people choose for their own.
    EnvironmentName
);

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::AccountId;

    #[test]
    fn ids_are_equal_without_case_wherever_they_are_compared() {
        for (one, other, same) in [
            ("0000AAAA-1111", "0000aaaa-1111", true),
            ("ada@example.com", "ADA@EXAMPLE.COM", true),
            ("åsa@example.com", "ÅSA@example.com", true),
            // Letter by letter: where one stands makes no difference.
            ("ΟΔΟΣ@example.com", "οδος@example.com", true),
            ("ΟΔΟΣ@example.com", "οδοσ@example.com", true),
            // Letters of their own to .NET, which lower case would make one with an ASCII letter.
            ("\u{212a}im@example.com", "kim@example.com", false),
            ("İda@example.com", "ida@example.com", false),
            ("ada", "ada ", false),
            ("ada", "adaa", false),
            ("", "", true),
        ] {
            let (a, b) = (AccountId(one), AccountId(other));
            assert_eq!(a == b, same, "{one} {other}");
            assert_eq!(a.cmp(&b).is_eq(), same, "{one} {other}");
            assert_eq!(HashSet::from([a, b]).len() == 1, same, "{one} {other}");
            assert_eq!(BTreeSet::from([a, b]).len() == 1, same, "{one} {other}");
            let keys = [one, other].map(crate::caseless::key);
            assert_eq!(keys[0] == keys[1], same, "{one} {other}");
        }
    }

    #[test]
    fn an_id_is_no_larger_than_a_text() {
        assert!(size_of::<AccountId<'_>>() <= size_of::<String>());
    }
}
