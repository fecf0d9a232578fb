//! The list of `use` and `context select`, on a real terminal.

use azvault_test_support::Home;
use console::{measure_text_width, strip_ansi_codes};

fn home() -> Home {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    home
}

const SELECT: [&str; 4] = ["context", "select", "--scope", "user"];

/// What one key after another leaves as the default.
fn chosen(home: &Home, typed: &[&str]) -> String {
    let keys: String = typed.concat();
    let steps = [("of 7", keys.as_str())];
    home.on_terminal_of(Some(80), &steps, &SELECT).expect(0);
    home.json(&["status"])["default"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_typed_finds_a_context_by_all_that_it_is() {
    for (typed, wanted) in [
        (&["gov", "\r"][..], "gov"),
        // The account, the subscription, letters alone.
        (&["alex", "\r"], "gov"),
        (&["fabrikam shared", "\r"], "shared"),
        (&["prd", "\r"], "prod"),
        // The active one is offered first.
        (&["\r"], "prod"),
        (&["zzz", "\u{7f}\u{7f}\u{7f}", "cert", "\r"], "cert"),
        (&["zzz", "\r", "\u{15}", "ci", "\r"], "ci"),
    ] {
        assert_eq!(chosen(&home(), typed), wanted, "{typed:?}");
    }
}

#[test]
fn it_has_columns_a_count_and_a_preview_and_no_line_is_wider_than_the_terminal() {
    for columns in [80, 120] {
        let home = home();
        home.run(&["context", "mark", "shared", "--production", "--scope", "user"]).expect(0);
        let ended = home.on_terminal_of(Some(columns), &[("of 7", "\u{1b}")], &SELECT).expect(3);
        let shown = strip_ansi_codes(&ended.stdout).into_owned();
        for text in ["context: ▌", "7 of 7", "NAME", "ACCOUNT", "> *", "sign-in ok", "(5b000000-"]
        {
            assert!(shown.contains(text), "{text}: {shown}");
        }
        assert!(shown.lines().any(|line| line.contains("shared") && line.ends_with("production")));
        for line in shown.split(['\r', '\n']) {
            assert!(measure_text_width(line) <= columns.into(), "{columns}: {line:?}");
        }
        // What is marked is red, and the list does not stay on the screen.
        assert!(ended.stdout.contains("\u{1b}[31m"), "{:?}", ended.stdout);
        let (_, rest) = ended.stdout.rsplit_once("sign-in ok").unwrap();
        assert!(rest.contains("\u{1b}[1A") || rest.contains("\u{1b}[2K"), "{rest:?}");
        assert!(rest.contains("nothing was chosen"), "{rest:?}");
    }
    let plain = home().on_terminal_of(
        Some(80),
        &[("of 7", "\u{3}")],
        &["--color", "never", "context", "select"],
    );
    assert!(!plain.expect(3).stdout.contains("\u{1b}[31m"));
}

#[test]
fn contexts_that_were_used_often_and_lately_come_first_in_one_order() {
    let home = home();
    let order = || {
        let shown = home.on_terminal_of(Some(120), &[("of 7", "\u{1b}")], &SELECT).expect(3).stdout;
        let shown = strip_ansi_codes(&shown).into_owned();
        let lines = shown.lines().skip_while(|line| !line.contains("NAME")).skip(1).take(7);
        // The mark of the line, that of the active context, the name.
        let name = |line: &str| {
            line.trim_start_matches([' ', '>', '*']).split(' ').next().unwrap().to_owned()
        };
        lines.map(name).collect::<Vec<_>>()
    };
    let before = order();
    assert_eq!(before[0], "prod", "{before:?}");
    for name in ["gov", "ci", "gov"] {
        home.run(&["exec", name, "--", "true"]).expect(0);
    }
    let after = order();
    assert_eq!(after[..3], ["prod", "gov", "ci"], "{after:?}");
    // What was never used stays as it was.
    let rest = |all: &[String]| -> Vec<String> {
        all.iter().filter(|name| !["prod", "gov", "ci"].contains(&name.as_str())).cloned().collect()
    };
    assert_eq!(rest(&after), rest(&before));
    assert_eq!(order(), after);
    // No name of them lies anywhere but in the vault.
    for path in azvault_test_support::files_below(home.path()) {
        let is_source = path
            .components()
            .any(|part| part.as_os_str() == ".Azure" || part.as_os_str() == ".azure");
        let bytes = std::fs::read(&path).unwrap_or_default();
        assert!(
            is_source || !azvault_test_support::contains(&bytes, b"context gov"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn without_a_terminal_it_says_how_to_name_one() {
    home().run(&SELECT).expect(14).says("azvault context list shows them");
}
