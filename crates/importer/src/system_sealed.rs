//! What the system itself has sealed for its user, as Windows does with the caches of the products (DPAPI).

use azvault_os::protect;
use zeroize::Zeroizing;

/// Who is kept from reading a file, beside what its permissions say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Nobody.
    Plaintext,
    /// Other users, and who has the disk alone: the system opens it for every program of its user.
    SealedForUser,
}

/// Whether bytes look like what Windows has sealed, for this user or another one.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    protect::is_sealed(bytes)
}

/// The content of a file that the system has sealed for this user; `None` for any other file.
pub fn opened(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if !is_sealed(bytes) {
        return None;
    }
    protect::open(bytes).ok()
}

/// Why a file stays closed.
pub(crate) fn why_closed() -> &'static str {
    if protect::IS_THERE {
        return "encrypted by Windows (DPAPI) for another user or another machine: sign in again, or run azvault \
                there as that user";
    }
    "encrypted by Windows (DPAPI) for one user of one machine: sign in again, or run azvault there as that user"
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{is_sealed, opened, why_closed};
    use crate::{Format, Outcome, Protection, Reading, read};

    fn found(bytes: &[u8]) -> crate::Found {
        read(bytes, &Reading { file_name: "msal.cache.cae", time_zone: &TimeZone::UTC })
    }

    #[test]
    fn what_is_sealed_for_another_user_stays_closed_and_says_why() {
        let bytes = std::fs::read("../../tests/fixtures/other-tools/dpapi/msal.cache.cae").unwrap();
        assert!(is_sealed(&bytes) && opened(&bytes).is_none());
        let found = found(&bytes);
        assert_eq!((found.format, found.outcome), (Format::DpapiBlob, Outcome::Opaque));
        assert_eq!(found.notes[0].text, why_closed());
        assert_eq!(found.protection, Protection::Plaintext, "nothing of it was opened");
    }

    #[test]
    fn what_is_sealed_for_this_user_is_read_as_what_is_in_it() {
        let plain =
            std::fs::read("../../tests/fixtures/real-az/orphan-keystore/.Azure/keystore.cache")
                .unwrap();
        let expected = found(&plain);
        assert_eq!(expected.protection, Protection::Plaintext);
        let Ok(sealed) = azvault_os::protect::seal(&plain) else {
            if azvault_os::protect::IS_THERE {
                panic!("this system seals");
            }
            return;
        };
        let opened = found(&sealed);
        assert_eq!(opened.protection, Protection::SealedForUser);
        assert_eq!((opened.format, opened.outcome), (expected.format, expected.outcome));
        assert_eq!(opened.profile.secrets.len(), expected.profile.secrets.len());
        for (one, other) in opened.profile.secrets.iter().zip(&expected.profile.secrets) {
            assert!(one.value.same_as(&other.value));
        }
        let twice = azvault_os::protect::seal(&sealed).unwrap();
        assert_eq!(found(&twice).outcome, Outcome::Opaque, "no product seals twice");
    }
}
