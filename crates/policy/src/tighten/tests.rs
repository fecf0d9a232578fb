use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::tighten;
use crate::{
    Allowance, AtLeast, AtMost, Only, Policy, PolicyLine, Reach, Resources, Set, SlotKind, read,
    rules,
};

fn of(text: &str, file: &str) -> Policy {
    read(text, &PathBuf::from(file)).unwrap()
}

#[test]
fn the_stricter_stands_and_a_looser_line_is_refused() {
    // Of the system, of the user: which stands, by its file; `None` where it is refused.
    for (system, user, stands) in [
        ("autosave = \"off\"", "", Some("/s")),
        ("", "autosave = \"off\"", Some("/u")),
        ("autosave = \"off\"", "autosave = \"off\"", Some("/s")),
        ("autosave = \"allowed\"", "autosave = \"off\"", Some("/u")),
        ("autosave = \"off\"", "autosave = \"allowed\"", None),
        ("plaintext-export = \"forbidden\"", "plaintext-export = \"allowed\"", None),
        ("kept-names = \"forbidden\"", "kept-names = \"allowed\"", None),
        ("plaintext-export = \"allowed\"", "plaintext-export = \"forbidden\"", Some("/u")),
        ("environments = [\"A\", \"B\"]", "environments = [\"a\"]", Some("/u")),
        ("environments = [\"A\", \"B\"]", "environments = [\"b\", \"a\"]", Some("/s")),
        ("environments = [\"A\"]", "environments = [\"A\", \"B\"]", None),
        ("environments = [\"A\"]", "environments = [\"B\"]", None),
        ("environments = [\"A\"]", "environments = []", Some("/u")),
        ("tenants = [\"A\"]", "tenants = [\"B\"]", None),
        ("resources = [\"arm\", \"graph\"]", "resources = [\"ARM\"]", Some("/u")),
        ("resources = [\"arm\"]", "resources = [\"arm\", \"graph\"]", None),
        (
            "resources = [\"https://*.a.example\"]",
            "resources = [\"https://b.a.example/\"]",
            Some("/u"),
        ),
        ("resources = [\"https://*.a.example\"]", "resources = [\"https://b.example\"]", None),
        ("forbidden.resources = [\"arm\"]", "forbidden.resources = [\"arm\"]", Some("/s")),
        ("forbidden.resources = []", "forbidden.resources = [\"graph\"]", Some("/u")),
        ("forbidden.tenants = [\"a\"]", "forbidden.tenants = []", Some("/s")),
        ("unlock.idle = \"10m\"", "unlock.idle = \"9m\"", Some("/u")),
        ("unlock.idle = \"10m\"", "unlock.idle = \"600s\"", Some("/s")),
        ("unlock.idle = \"10m\"", "unlock.idle = \"11m\"", None),
        ("unlock.for = \"8h\"", "unlock.for = \"9h\"", None),
        ("kdf.memory-mib = 64", "kdf.memory-mib = 65", Some("/u")),
        ("kdf.memory-mib = 64", "kdf.memory-mib = 63", None),
        ("kdf.passes = 3", "kdf.passes = 2", None),
        ("kdf.product-mib = 192", "kdf.product-mib = 191", None),
        ("passphrase.min-bits = 40", "passphrase.min-bits = 41", Some("/u")),
        ("passphrase.min-bits = 40", "passphrase.min-bits = 39", None),
        ("token.cache = \"10m\"", "token.cache = \"11m\"", None),
        ("token.cache = \"10m\"", "token.cache = \"1m\"", Some("/u")),
        ("tls.extra-authorities = \"forbidden\"", "tls.extra-authorities = \"allowed\"", None),
        (
            "tls.extra-authorities = \"allowed\"",
            "tls.extra-authorities = \"forbidden\"",
            Some("/u"),
        ),
        ("slots.required = [\"keyring\"]", "slots.required = [\"keyring\"]", Some("/s")),
        ("slots.required = [\"keyring\"]", "slots.required = []", Some("/s")),
        ("slots.required = [\"keyring\"]", "slots.forbidden = [\"keyring\"]", None),
        ("slots.forbidden = [\"keyring\"]", "slots.required = [\"keyring\"]", None),
        ("slots.forbidden = []", "slots.forbidden = [\"raw-key\"]", Some("/u")),
    ] {
        let joined = tighten(of(system, "/s"), of(user, "/u"));
        match (joined, stands) {
            (Ok(policy), Some(file)) => {
                let members = policy.members();
                let files: Vec<_> = members.iter().map(|m| m.place.file.to_str()).collect();
                assert_eq!(files, [Some(file)], "{system} | {user}");
            }
            (Err(loosens), None) => {
                let said = loosens[0].to_string();
                assert!(said.starts_with("/u line 1: "), "{said}");
                assert!(said.ends_with("may only tighten /s line 1"), "{said}");
            }
            (joined, _) => panic!("{system} | {user}: {joined:?}"),
        }
    }
    let both = tighten(
        of("slots.required = [\"keyring\"]", "/s"),
        of("slots.required = [\"recovery-code\"]", "/u"),
    );
    assert_eq!(both.unwrap().slots_required.len(), 2);
}

