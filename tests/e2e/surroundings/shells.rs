//! `shell-init` in each shell: what it keeps, what it drops, and when it starts a session.

use std::fs;
use std::process::{Command, Stdio};

use azvault_test_support::{AgentHome, FABRIKAM, MEGAN, PRINCIPAL, Ran, find, ran};

/// A shell, and how it takes `shell-init`.
const SHELLS: [(&str, &str); 6] = [
    ("bash", "eval \"$(azvault shell-init bash)\""),
    ("dash", "eval \"$(azvault shell-init bash)\""),
    ("zsh", "eval \"$(azvault shell-init zsh)\""),
    ("fish", "azvault shell-init fish | source"),
    ("nu", "source azvault.nu"),
    ("pwsh", "azvault shell-init pwsh | Out-String | Invoke-Expression"),
];

fn home() -> AgentHome {
    let home = AgentHome::migrated();
    for (old, new) in [(MEGAN, "dev"), (FABRIKAM, "fab"), (PRINCIPAL, "sp")] {
        home.run(&["context", "rename", old, new]).expect(0);
    }
    home.unlock();
    fs::write(home.join("azvault.nu"), home.alone(&["shell-init", "nu"]).stdout).unwrap();
    home
}

/// The shells that are there; each is run in turn.
fn shells() -> impl Iterator<Item = (String, &'static str)> {
    SHELLS.into_iter().filter_map(|(shell, init)| {
        let path = find(shell)?;
        Some((path.to_str().unwrap().to_owned(), init))
    })
}

fn in_shell(home: &AgentHome, shell: &str, handle: &str, script: &str) -> Ran {
    let mut command = home.shell(shell, script);
    ran(command.env("AZVAULT_SESSION", handle).output().unwrap())
}

/// A shell of its own terminal session with a session in which `fab` is active; it stays.
fn leader(home: &AgentHome) -> (std::process::Child, String) {
    let inner = home.shell(
        "bash",
        "eval \"$(azvault session start)\"; azvault use fab >/dev/null; echo $AZVAULT_SESSION; read -r",
    );
    let mut command = Command::new("setsid");
    command.arg("bash").args(inner.get_args()).env_clear().current_dir(home.path());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut handle = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut handle).unwrap();
    (child, handle.trim().to_owned())
}

#[test]
fn a_handle_that_is_not_of_this_shell_is_dropped_with_one_line_and_the_next_session_is_its_own() {
    let home = home();
    let (mut first, foreign) = leader(&home);
    let ended = ran(home
        .shell("bash", "eval \"$(azvault session start)\"; echo $AZVAULT_SESSION")
        .output()
        .unwrap());
    let ended = ended.expect(0).stdout.trim().to_owned();
    for (shell, init) in shells() {
        for (handle, because) in [
            (&*foreign, "it has ended or belongs to another shell"),
            (&*ended, "it has ended or belongs to another shell"),
            ("garbage", "AZVAULT_SESSION is not a session handle"),
        ] {
            let script = format!("{init}\nazvault prompt\nazvault -q use sp\nazvault prompt\n");
            let said = in_shell(&home, &shell, handle, &script).expect(0);
            let case = format!("{shell}, {handle}: {}", said.stderr);
            assert!(said.stdout.starts_with("dev\n") && said.stdout.ends_with("sp*\n"), "{case}");
            if shell.ends_with("/pwsh") {
                // A session of its own takes its place at once.
                assert!(said.stderr.starts_with("azvault: "), "{case}");
                assert!(said.stderr.contains("AZVAULT_SESSION"), "{case}");
                assert_eq!(said.stderr.lines().count(), 1, "{case}");
                continue;
            }
            let line = format!(
                "azvault: session dropped: {because}; azvault use NAME chooses a context for this shell\n"
            );
            assert_eq!(said.stderr, line, "{case}");
        }
    }
    // The first shell has lost nothing.
    let status = ran(home.without(&["status", "-o", "json"]).output().unwrap()).expect(0).json();
    assert_eq!(status["session_state"], "none");
    assert!(home.sessions() >= 1);
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_handle_of_a_parent_is_kept_without_a_word() {
    let home = home();
    for (shell, init) in shells() {
        let inner = format!("{init}\nazvault prompt\nazvault -q use sp\n");
        fs::write(home.join("inner"), inner).unwrap();
        let script = format!(
            "set -eu; eval \"$(azvault session start)\"; azvault use fab >/dev/null
             {shell} -c \"$(cat inner)\"; azvault prompt"
        );
        let said = ran(home.shell("bash", &script).output().unwrap()).expect(0);
        let case = format!("{shell}: {}{}", said.stdout, said.stderr);
        // A PowerShell has a copy: process scope is one process.
        let last = if shell.ends_with("/pwsh") { "fab*\n" } else { "sp*\n" };
        assert!(said.stdout.starts_with("fab*\n") && said.stdout.ends_with(last), "{case}");
        assert_eq!(said.stderr, "", "{case}");
    }
}

#[test]
fn after_the_end_of_the_agent_a_shell_that_is_told_again_starts_another_session() {
    let home = home();
    for (shell, init) in
        shells().filter(|(shell, _)| !["/nu", "/pwsh"].iter().any(|own| shell.ends_with(own)))
    {
        let script = format!(
            "{init}\nazvault -q use fab\nkill -9 $(azvault status -o json | \
             sed 's/.*\"agent\":{{\"pid\":\\([0-9]*\\).*/\\1/')\n\
             while azvault session check 2>/dev/null\nsleep 0.05\nend\n{init}\nazvault -q use sp\nazvault prompt\n"
        );
        let script = match shell.ends_with("/fish") {
            true => script,
            false => script.replace("/dev/null\nsleep 0.05\nend", "/dev/null; do sleep 0.05; done"),
        };
        let mut command = home.shell(&shell, &script);
        command.env("AZVAULT_PASSPHRASE_FILE", home.join("passphrase"));
        let said = ran(command.output().unwrap()).expect(0);
        let case = format!("{shell}: {}{}", said.stdout, said.stderr);
        assert!(said.stdout.ends_with("sp*\n"), "{case}");
        assert_eq!(
            said.stderr.matches("session dropped: its agent has ended").count(),
            1,
            "{case}"
        );
    }
}

#[test]
fn a_session_is_started_wherever_the_verb_stands_and_for_no_other_verb() {
    let home = home();
    // pwsh starts one at once.
    for (shell, init) in shells().filter(|(shell, _)| !shell.ends_with("/pwsh")) {
        for (typed, starts) in [
            ("azvault -q use sp", true),
            ("azvault --output json use sp", true),
            ("azvault use sp -o json", true),
            ("azvault --context fab context remove sp --yes", true),
            ("azvault autosave disable --scope process", true),
            ("azvault context select dev --scope user", false),
            ("azvault context list", false),
            ("azvault exec fab -- true use", false),
            ("azvault prompt", false),
        ] {
            let show = "azvault status -o json";
            let script = format!("{init}\n{typed}\n{show}\n");
            let said = ran(home.shell(&shell, &script).output().unwrap());
            let last = said.stdout.lines().last().unwrap_or_default();
            let status: serde_json::Value = serde_json::from_str(last).unwrap_or_else(|e| {
                panic!("{shell}: {typed}: {e}: {}{}", said.stdout, said.stderr)
            });
            let wanted = if starts { "alive" } else { "none" };
            assert_eq!(status["session_state"], wanted, "{shell}: {typed}: {}", said.stderr);
        }
    }
}
