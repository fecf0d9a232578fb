//! Sessions in real shells: who is in one, what it ends with, and what happens when it is gone.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use crate::agent_home::{AgentHome, FABRIKAM, MEGAN, NOBODY, PRINCIPAL, eventually, is_root};
use crate::agent_home::{is_running, signal};
use crate::home::{PASSPHRASE, Ran, find, has, ran};

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
        "azvault status",
        "azvault session show",
        "azvault session end",
        "azvault autosave show",
    ];
    let job: String = asks
        .iter()
        .enumerate()
        .map(|(n, ask)| format!("{ask} >{n}.out 2>{n}.err; echo $? >{n}.code\n"))
        .collect();
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
    }
    assert_eq!(home.alone(&["prompt"]).expect(0).stdout, "dev\n");
}

#[test]
fn a_session_that_is_gone_is_said_before_anybody_is_asked() {
    let home = home();
    let leader = Leader::start(&home);
    home.alone(&["lock"]).expect(0);
    let mut command = home.without(&["context", "list"]);
    is_gone(ran(command.env("AZVAULT_SESSION", &leader.variable).output().unwrap()));
    // In the session itself, the locked vault is what is said.
    home.alone(&["context", "list"]).expect(14);
}

#[test]
fn a_variable_that_names_no_session_of_this_process_is_exit_4() {
    let home = home();
    let leader = Leader::start(&home);
    let (id, key) = leader.variable.split_once('.').unwrap();
    let flipped = if key.starts_with('A') { 'B' } else { 'A' };
    for wrong in [
        // Another terminal: not of the leader's descent, nor of its terminal.
        leader.variable.clone(),
        format!("{id}.{flipped}{}", &key[1..]),
        format!("{:016x}.{key}", 1),
        format!("{id}.{key}="),
        format!("{id}.{}", &key[1..]),
        format!("{id}{key}"),
        id.to_owned(),
        ".".to_owned(),
        " ".to_owned(),
        "garbage".to_owned(),
        "\u{1b}[31m.\u{202e}".to_owned(),
        "A".repeat(100_000),
    ] {
        let with = |args: &[&str]| {
            let mut command = home.without(args);
            ran(command.env("AZVAULT_SESSION", &wrong).output().unwrap())
        };
        is_gone(with(&["context", "list"]));
        is_gone(with(&["prompt"]));
        is_gone(with(&["context", "select", "sp"]));
        let said = with(&["session", "show"]);
        assert!(!said.stderr.contains(key), "the key is not said");
        is_gone(said);
    }
    let mut command = home.without(&["prompt"]);
    let none = ran(command.env("AZVAULT_SESSION", "").output().unwrap()).expect(0);
    assert_eq!(none.stdout, "dev\n");
    assert_eq!(home.sessions(), 1);
}

#[test]
fn the_key_and_the_id_are_needed_inside_the_session_too() {
    let home = home();
    let script = format!(
        "{START}azvault use fab >/dev/null
         id=${{AZVAULT_SESSION%%.*}} key=${{AZVAULT_SESSION#*.}}
         AZVAULT_SESSION=$id.$(printf 'A%.0s' {{1..43}}) azvault prompt && exit 1
         AZVAULT_SESSION=0000000000000001.$key azvault prompt && exit 1
         AZVAULT_SESSION= azvault prompt; azvault prompt"
    );
    let ran = home.shell("bash", &script).output().unwrap();
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), "gone\ngone\ndev\nfab*\n");
}