fn set<T: std::fmt::Debug>(
    value: impl Strategy<Value = T>,
    file: &'static str,
) -> impl Strategy<Value = Option<Set<T>>> {
    let place = move |line| PolicyLine { file: file.into(), line };
    proptest::option::of(
        (value, 1..9usize).prop_map(move |(value, line)| Set { value, place: place(line) }),
    )
}

fn kinds() -> impl Strategy<Value = Vec<SlotKind>> {
    proptest::sample::subsequence(SlotKind::ALL.to_vec(), 0..3)
}

fn names() -> impl Strategy<Value = Only> {
    proptest::sample::subsequence(vec!["a", "B", "c"], 0..=3)
        .prop_map(|names| Only(names.into_iter().map(str::to_owned).collect()))
}

fn resources() -> impl Strategy<Value = Resources> {
    let all = vec!["a", "https://*.x.example", "https://b.x.example", "https://c.x.example/"];
    proptest::sample::subsequence(all, 0..=4)
        .prop_map(|names| Resources(names.into_iter().map(str::to_owned).collect()))
}

fn any_policy(file: &'static str) -> impl Strategy<Value = Policy> {
    let allowance = || proptest::sample::select(vec![Allowance::Allowed, Allowance::Forbidden]);
    let reach = || proptest::sample::select(vec![Reach::User, Reach::Terminal]);
    let most = || (60..64u64).prop_map(|seconds| AtMost(Duration::from_secs(seconds)));
    let least = |from| (from..from + 3).prop_map(AtLeast);
    let of_words =
        (set(allowance(), file), set(allowance(), file), set(names(), file), set(names(), file));
    let of_times = (set(most(), file), set(most(), file), set(most(), file));
    let of_states = (
        set(allowance(), file),
        set(allowance(), file),
        set(allowance(), file),
        set(allowance(), file),
    );
    let of_presence = (set(reach(), file), set(most(), file), set(names(), file));
    let of_costs =
        (set(least(64u32), file), set(least(3), file), set(least(200), file), set(least(30), file));
    let of_resources = (set(resources(), file), resources(), names());
    (of_words, of_times, of_costs, of_states, of_presence, of_resources, kinds(), kinds()).prop_map(
        move |(words, times, costs, states, presence, resources, required, forbidden)| {
            let place = PolicyLine { file: file.into(), line: 1 };
            let slots = |kinds: Vec<SlotKind>| -> Vec<Set<SlotKind>> {
                kinds.into_iter().map(|value| Set { value, place: place.clone() }).collect()
            };
            let each = |names: Vec<String>| -> Vec<Set<String>> {
                names.into_iter().map(|value| Set { value, place: place.clone() }).collect()
            };
            let forbidden = forbidden.into_iter().filter(|kind| !required.contains(kind)).collect();
            Policy {
                autosave: words.0,
                plaintext_export: words.1,
                environments: words.2,
                tenants: words.3,
                unlock_idle: times.0,
                unlock_for: times.1,
                token_cache: times.2,
                kdf_memory: costs.0,
                kdf_passes: costs.1,
                kdf_product: costs.2,
                passphrase_bits: costs.3,
                extra_authorities: states.0,
                while_screen_locked: states.1,
                after_logout: states.2,
                kept_names: states.3,
                unlock_reach: presence.0,
                presence_for: presence.1,
                pkcs11_modules: presence.2,
                resources: resources.0,
                forbidden_resources: each(resources.1.0),
                forbidden_tenants: each(resources.2.0),
                slots_required: slots(required),
                slots_forbidden: slots(forbidden),
            }
        },
    )
}

