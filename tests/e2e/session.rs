//! Sessions in real shells: who is in one, what it ends with, and what happens when it is gone.

mod exec;
mod handle;
mod inherit;
mod shells;

use std::fs;
use std::process::{Child, Command, Stdio};

use azvault_test_support::{AgentHome, FABRIKAM, MEGAN, PRINCIPAL, Ran, eventually, ran};

/// Contexts `dev`, which is the default, `fab` and `sp`; the agent holds the keys.
fn home() -> AgentHome {
    let home = AgentHome::migrated();
    for (old, new) in [(MEGAN, "dev"), (FABRIKAM, "fab"), (PRINCIPAL, "sp")] {
        home.run(&["context", "rename", old, new]).expect(0);
    }
    home.unlock();
    home
}

const START: &str = "eval \"$(azvault session start)\"\n";

/// Waits for a file of the home, in a shell.
fn wait_for(file: &str) -> String {
    format!("while ! [ -e {file} ]; do sleep 0.02; done\n")
}

fn read(home: &AgentHome, file: &str) -> String {
    fs::read_to_string(home.join(file)).unwrap()
}

#[track_caller]
fn appears(home: &AgentHome, file: &str) {
    eventually(file, || home.join(file).exists());
}

/// A shell that has a session in which `fab` is active, and stays until a file `end` is there.
struct Leader {
    shell: Child,
    variable: String,
}

