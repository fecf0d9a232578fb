use std::path::Path;
use std::time::Duration;

use super::{
    autosave_off, environment, export_plaintext, extra_authorities, kdf, keep, keep_names,
    locks_at_logout, locks_with_screen, may_add, may_remove, passphrase, resource, slots, tenant,
    token, unlock,
};
use crate::{Policy, Refusal, SlotKind, read};

fn policy(text: &str) -> Policy {
    read(text, Path::new("/p")).unwrap()
}

/// The line that refuses, or `None`.
fn line<T>(decided: Result<T, Refusal>) -> Option<usize> {
    decided.err().map(|refusal| {
        let Refusal { place, what, next } = &refusal;
        assert_eq!(refusal.to_string(), format!("refused by /p line {}: {what}", place.line));
        assert!(!next.is_empty());
        place.line
    })
}

#[test]
fn words_forbid_or_say_nothing() {
    for (text, refused) in [
        ("", None),
        ("autosave = \"allowed\"\nplaintext-export = \"allowed\"", None),
        ("\nautosave = \"off\"\nplaintext-export = \"forbidden\"", Some((2, 3))),
    ] {
        let policy = policy(text);
        assert_eq!(autosave_off(&policy).map(|place| place.line), refused.map(|r| r.0), "{text}");
        assert_eq!(line(keep(&policy)), refused.map(|r| r.0), "{text}");
        assert_eq!(line(export_plaintext(&policy, "x")), refused.map(|r| r.1), "{text}");
    }
}

#[test]
fn names_are_kept_unless_that_is_forbidden() {
    for (text, refused) in
        [("", None), ("kept-names = \"allowed\"", None), ("\nkept-names = \"forbidden\"", Some(2))]
    {
        assert_eq!(line(keep_names(&policy(text))), refused, "{text}");
    }
}

#[test]
fn authorities_besides_the_systems_are_trusted_unless_they_are_forbidden() {
    for (text, refused) in [
        ("", None),
        ("tls.extra-authorities = \"allowed\"", None),
        ("\n[tls]\nextra-authorities = \"forbidden\"", Some(3)),
    ] {
        assert_eq!(line(extra_authorities(&policy(text))), refused, "{text}");
    }
}

#[test]
fn a_time_that_is_asked_for_is_refused_and_the_usual_one_is_cut() {
    let minutes = |n: u64| Duration::from_secs(60 * n);
    let usual = minutes(10);
    for (text, asked, wanted) in [
        ("", None, Ok(10)),
        ("", Some(90), Ok(90)),
        ("unlock.idle = \"5m\"", None, Ok(5)),
        ("unlock.idle = \"1h\"", None, Ok(10)),
        ("unlock.idle = \"5m\"", Some(5), Ok(5)),
        ("unlock.idle = \"5m\"", Some(6), Err(1)),
        ("unlock.for = \"5m\"", Some(6), Ok(6)),
    ] {
        let policy = policy(text);
        let decided = unlock(policy.unlock_idle.as_ref(), asked.map(minutes), usual, "--idle");
        let decided = decided.map_err(|refusal| refusal.place.line);
        assert_eq!(decided, wanted.map(minutes), "{text} {asked:?}");
    }
    let policy = policy("unlock.for = \"1h30m\"");
    let refused = unlock(policy.unlock_for.as_ref(), Some(minutes(91)), usual, "--for");
    assert_eq!(refused.unwrap_err().next, "azvault unlock --for 1h30m");
}

#[test]
fn each_of_the_three_costs_is_the_least() {
    let text = "kdf.memory-mib = 64\nkdf.passes = 3\nkdf.product-mib = 256";
    for (mib, passes, refused) in [
        (64, 4, None),
        (128, 3, None),
        (63, 16, Some(1)),
        (1024, 2, Some(2)),
        (64, 3, Some(3)),
        (85, 3, Some(3)),
        (86, 3, None),
    ] {
        assert_eq!(line(kdf(&policy(text), mib * 1024, passes)), refused, "{mib} {passes}");
    }
    assert_eq!(line(kdf(&policy(text), 64 * 1024 - 1, 16)), Some(1), "KiB are not rounded up");
    assert_eq!(line(kdf(&policy(""), 19 * 1024, 2)), None);
}

#[test]
fn a_new_passphrase_has_as_many_bits_as_the_line_says() {
    let some = policy("passphrase.min-bits = 50");
    for (bits, refused) in [(0, Some(1)), (49, Some(1)), (50, None), (63, None)] {
        assert_eq!(line(passphrase(&some, bits)), refused, "{bits}");
    }
    assert_eq!(line(passphrase(&policy(""), 0)), None);
}

