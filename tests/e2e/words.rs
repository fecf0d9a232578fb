//! Words that people try who come from other tools, and what environments of jobs set and leave empty.

use azvault_test_support::{Home, ran};

#[test]
fn a_word_of_another_tool_is_answered_with_the_command_to_type() {
    let home = Home::with_vault();
    for (line, command) in [
        (&["login"][..], "azvault connect"),
        (&["logout"], "azvault disconnect"),
        (&["rm"], "azvault context remove NAME"),
        (&["current"], "azvault status"),
        (&["Get-AzContext"], "azvault context show"),
        (&["account", "get-access-token"], "azvault token"),
        (&["exec", "ci", "ls"], "azvault exec ci -- ls"),
    ] {
        let refused = home.run(line).expect(2);
        assert_eq!(refused.stdout, "");
        assert!(refused.stderr.ends_with(&format!("\ntry: {command}\n")), "{}", refused.stderr);
    }
    home.run(&["whoami"]).expect(0);
    home.run(&["context", "ls"]).expect(0);
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let home = Home::with_contexts();
    for variable in [
        "AZVAULT_OUTPUT",
        "AZVAULT_KEY_FILE",
        "AZVAULT_CA_BUNDLE",
        "AZVAULT_NO_INPUT",
        "AZVAULT_NO_AGENT",
    ] {
        let mut command = home.command(&["context", "list"]);
        let listed = ran(command.env(variable, "").output().unwrap()).expect(0);
        assert!(listed.stdout.contains("NAME"), "{variable}: {}", listed.stdout);
    }
}

#[test]
fn yes_is_one_letter_wherever_it_is_a_word() {
    let page = std::fs::read_to_string(azvault_test_support::root().join("docs/cli.md")).unwrap();
    let lines = page.lines().filter(|line| {
        let line = line.trim();
        line.starts_with('-') && line.ends_with("--yes")
    });
    let mut number = 0;
    for line in lines {
        assert!(line.contains("-y, --yes"), "{line}");
        number += 1;
    }
    assert!(number > 5, "{number}");
}
