//! What is known of a sign-in, for people.

use azvault_model::rules::sign_in::SignIn;
use azvault_service::time::{relative, utc};

use crate::terminal::ui::Tone;

/// What ends within a week is about to.
pub(crate) const SOON: i64 = 7 * 86_400;

/// What a prompt has no room for yet: it warns of what ends within three days.
const VERY_SOON: i64 = 3 * 86_400;

/// In words, with how bad it is.
pub(crate) fn told(known: SignIn, now: i64) -> (Tone, String) {
    match known {
        SignIn::Stored => (Tone::Good, "ok".to_owned()),
        SignIn::Until(at) => {
            let tone = if at - now < SOON { Tone::Warning } else { Tone::Good };
            (tone, format!("expires {} ({})", relative(at, now), utc(at)))
        }
        SignIn::Needed => (Tone::Bad, "needed: azvault connect".to_owned()),
    }
}

/// What a prompt warns of.
pub(crate) fn warning(known: SignIn, now: i64) -> Option<String> {
    match known {
        SignIn::Until(at) if at - now < VERY_SOON => {
            Some(format!("sign-in ends {}", relative(at, now)))
        }
        SignIn::Needed => Some("sign-in needed".to_owned()),
        SignIn::Stored | SignIn::Until(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{told, warning};
    use azvault_model::rules::sign_in::SignIn;

    #[test]
    fn a_prompt_warns_of_what_ends_within_three_days_and_status_says_each() {
        const DAY: i64 = 86_400;
        for (known, in_prompt, in_status) in [
            (SignIn::Stored, None, "ok"),
            (SignIn::Until(30 * DAY), None, "expires in 30 days"),
            (SignIn::Until(3 * DAY), None, "expires in 3 days"),
            (SignIn::Until(2 * DAY), Some("sign-in ends in 2 days"), "expires in 2 days"),
            (SignIn::Until(7_200), Some("sign-in ends in 2 hours"), "expires in 2 hours"),
            (SignIn::Needed, Some("sign-in needed"), "needed: azvault connect"),
        ] {
            assert_eq!(warning(known, 0).as_deref(), in_prompt, "{known:?}");
            assert!(told(known, 0).1.starts_with(in_status), "{known:?}: {}", told(known, 0).1);
        }
    }
}