#[test]
fn environments_and_tenants_are_known_without_case_and_what_names_none_is_none_of_them() {
    let some = policy("environments = [\"AzureCloud\"]\ntenants = [\"T1\", \"t2\"]");
    for (name, refused) in [
        (Some("azurecloud"), None),
        (Some("AzureChinaCloud"), Some(1)),
        (Some(""), Some(1)),
        (None, Some(1)),
    ] {
        assert_eq!(line(environment(&some, name)), refused, "{name:?}");
        assert_eq!(line(environment(&policy(""), name)), None);
    }
    for (id, refused) in
        [(Some("t1"), None), (Some("T2"), None), (Some("t3"), Some(2)), (None, Some(2))]
    {
        assert_eq!(line(tenant(&some, id)), refused, "{id:?}");
        assert_eq!(line(tenant(&policy(""), id)), None);
    }
    assert_eq!(line(tenant(&policy("tenants = []"), Some("t1"))), Some(1));
    let not = policy("[forbidden]\ntenants = [\"T1\", \"own.example\"]");
    for (id, refused) in [
        (Some("t1"), Some(2)),
        (Some("OWN.example"), Some(2)),
        // Which id it has is not known.
        (Some("other.example"), Some(2)),
        (Some("t2"), None),
        (None, None),
    ] {
        assert_eq!(line(tenant(&not, id)), refused, "{id:?}");
    }
    let domains = policy("forbidden.tenants = [\"own.example\"]");
    assert_eq!(line(tenant(&domains, Some("other.example"))), None);
}

#[test]
fn a_resource_is_allowed_or_forbidden_by_any_of_its_names() {
    let some =
        policy("resources = [\"arm\", \"https://own.example\", \"https://*.blob.example/\"]");
    let not = policy("\nforbidden.resources = [\"ARM\", \"https://*.blob.example\"]");
    let both = policy("resources = [\"arm\"]\nforbidden.resources = [\"https://a.example\"]");
    for (policy, asked, names, refused) in [
        (&some, "https://a.example", &["arm", "management"][..], None),
        (&some, "https://OWN.example/", &[], None),
        (&some, "https://a.blob.example", &[], None),
        (&some, "https://a.blob.example:443/", &[], None),
        (&some, "https://blob.example", &[], Some(1)),
        (&some, "https://evilblob.example", &[], Some(1)),
        (&some, "https://a.blob.example.evil.example", &[], Some(1)),
        (&some, "http://a.blob.example", &[], Some(1)),
        (&some, "https://other.example", &["graph"], Some(1)),
        (&not, "https://a.example", &["arm"], Some(2)),
        (&not, "https://a.blob.example", &[], Some(2)),
        (&not, "https://other.example", &["graph"], None),
        (&both, "https://a.example/", &["arm"], Some(2)),
        (&both, "https://b.example/", &["arm"], None),
        (&policy("resources = []"), "https://a.example", &["arm"], Some(1)),
    ] {
        assert_eq!(line(resource(policy, asked, names)), refused, "{asked} {names:?}");
    }
}

#[test]
fn a_token_ages_to_the_second_and_one_from_the_future_is_old_too() {
    let ten = policy("token.cache = \"10m\"");
    for (came, now, refused) in [
        (1000, 1000, None),
        (1000, 1600, None),
        (1000, 1601, Some(1)),
        (1600, 1000, None),
        (1601, 1000, Some(1)),
        (0, i64::MAX, Some(1)),
        (i64::MIN, i64::MAX, Some(1)),
    ] {
        assert_eq!(line(token(&ten, came, now)), refused, "{came} {now}");
        assert_eq!(line(token(&policy(""), came, now)), None);
    }
}

#[test]
fn required_slots_are_there_and_stay_and_forbidden_ones_never_come() {
    use SlotKind::{Keyring, Passphrase, RawKey, RecoveryCode};
    let some = policy(
        "slots.required = [\"recovery-code\"]\nslots.forbidden = [\"keyring\", \"raw-key\"]",
    );
    let lines = |kinds: &[SlotKind]| -> Vec<usize> {
        slots(&some, kinds).into_iter().map(|refusal| refusal.place.line).collect()
    };
    assert_eq!(lines(&[Passphrase, RecoveryCode]), [0usize; 0]);
    assert_eq!(lines(&[Passphrase]), [1]);
    assert_eq!(lines(&[RecoveryCode, RawKey]), [2]);
    assert_eq!(lines(&[Keyring, RawKey]), [1, 2, 2]);
    for (kind, refused) in
        [(Passphrase, None), (RecoveryCode, None), (Keyring, Some(2)), (RawKey, Some(2))]
    {
        assert_eq!(line(may_add(&some, kind)), refused, "{kind:?}");
    }
    for (removed, left, refused) in [
        (RecoveryCode, &[Passphrase][..], Some(1)),
        (RecoveryCode, &[Passphrase, RecoveryCode], None),
        (Passphrase, &[RecoveryCode], None),
        (RawKey, &[RecoveryCode], None),
    ] {
        assert_eq!(line(may_remove(&some, removed, left)), refused, "{removed:?} {left:?}");
    }
    assert!(slots(&policy(""), &[]).is_empty());
}

#[test]
fn an_agent_locks_with_the_screen_and_at_a_logout_where_that_is_said() {
    for (text, locks) in [
        ("", [false, false]),
        ("unlock.while-screen-locked = \"forbidden\"", [true, false]),
        ("unlock.after-logout = \"forbidden\"", [false, true]),
        ("unlock.while-screen-locked = \"allowed\"", [false, false]),
    ] {
        let policy = policy(text);
        assert_eq!([locks_with_screen(&policy), locks_at_logout(&policy)], locks, "{text}");
    }
}
