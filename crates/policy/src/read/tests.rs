use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::read;
use crate::policy::KEYS;
use crate::{Allowance, Policy, SlotKind, Value};

const FILE: &str = "/etc/azvault/policy.toml";

fn policy(text: &str) -> Policy {
    read(text, Path::new(FILE)).unwrap()
}

/// What is wrong: line, what, instead.
fn wrong(text: &str) -> Vec<(usize, String, String)> {
    let wrong = read(text, Path::new(FILE)).unwrap_err();
    wrong.into_iter().map(|wrong| (wrong.place.line, wrong.what, wrong.instead)).collect()
}

#[test]
fn every_member_is_read_with_its_line() {
    let text = "\
# for everybody
autosave = \"off\"
plaintext-export = \"forbidden\"
kept-names = \"forbidden\"
environments = [\"AzureCloud\", \"AzureUSGovernment\"]
tenants = [
    \"72f00000-0000-4000-8000-000000000001\",
]
resources = [\"arm\", \"https://*.vault.azure.net\"]
unlock.idle = \"5m\"
passphrase.min-bits = 50
[kdf]
memory-mib = 256
passes = 0x4
product-mib = 1_024

[token]
cache = \"15 minutes\"
[slots]
required = [\"recovery-code\", \"keyring\", \"keyring\"]
forbidden = [\"raw-key\"]
[tls]
extra-authorities = \"forbidden\"
[forbidden]
tenants = [\"72f00000-0000-4000-8000-000000000002\"]
resources = [\"graph\", \"devops\"]
";
    let policy = policy(text);
    let members: Vec<_> =
        policy.members().into_iter().map(|m| (m.key, m.value, m.place.line)).collect();
    let clouds = ["AzureCloud".to_owned(), "AzureUSGovernment".to_owned()];
    let tenants = ["72f00000-0000-4000-8000-000000000001".to_owned()];
    let resources = ["arm", "https://*.vault.azure.net"].map(str::to_owned);
    let forbidden = ["72f00000-0000-4000-8000-000000000002", "graph", "devops"].map(str::to_owned);
    let minutes = |n: u64| Value::Time(Duration::from_secs(60 * n));
    assert_eq!(
        members,
        [
            ("autosave", Value::Word("off"), 2),
            ("plaintext-export", Value::Word("forbidden"), 3),
            ("kept-names", Value::Word("forbidden"), 4),
            ("environments", Value::Names(&clouds), 5),
            ("tenants", Value::Names(&tenants), 6),
            ("resources", Value::Names(&resources), 9),
            ("unlock.idle", minutes(5), 10),
            ("kdf.memory-mib", Value::Number(256), 13),
            ("kdf.passes", Value::Number(4), 14),
            ("kdf.product-mib", Value::Number(1024), 15),
            ("passphrase.min-bits", Value::Number(50), 11),
            ("token.cache", minutes(15), 18),
            ("tls.extra-authorities", Value::Word("forbidden"), 23),
            ("forbidden.tenants", Value::Names(&forbidden[..1]), 25),
            ("forbidden.resources", Value::Names(&forbidden[1..2]), 26),
            ("forbidden.resources", Value::Names(&forbidden[2..]), 26),
            ("slots.required", Value::Word("recovery-code"), 20),
            ("slots.required", Value::Word("keyring"), 20),
            ("slots.forbidden", Value::Word("raw-key"), 21),
        ]
    );
    assert!(policy.members().iter().all(|member| member.place.file == Path::new(FILE)));
}

/// The example of the reference has every member, and the text speaks of each.
#[test]
fn the_reference_names_every_member() {
    let page = include_str!("../../../../docs/policy.md");
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let policy = policy(example);
    let mut keys: Vec<_> = policy.members().into_iter().map(|member| member.key).collect();
    keys.dedup();
    assert_eq!(keys, KEYS);
    let tables = page.split("| Member |").nth(1).unwrap();
    for key in KEYS {
        let (table, own) = key.split_once('.').unwrap_or(("", key));
        let named = [format!("`{key}`"), format!("`{table}.*`"), format!("`{own}`")];
        assert!(named.iter().any(|name| tables.contains(name)), "{key}");
    }
    for kind in SlotKind::ALL {
        assert!(example.contains(kind.as_str()), "{}", kind.as_str());
    }
}

#[test]
fn what_is_allowed_is_a_member_too_and_an_empty_file_has_none() {
    let allowed = policy("autosave = \"allowed\"\nunlock.for = \"24h\"");
    assert_eq!(allowed.autosave.unwrap().value, Allowance::Allowed);
    for empty in ["", "\n", "# nothing\n", "[kdf]\n"] {
        assert!(policy(empty).is_empty(), "{empty:?}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_may_be_meant() {
    for (text, line, key, nearest) in [
        ("plaintext_export = \"forbidden\"", 1, "plaintext_export", "plaintext-export"),
        ("\n\nautosafe = \"off\"", 3, "autosafe", "autosave"),
        ("[unlock]\nhard = \"1h\"", 2, "unlock.hard", "unlock.for"),
        ("[kdf]\npasses = 3\nmemory = 64", 3, "kdf.memory", "kdf.memory-mib"),
        ("[slot]\nrequired = []", 1, "slot", "slots"),
        ("[kdf.passes]\nx = 1", 1, "", ""),
        ("\"unlock.idle\" = \"1h\"", 1, "unlock.idle", "unlock.idle"),
    ] {
        let found = wrong(text);
        assert_eq!(found[0].0, line, "{text}");
        if !key.is_empty() {
            assert_eq!(found[0].1, format!("there is no key {key}"), "{text}");
            assert_eq!(found[0].2, nearest, "{text}");
        }
    }
}

#[test]
fn what_a_member_cannot_say_is_refused() {
    for text in [
        "autosave = \"on\"",
        "autosave = false",
        "plaintext-export = \"off\"",
        "environments = \"AzureCloud\"",
        "environments = [1]",
        "tenants = [\" \"]",
        "tenants = {}",
        "unlock = \"1h\"",
        "unlock.idle = \"0s\"",
        "unlock.idle = \"-1h\"",
        "unlock.for = \"25h\"",
        "unlock.for = 3600",
        "kdf.memory-mib = 18",
        "kdf.memory-mib = 1025",
        "kdf.memory-mib = -64",
        "kdf.memory-mib = 64.0",
        "kdf.memory-mib = 99999999999999999999",
        "kdf.passes = 17",
        "kdf.product-mib = 4097",
        "passphrase.min-bits = 0",
        "passphrase.min-bits = 64",
        "passphrase = 40",
        "token.cache = \"59s\"",
        "tls.extra-authorities = false",
        "tls.extra-authorities = \"off\"",
        "slots.required = \"keyring\"",
        "slots.required = [\"recovery\"]",
        "slots.required = [\"keyring\"]\nslots.forbidden = [\"keyring\"]",
        "[[slots]]\nrequired = []",
        "autosave = \"off\"\nautosave = \"allowed\"",
        "autosave = off",
        "autosave",
        "\u{0}",
    ] {
        let found = wrong(text);
        assert!(found.iter().all(|(line, ..)| (1..=2).contains(line)), "{text}: {found:?}");
        assert!(found.iter().all(|(_, _, instead)| !instead.is_empty()), "{text}: {found:?}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines() {
    let found =
        wrong("tenant = []\n[kdf]\npasses = 0\nx = 1\n[slots]\nrequired = [\"key\", \"pin\"]");
    let lines: Vec<usize> = found.iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [1, 3, 4, 6, 6]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// A text is a policy or refused with places that are in it; never a panic.
    #[test]
    fn any_text_is_taken_or_refused(text in any_text()) {
        let lines = 1 + text.matches('\n').count();
        if let Err(wrong) = read(&text, Path::new(FILE)) {
            prop_assert!(!wrong.is_empty());
            prop_assert!(wrong.iter().all(|wrong| (1..=lines).contains(&wrong.place.line)));
        }
    }

    /// What is no key of ours, and no comment, is never passed over.
    #[test]
    fn no_line_is_ignored(key in "[a-z][a-z-]{0,12}", good in any::<bool>()) {
        let known = KEYS.iter().any(|own| own.split('.').next() == Some(key.as_str()));
        prop_assume!(!known);
        let before = if good { "autosave = \"off\"\n" } else { "" };
        let text = format!("{before}{key} = 1");
        prop_assert!(read(&text, Path::new(FILE)).is_err());
    }
}

/// Anything, and pieces of what could stand there.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[ -~\n]{0,20}",
        proptest::sample::select(vec![
            "autosave",
            "tenants",
            "unlock",
            "idle",
            "slots",
            "required",
            "kdf",
            "passes",
            " = ",
            ".",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\"\"\"",
            "'",
            "\n",
            "\r\n",
            "#",
            ",",
            "\"1h\"",
            "[\"a\"]",
            "0x",
            "1e9",
            "\\u0000",
            "\u{feff}",
            "[[",
            "]]",
            "1979-05-27",
            "nan",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}
