//! Each shell that azvault knows.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{home, on_a_terminal, read};
use azvault_test_support::{eventually, find, has, ran};

/// A shell, how it takes a session, and how it takes `shell-init`. nu reads a file and has a test of
/// its own, and so has pwsh, in `powershell/tests/ShellInit.Tests.ps1`.
const SHELLS: [(&str, &str, &str); 4] = [
    (
        "bash",
        "eval \"$(azvault session start --shell bash)\"",
        "eval \"$(azvault shell-init bash)\"",
    ),
    (
        "dash",
        "eval \"$(azvault session start --shell bash)\"",
        "eval \"$(azvault shell-init bash)\"",
    ),
    ("zsh", "eval \"$(azvault session start --shell zsh)\"", "eval \"$(azvault shell-init zsh)\""),
    ("fish", "azvault session start --shell fish | source", "azvault shell-init fish | source"),
];

#[test]
fn each_shell_takes_a_session() {
    let home = home();
    for (shell, start, _) in SHELLS.into_iter().filter(|(shell, ..)| has(shell)) {
        let script = format!(
            "{start}\nazvault use fab >/dev/null\nazvault prompt\nsh -c 'azvault prompt'
             azvault session end --shell {} >end",
            if shell == "dash" { "bash" } else { shell }
        );
        let said = ran(home.shell(shell, &script).output().unwrap()).expect(0);
        assert_eq!(said.stdout, "fab*\nfab*\n", "{shell}: {}", said.stderr);
        assert!(read(&home, "end").contains("AZVAULT_SESSION"), "{shell}");
    }
    assert_eq!(home.sessions(), 0);
}

#[test]
fn each_shell_starts_a_session_by_itself_when_one_is_needed() {
    let home = home();
    for (shell, _, init) in SHELLS.into_iter().filter(|(shell, ..)| has(shell)) {
        let script = format!(
            "{init}\nazvault prompt\nazvault use sp >/dev/null\nazvault prompt\nsh -c 'azvault prompt'
             azvault context set mine --scope process >/dev/null 2>/dev/null\nazvault prompt\nazvault no-such-verb 2>/dev/null"
        );
        let said = ran(home.shell(shell, &script).output().unwrap()).expect(2);
        assert_eq!(said.stdout, "dev\nsp*\nsp*\nmine*\n", "{shell}: {}", said.stderr);
        eventually(shell, || home.sessions() == 0);
    }
}

#[test]
fn nu_starts_a_session_by_itself_when_one_is_needed() {
    let Some(nu) = find("nu") else { return };
    let home = home();
    fs::write(home.join("azvault.nu"), home.alone(&["shell-init", "nu"]).stdout).unwrap();
    let script = "source azvault.nu\nazvault prompt\nazvault use sp | ignore\nazvault prompt
         sh -c 'azvault prompt'\nazvault context list -o json | from json | get active";
    let said = ran(home.shell(nu.to_str().unwrap(), script).output().unwrap()).expect(0);
    assert_eq!(said.stdout, "dev\nsp*\nsp*\nsp\n", "{}", said.stderr);
    eventually("nu", || home.sessions() == 0);
}

#[test]
fn an_interactive_shell_has_its_session_on_its_terminal() {
    let home = home();
    for (shell, command) in [
        ("bash", "bash --norc --noprofile -i"),
        ("zsh", "zsh -f -i"),
        ("fish", "fish --no-config -i"),
    ] {
        if !has(shell) {
            continue;
        }
        let (_, _, init) = SHELLS.into_iter().find(|(name, ..)| *name == shell).unwrap();
        // Assembled by the shell, so that the echo of what was typed is not taken for the answer.
        let typed = format!(
            "{init}\nazvault use fab\nsh -c 'echo \"<$(azvault prompt)>\"'\nazvault use sp\n\
             sh -c 'echo \"<$(azvault prompt)>\"'\nexit\n"
        );
        let (_, seen) = on_a_terminal(&home, command, &typed);
        assert!(seen.contains("<fab*>") && seen.contains("<sp*>"), "{shell}: {seen}");
        eventually(shell, || home.sessions() == 0);
    }
}

#[test]
fn what_only_the_leader_may_start_nobody_else_starts() {
    let home = home();
    let mut sleeper = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
    // Neither init, nor a process that is no ancestor, nor one that is not there.
    for leader in [sleeper.id().to_string(), "1".to_owned(), "4194303".to_owned()] {
        let code = home.alone(&["session", "start", "--leader", &leader]).code;
        // Process 1 may be an ancestor where the tests run in a container.
        assert!(code == 7 || (leader == "1" && code == 0), "{leader}: {code}");
    }
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    home.alone(&["session", "start", "--leader", "0"]).expect(2);
}
