//! For random homes of random formats: every planted secret is in the vault by value, or named.

use azvault_importer::{Found, Outcome, Reading};
use azvault_witness::{Kind, Ledger, look};
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;

use azvault_test_support::planted::{bend, bytes_of, file};

/// What the vault holds after the import of this file alone.
fn ledger(found: &Found) -> Ledger {
    let mut ledger = Ledger::default();
    for held in &found.profile.secrets {
        // EXPOSE: a made-up value of this test.
        ledger.hold(held.value.expose());
    }
    ledger.hold_texts(found.profile.kept.as_json().as_bytes());
    for context in &found.profile.contexts {
        ledger.hold_texts(context.kept.as_json().as_bytes());
    }
    for left in &found.left_out {
        // EXPOSE: a made-up value of this test.
        ledger.hold(left.value.expose());
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn every_planted_secret_is_held_or_named(
        files in vec((file(), vec(bend(), 0..4), 0_u8..9), 1..4),
    ) {
        for (mut planted, bends, clothes) in files {
            bends.iter().for_each(|bend| bend.apply(&mut planted));
            let bytes = bytes_of(&planted, clothes);
            let reading = Reading { file_name: planted.name(), time_zone: &TimeZone::UTC };
            let found = azvault_importer::read(&bytes, &reading);
            // A file that is not imported is named as a whole, and stays.
            if found.outcome > Outcome::Warn {
                continue;
            }
            let ledger = ledger(&found);
            let looked = look(&bytes, planted.name());
            for secret in &planted.secrets {
                let is_named = || {
                    looked.findings.iter().any(|finding| {
                        !ledger.holds(finding.kind, &finding.value)
                            && memchr::memmem::find(&finding.value, secret.as_bytes()).is_some()
                    })
                };
                let is_held = ledger.holds(Kind::Named, secret.as_bytes());
                prop_assert!(is_held || is_named() || !looked.unread.is_empty(),
                    "{secret} of {planted:?}");
            }
        }
    }
}