/// Everything that a policy can be asked, and whether it allows it.
fn answers(policy: &Policy) -> Vec<bool> {
    let mut answers = vec![
        rules::keep(policy).is_ok(),
        rules::export_plaintext(policy, "").is_ok(),
        rules::keep_names(policy).is_ok(),
        rules::autosave_off(policy).is_none(),
        rules::extra_authorities(policy).is_ok(),
        !rules::locks_with_screen(policy),
        !rules::locks_at_logout(policy),
        !rules::reaches_terminals_alone(policy),
    ];
    for name in [None, Some("A"), Some("b"), Some("C"), Some("d")] {
        answers.push(rules::environment(policy, name).is_ok());
        answers.push(rules::tenant(policy, name).is_ok());
    }
    for name in ["a", "https://b.x.example", "https://c.x.example", "https://d.example"] {
        answers.push(rules::resource(policy, name, &[]).is_ok());
        answers.push(rules::resource(policy, name, &["a"]).is_ok());
    }
    for seconds in 59..66 {
        let asked = Some(Duration::from_secs(seconds));
        for longest in [&policy.unlock_idle, &policy.unlock_for] {
            answers.push(rules::unlock(longest.as_ref(), asked, Duration::ZERO, "").is_ok());
        }
        answers.push(rules::token(policy, 0, seconds.cast_signed()).is_ok());
        answers.push(rules::presence(policy) >= Duration::from_secs(seconds));
    }
    for (memory, passes) in [(63, 3), (64, 3), (65, 3), (66, 4), (67, 2), (67, 5), (100, 2)] {
        answers.push(rules::kdf(policy, memory * 1024, passes).is_ok());
    }
    for bits in 29..35 {
        answers.push(rules::passphrase(policy, bits).is_ok());
    }
    for kind in SlotKind::ALL {
        answers.push(rules::may_add(policy, kind).is_ok());
        answers.push(rules::may_remove(policy, kind, &[]).is_ok());
        let others: Vec<_> = SlotKind::ALL.into_iter().filter(|other| *other != kind).collect();
        answers.push(rules::slots(policy, &others).is_empty());
        answers.push(rules::slots(policy, &[kind]).is_empty());
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn what_is_joined_is_never_looser_than_either(
        system in any_policy("/s"),
        user in any_policy("/u"),
    ) {
        if let Ok(joined) = tighten(system.clone(), user.clone()) {
            let joined = answers(&joined);
            let each = answers(&system).into_iter().zip(answers(&user));
            for (number, (joined, (system, user))) in joined.into_iter().zip(each).enumerate() {
                prop_assert!(!joined || (system && user), "question {number}");
            }
        }
    }

    #[test]
    fn nothing_and_the_same_again_change_nothing(policy in any_policy("/s")) {
        let with = |user: Policy| tighten(policy.clone(), user).unwrap();
        prop_assert_eq!(&with(policy.clone()), &policy);
        prop_assert_eq!(&with(Policy::default()), &policy);
        prop_assert_eq!(&tighten(Policy::default(), policy.clone()).unwrap(), &policy);
    }

    /// Which file is whose matters for what is refused, and not for what holds.
    #[test]
    fn where_neither_loosens_the_other_the_order_does_not_matter(
        one in any_policy("/s"),
        other in any_policy("/u"),
    ) {
        let there = tighten(one.clone(), other.clone());
        if let (Ok(there), Ok(back)) = (there, tighten(other, one)) {
            prop_assert_eq!(answers(&there), answers(&back));
        }
    }

    /// What is refused is the user's line, beside the one of the system that it would loosen.
    #[test]
    fn a_refusal_names_both_lines(system in any_policy("/s"), user in any_policy("/u")) {
        for loosens in tighten(system, user).err().unwrap_or_default() {
            let files = (loosens.system.file, loosens.user.file);
            prop_assert_eq!(files, ("/s".into(), "/u".into()));
        }
    }
}
