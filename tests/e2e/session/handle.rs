//! The variable of a session: whom it serves, and until when.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::{Leader, START, appears, home, is_gone, prompt_is_gone, wait_for};
use azvault_test_support::{
    AgentHome, NOBODY, eventually, is_root, is_running, not_run, ran, signal,
};

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
        prompt_is_gone(with(&["prompt"]));
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
        not_run("only root can become another user");
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
        not_run(&format!("this machine gives no process namespace, or no say in it: {err}"));
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
