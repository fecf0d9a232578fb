//! docs/cli.md is the binary's own help.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use azvault_test_support::Home;
use azvault_test_support::help::verbs;

fn help(home: &Home, words: &[&str]) -> String {
    home.run(&[words, &["--help"]].concat()).expect(0).stdout
}

fn write(out: &mut String, home: &Home, words: &[&str]) {
    let text = help(home, words);
    let name = [&["azvault"], words].concat().join(" ");
    // The global options are the same everywhere: they stand on the first page alone.
    let own =
        if words.is_empty() { &text } else { text.split("\nGlobal options:").next().unwrap() };
    let lines: Vec<&str> = own.trim_end().lines().map(str::trim_end).collect();
    writeln!(out, "\n## {name}\n\n```text\n{}\n```", lines.join("\n")).unwrap();
    for verb in verbs(&text) {
        write(out, home, &[words, &[verb.as_str()]].concat());
    }
}

#[test]
fn docs_cli_md_is_the_help_of_the_binary() {
    let mut page = String::from(
        "# The command line\n\nThe help of every command, as the binary prints it. Regenerate with \
         `AZVAULT_UPDATE_DOCS=1 cargo test --test e2e cli_reference`.\n",
    );
    write(&mut page, &Home::empty(), &[]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if std::env::var_os("AZVAULT_UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/cli.md is not what the binary says: regenerate it");
}

#[test]
fn a_page_and_a_completion_script_exist_for_every_shell_and_command() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "nu", "powershell", "pwsh"] {
        assert!(home.run(&["completions", shell]).expect(0).stdout.contains("azvault"));
    }
    assert!(home.run(&["man"]).expect(0).stdout.contains(".TH"));
    assert!(home.run(&["man", "migrate", "clean"]).expect(0).stdout.contains("dry"));
    home.run(&["man", "nonsense"]).expect(5);
}