impl Leader {
    fn start(home: &AgentHome) -> Self {
        let rest = format!(
            "azvault use fab >/dev/null; echo \"$AZVAULT_SESSION\" >handle.new; mv handle.new handle
             {}",
            wait_for("end")
        );
        let mut shell = Command::new("setsid");
        let inner = home.shell("bash", &format!("set -eu\n{START}{rest}"));
        shell.arg("bash").args(inner.get_args()).env_clear().current_dir(home.path());
        shell.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let shell = shell.stdin(Stdio::null()).spawn().unwrap();
        appears(home, "handle");
        Self { shell, variable: read(home, "handle").trim().to_owned() }
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// What the prompt of a shell says whose session is gone: one word, and nothing on stderr.
#[track_caller]
fn prompt_is_gone(ran: Ran) {
    let ran = ran.expect(4);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("gone\n", ""));
}

/// What a command says whose session is gone: nothing of any context.
#[track_caller]
fn is_gone(ran: Ran) {
    let ran = ran.expect(4).says("session is gone");
    for name in ["dev", "fab", "sp"] {
        assert!(!ran.stdout.contains(name), "{}", ran.stdout);
    }
}

#[test]
fn two_shells_have_two_contexts_and_a_third_has_the_default() {
    let home = home();
    let script = |own: &str, other: &str| {
        format!(
            "set -eu\n{START}azvault use {own} >/dev/null; touch {own}.used\n{}
             for n in 1 2 3 4 5; do azvault prompt; bash -c 'azvault prompt'; done",
            wait_for(&format!("{other}.used"))
        )
    };
    let spawn = |script: &str| {
        let mut shell = home.shell("bash", script);
        shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, two) = (spawn(&script("fab", "sp")), spawn(&script("sp", "fab")));
    let third = home.bash("azvault prompt").expect(0);
    let (one, two) = (one.wait_with_output().unwrap(), two.wait_with_output().unwrap());
    assert_eq!(ran(one).expect(0).stdout, "fab*\n".repeat(10));
    assert_eq!(ran(two).expect(0).stdout, "sp*\n".repeat(10));
    assert_eq!(third.stdout, "dev\n");
    eventually("both sessions end", || home.sessions() == 0);
}

#[test]
fn a_session_ends_with_its_shell_however_that_ends() {
    let home = home();
    for ending in ["exit 0", "exit 7", "kill -9 $$", "kill -TERM $$", "exec true"] {
        let script = format!("set -eu\n{START}azvault use fab\n{ending}");
        let ran = home.shell("bash", &script).output().unwrap();
        assert!(String::from_utf8(ran.stdout).unwrap().contains("in this session"), "{ending}");
        eventually(ending, || home.sessions() == 0);
    }
}

#[test]
fn jobs_that_outlive_their_shell_have_no_context_at_all() {
    let home = home();
    let asks = [
        "azvault prompt",
        "azvault context show",
        "azvault context list",
        "azvault use sp",
        "azvault context set new --scope process",
        "azvault context remove sp --yes",
        "azvault secret list",
        "azvault exec -- echo ran",
        "azvault shell",
        "azvault session show",
        "azvault session end",
        "azvault autosave show",
    ];
    let job: String = asks
        .iter()
        .enumerate()
        .map(|(n, ask)| format!("{ask} >{n}.out 2>{n}.err; echo $? >{n}.code\n"))
        .collect();
    let job = format!("{job}azvault status -o json >status.out 2>status.err\n");
    let script = format!(
        "set -u\n{START}azvault use fab\n( trap '' HUP\n{}{job} touch done ) &\nkill -9 $$",
        wait_for("go")
    );
    // Not with pipes: the job would keep them open.
    let mut shell = home.shell("bash", &script);
    shell.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    eventually("the session ends", || home.sessions() == 0);
    fs::write(home.join("go"), "").unwrap();
    appears(&home, "done");
    for (n, ask) in asks.iter().enumerate() {
        let part = |ending: &str| read(&home, &format!("{n}.{ending}"));
        assert_eq!(part("code").trim(), "4", "{ask}: {}{}", part("out"), part("err"));
        let out = part("out");
        assert!(["", "gone\n"].contains(&&*out), "{ask}: {out}");
        // A prompt is shown before every line that is typed: nothing of it goes to stderr.
        assert_eq!(part("err").is_empty(), *ask == "azvault prompt", "{ask}: {}", part("err"));
    }
    // What looks for the reason gets it.
    let status: serde_json::Value = serde_json::from_str(&read(&home, "status.out")).unwrap();
    assert_eq!((&status["session_state"], &status["session"]), (&"gone".into(), &().into()));
    assert_eq!(
        (&status["active"], &status["active_because"]),
        (&().into(), &"this session".into())
    );
    assert_eq!(home.alone(&["prompt"]).expect(0).stdout, "dev\n");
}

#[test]
fn everything_that_a_shell_starts_is_in_its_session() {
    let home = home();
    fs::write(home.join("script.sh"), "#!/bin/sh\nazvault prompt\n").unwrap();
    let said = home
        .bash(&format!(
            "{START}azvault use fab >/dev/null
             bash -c 'bash -c \"azvault prompt\"'; sh script.sh; (azvault prompt); echo $(azvault prompt)
             azvault prompt | cat; env azvault prompt; setsid -w azvault prompt
             seq 20 | xargs -P 20 -I N sh -c 'azvault prompt' | sort | uniq -c | sed 's/^ *//'
             for n in 1 2 3; do azvault prompt & done; wait
             # A job whose parent ended, in the same terminal.
             sh -c 'nohup sh -c \"sleep 0.2; azvault prompt >late 2>&1; touch done\" >/dev/null 2>&1 &'
             {}cat late",
            wait_for("done")
        ))
        .expect(0)
        .stdout;
    assert_eq!(said, format!("{}20 fab*\n{}", "fab*\n".repeat(7), "fab*\n".repeat(4)));

    // One that left the terminal as well is nobody's.
    let said = home
        .bash(&format!(
            "{START}azvault use fab >/dev/null
             sh -c 'setsid -f sh -c \"sleep 0.2; azvault prompt >away 2>&1; echo \\$? >>away; touch gone\"'
             {}cat away",
            wait_for("gone")
        ))
        .expect(0)
        .stdout;
    assert!(said.starts_with("gone\n") && said.ends_with("\n4\n"), "{said}");
}

#[test]
fn many_changes_at_once_in_one_session_are_all_there() {
    let home = home();
    let said = home
        .bash(&format!(
            "{START}azvault use fab >/dev/null
             seq 20 | xargs -P 20 -I N azvault context set new-N --context dev >/dev/null 2>&1
             azvault context list -o tsv | grep -c 'new-'; azvault session show -o json"
        ))
        .expect(0)
        .stdout;
    let (count, shown) = said.split_once('\n').unwrap();
    assert_eq!(count, "20", "{said}");
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    assert_eq!(shown["contexts"], 20);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 3);
}

#[test]
fn a_session_that_is_ended_leaves_the_default() {
    let home = home();
    let said = home
        .bash(&format!(
            "{START}azvault use fab >/dev/null; azvault prompt; copy=$AZVAULT_SESSION
             eval \"$(azvault session end)\"; azvault prompt; echo \"${{AZVAULT_SESSION-unset}}\"
             AZVAULT_SESSION=$copy azvault prompt || echo $?
             azvault session end || echo $?"
        ))
        .expect(0)
        .stdout;
    assert_eq!(said, "fab*\ndev\nunset\ngone\n4\n5\n");
    assert_eq!(home.sessions(), 0);
}

/// Types into a command on a terminal of its own, and gives what is seen on it.
fn on_a_terminal(home: &AgentHome, command: &str, typed: &str) -> (i32, String) {
    use std::io::Write;
    let shell = home.shell("true", "");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", command, "/dev/null"]);
    script.env_clear().envs(shell.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.env("TERM", "dumb").env("SHELL", "/bin/bash").current_dir(home.path());
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let seen = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    (output.status.code().unwrap_or(-1), seen)
}