#[test]
fn another_user_with_the_variable_is_exit_4() {
    let home = home();
    if !is_root() {
        println!("not checked: only root can become another user");
        return;
    }
    // Everything that can be opened is: what is left is the kernel's word.
    let copied = Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_azvault"))
        .arg(home.join("azvault-for-all"))
        .status();
    assert!(copied.unwrap().success());
    let theirs = home.join("theirs");
    let script = format!(
        "{START}azvault use fab >/dev/null
         mkdir theirs; cp -r .local theirs; cp .local/share/azvault/vault.db theirs/vault.db
         chown -R {NOBODY} theirs; chmod 0755 . azvault-for-all
         as() {{ setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups \"$@\"; }}
         as ./azvault-for-all context list; echo $?
         HOME=$PWD/theirs as ./azvault-for-all context list; echo $?
         HOME=$PWD/theirs as ./azvault-for-all prompt; echo $?
         chmod 0777 run run/azvault run/azvault/*
         HOME=$PWD/theirs as ./azvault-for-all context list; echo $?
         HOME=$PWD/theirs as ./azvault-for-all session show; echo $?
         chmod 0700 run run/azvault . ; azvault prompt"
    );
    let ran = ran(home.shell("bash", &script).output().unwrap()).expect(0);
    assert!(theirs.exists());
    assert_eq!(ran.stdout, "4\n4\ngone\n4\n4\n4\nfab*\n", "{}", ran.stderr);
}

#[test]
fn a_recycled_process_number_does_not_revive_a_session() {
    let home = home();
    let outside = home.agent().unwrap();
    signal(outside, Signal::KILL);
    eventually("it is gone", || !is_running(outside));
    // In a process namespace of its own numbers can be given out at will, and nobody else takes
    // them. The agent is stopped while the leader ends, and another process gets its number.
    let script = format!(
        "set -u
         export AZVAULT_PASSPHRASE_FILE=$HOME/passphrase
         azvault unlock >/dev/null 2>&1
         bash -c '{START} azvault use fab >/dev/null; echo \"$AZVAULT_SESSION\" >handle
                  echo $$ >first; exec sleep 1000' &
         {}
         leader=$(cat first)
         agent=$(azvault status -o json | sed 's/.*\"agent\":{{\"pid\":\\([0-9]*\\).*/\\1/')
         export AZVAULT_SESSION=$(cat handle)
         kill -STOP $agent; kill -9 $leader; wait $leader
         echo $((leader - 1)) >/proc/sys/kernel/ns_last_pid || exit 99
         bash -c 'echo $$ >second; azvault prompt; echo $?; azvault context list; echo $?' &
         sleep 0.3; kill -CONT $agent; wait $!
         echo $leader $(cat second)",
        wait_for("first")
    );
    let mut inside = Command::new("unshare");
    inside.args(if is_root() { &[][..] } else { &["--map-root-user"] });
    inside.args(["--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", &script]);
    let shell = home.shell("true", "");
    inside.env_clear().envs(shell.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = inside.current_dir(home.path()).stdin(Stdio::null()).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), output.stderr);
    let err = String::from_utf8(err).unwrap();
    if err.contains("unshare") || output.status.code() == Some(99) {
        println!("not checked: this machine gives no process namespace, or no say in it: {err}");
        return;
    }
    let lines: Vec<&str> = out.lines().collect();
    let [said, code, list, numbers] = lines[..] else { panic!("{out}\n{err}") };
    assert_eq!((said, code, list), ("gone", "4", "4"), "{err}");
    let (first, second) = numbers.split_once(' ').unwrap();
    assert_eq!(first, second, "the number was given out again");
}

#[test]
fn the_end_of_the_agent_is_exit_4_in_the_shell() {
    let home = home();
    let script = format!(
        "{START}azvault use fab >/dev/null; touch ready\n{}
         azvault prompt; echo $?; azvault context list; echo $?; azvault use sp; echo $?
         azvault exec -- echo ran; echo $?; azvault session end; echo $?
         AZVAULT_PASSPHRASE_FILE=passphrase azvault context list; echo $?
         unset AZVAULT_SESSION; AZVAULT_PASSPHRASE_FILE=passphrase azvault prompt",
        wait_for("go")
    );
    let shell = home.shell("bash", &script).stdout(Stdio::piped()).spawn().unwrap();
    appears(&home, "ready");
    let agent = home.agent().unwrap();
    signal(agent, Signal::KILL);
    eventually("it is gone", || !is_running(agent));
    fs::write(home.join("go"), "").unwrap();
    let said = ran(shell.wait_with_output().unwrap()).expect(0).stdout;
    assert_eq!(said, "gone\n4\n4\n4\n4\n4\n4\ndev\n");
}

#[test]
fn a_session_is_of_one_vault() {
    let home = home();
    let other = AgentHome::with_vault();
    let file = other.vault();
    let file = file.to_str().unwrap();
    let script = format!(
        "{START}azvault use fab >/dev/null
         export AZVAULT_PASSPHRASE_FILE=passphrase
         azvault prompt --vault {file}; echo $?; azvault context list --vault {file}; echo $?
         azvault unlock --vault {file}; azvault context list --vault {file}; echo $?
         azvault lock --vault {file} >/dev/null; unset AZVAULT_PASSPHRASE_FILE; azvault prompt"
    );
    let said = ran(home.shell("bash", &script).output().unwrap()).expect(0).stdout;
    assert_eq!(said, "gone\n4\n4\nunlocked for 12h\n4\nfab*\n");
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

#[test]
fn exec_is_its_command() {
    let home = home();
    let bash = |script: &str| home.shell("bash", script).output().unwrap();
    for (script, wanted) in [
        ("azvault exec fab -- true; echo $?", "0\n"),
        ("azvault exec fab -- sh -c 'exit 7'; echo $?", "7\n"),
        ("azvault exec fab -- sh -c 'exit 255'; echo $?", "255\n"),
        ("azvault exec fab -- sh -c 'kill -TERM $$'; echo $?", "143\n"),
        ("azvault exec fab -- sh -c 'kill -9 $$'; echo $?", "137\n"),
        ("azvault exec fab -- no-such-program; echo $?", "127\n"),
        ("azvault exec fab -- /etc/passwd; echo $?", "126\n"),
        ("azvault exec fab -- /; echo $?", "126\n"),
        ("azvault exec nobody -- echo ran; echo $?", "5\n"),
        ("printf 'a b' | azvault exec fab -- cat", "a b"),
        ("azvault exec fab -- azvault prompt", "fab*\n"),
        ("azvault exec -- azvault prompt", "dev*\n"),
        ("AZVAULT_CONTEXT=sp azvault exec fab -- azvault prompt", "fab*\n"),
        ("AZVAULT_CONTEXT=sp azvault exec -- azvault prompt", "sp*\n"),
        ("AZVAULT_CONTEXT=sp azvault exec fab -- sh -c 'echo \"[$AZVAULT_CONTEXT]\"'", "[]\n"),
        ("azvault exec fab -- azvault exec sp -- azvault prompt", "sp*\n"),
        ("azvault exec fab -- sh -c 'azvault use sp >/dev/null; azvault prompt'", "sp*\n"),
        ("umask 027; azvault exec fab -- sh -c umask", "0027\n"),
        ("ulimit -S -c 0; azvault exec fab -- sh -c 'ulimit -S -c'", "0\n"),
        ("azvault exec fab -- sh -c 'echo \"$1|$2\"' x 'a  b' '*'", "a  b|*\n"),
    ] {
        let output = bash(script);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, wanted, "{script}: {}", String::from_utf8(output.stderr).unwrap());
    }
    // What stood before it stands again.
    let core = bash("ulimit -S -c; azvault exec fab -- sh -c 'ulimit -S -c'").stdout;
    let core = String::from_utf8(core).unwrap();
    let lines: Vec<&str> = core.lines().collect();
    assert_eq!(lines[0], lines[1]);
    eventually("every session ends", || home.sessions() == 0);

    // The environment has a session more, and what `door` gives; nothing in it is a secret of the
    // vault.
    let script = "env -0 >before; azvault exec fab -- env -0 >after";
    ran(bash(script)).expect(0);
    let names = |file: &str| -> BTreeSet<String> {
        read(&home, file).split('\0').map(str::to_owned).collect()
    };
    let (before, after) = (names("before"), names("after"));
    let more: Vec<&String> = after.difference(&before).filter(|v| !v.starts_with("_=")).collect();
    let more: Vec<&str> = more.iter().filter_map(|v| Some(v.split_once('=')?.0)).collect();
    let expected = [
        "ARM_ENVIRONMENT",
        "ARM_MSI_API_VERSION",
        "ARM_MSI_ENDPOINT",
        "ARM_SUBSCRIPTION_ID",
        "ARM_TENANT_ID",
        "ARM_USE_CLI",
        "ARM_USE_MSI",
        "AZD_AUTH_ENDPOINT",
        "AZD_AUTH_KEY",
        "AZURE_CONFIG_DIR",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_TENANT_ID",
        "AZURE_TOKEN_CREDENTIALS",
        "AZVAULT_SESSION",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "NO_PROXY",
        "no_proxy",
    ];
    assert_eq!(more, expected);
    assert!(!read(&home, "after").contains(PASSPHRASE));

    // A signal to the process is a signal to the command.
    let mut sleeper = home.without(&["exec", "fab", "--", "sleep", "1000"]).spawn().unwrap();
    let name = format!("/proc/{}/comm", sleeper.id());
    eventually("it runs", || fs::read_to_string(&name).is_ok_and(|name| name == "sleep\n"));
    signal(sleeper.id(), Signal::TERM);
    assert_eq!(sleeper.wait().unwrap().signal(), Some(15));
    eventually("its session ends", || home.sessions() == 0);
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

#[test]
fn the_terminal_is_that_of_the_command() {
    let home = home();
    let test = "azvault exec fab -- sh -c 'test -t 0 && test -t 1 && tty >/dev/null && echo a-tty; exit 9'";
    let (code, seen) = on_a_terminal(&home, test, "");
    assert!(seen.contains("a-tty"), "{seen}");
    assert_eq!(code, 9);
    let typed = "azvault prompt; echo \"[$(azvault prompt)]\"\nexit 3\n";
    let (code, seen) = on_a_terminal(&home, "azvault shell sp", typed);
    assert!(seen.contains("[sp*]"), "{seen}");
    assert_eq!(code, 3, "{seen}");
    eventually("the session ends", || home.sessions() == 0);
}

/// A shell, how it takes a session, and how it takes `shell-init`. nu reads a file and has a test of
/// its own; pwsh is nowhere to be had, so that its script is read by a grammar, in `powershell.rs`.
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
