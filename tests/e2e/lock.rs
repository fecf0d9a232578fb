//! `lock` reaches whatever can still hand something out, and never says that it did where it found
//! nothing.

mod endpoints;
mod strangers;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::world::alone;
use azvault_test_support::memory::{Searched, found};
use azvault_test_support::{
    AgentHome, Ran, eventually, is_root, is_running, make_folder, not_run, ran, signal,
};

/// Whether the agent's memory holds a key; nobody but root can look.
fn holds_keys(home: &AgentHome, agent: u32) -> bool {
    let keys = home.keys();
    let keys = keys.iter().map(|key| Searched::new("key".to_owned(), key)).collect::<Vec<_>>();
    is_running(agent) && is_root() && !found(agent, &keys).is_empty()
}

/// Does something to the folder of the socket, and gives what `XDG_RUNTIME_DIR` says then.
type Move = fn(&AgentHome) -> PathBuf;

const PLACES: [(&str, Move); 5] = [
    ("another folder", |home| {
        make_folder(&home.join("other"), 0o700);
        home.join("other")
    }),
    ("a folder that is missing", |home| home.join("missing")),
    ("the socket removed", |home| {
        fs::remove_file(home.socket()).unwrap();
        home.runtime()
    }),
    ("the folder removed and made again", |home| {
        fs::remove_dir_all(home.runtime()).unwrap();
        make_folder(&home.runtime(), 0o700);
        home.runtime()
    }),
    ("the folder moved", |home| {
        fs::rename(home.runtime(), home.join("moved")).unwrap();
        home.runtime()
    }),
];

/// The binary without the passphrase, in the place that one of [`PLACES`] made.
fn there(home: &AgentHome, place: &Path, args: &[&str]) -> Ran {
    ran(home.without(args).env("XDG_RUNTIME_DIR", place).output().unwrap())
}

#[test]
fn an_agent_is_locked_wherever_the_environment_says_that_its_folder_is() {
    for (what, change) in PLACES {
        let home = AgentHome::with_vault();
        home.unlock();
        let agent = home.agent().unwrap();
        assert!(!is_root() || holds_keys(&home, agent), "the control: {what}");
        let place = change(&home);
        let goes = place == home.runtime();
        if goes {
            // Nobody could find it at its socket: it lets go by itself.
            eventually("it wipes its keys and ends", || !is_running(agent));
            let none = there(&home, &place, &["lock", "-o", "json"]).expect(0).json();
            assert_eq!(none["state"], "not-running", "{what}");
            continue;
        }
        let status = there(&home, &place, &["status", "-o", "json"]).expect(0).json();
        assert_eq!(status["state"], "unlocked", "{what}");
        assert_eq!(status["holders"][0]["pid"], agent, "{what}");
        let said = there(&home, &place, &["status"]).expect(0).stdout;
        // Commands of this shell reach it as well, by where the kernel says that it listens.
        assert!(said.contains(&format!("process {agent}, locks after 10 minutes")), "{said}");
        let doctor = there(&home, &place, &["doctor"]).stdout;
        assert!(doctor.contains(&format!("keys are held by: agent (process {agent})")), "{doctor}");
        let locked = there(&home, &place, &["lock", "-o", "json"]).expect(0).json();
        assert_eq!(locked["state"], "locked", "{what}");
        assert_eq!(locked["locked"][0]["pid"], agent, "{what}");
        assert_eq!(locked["locked"][0]["holds_keys"], true, "{what}");
        assert!(!holds_keys(&home, agent), "{what}");
        let status = there(&home, &place, &["status", "-o", "json"]).expect(0).json();
        assert_eq!(status["state"], "locked", "{what}");
        signal(agent, Signal::KILL);
    }
}

#[test]
fn where_nothing_runs_nothing_is_said_to_be_locked() {
    let home = AgentHome::with_vault();
    let said = home.alone(&["lock"]).expect(0).stdout;
    let run = home.runtime().join("azvault").display().to_string();
    // Folders that other shells of this user could have may follow.
    let expected = format!(
        "no agent or endpoint of this vault is running (looked at: /proc/net/unix, the sockets of \
         this network namespace, {run}"
    );
    assert!(said.starts_with(&expected), "{said}");
    let document = home.alone(&["lock", "-o", "json"]).expect(0).json();
    assert_eq!(document["state"], "not-running");
    assert_eq!(document["locked"], json!([]));
    assert!(document["looked_at"].as_array().unwrap().len() >= 2);
    let status = home.alone(&["status", "-o", "json"]).expect(0).json();
    assert_eq!((&status["state"], &status["holders"]), (&json!("locked"), &json!([])));
    assert_eq!(status["looked_at"], document["looked_at"]);

    // One that runs and holds nothing was locked already.
    home.unlock();
    home.alone(&["lock"]).expect(0);
    let again = home.alone(&["lock"]).expect(0).stdout;
    assert!(again.starts_with("locked already: agent (process "), "{again}");
}

#[test]
fn a_vault_that_cannot_be_read_is_no_reason_to_leave_its_keys_where_they_are() {
    let home = AgentHome::with_vault();
    home.unlock();
    let moved = home.join("moved.db");
    fs::rename(home.vault(), &moved).unwrap();
    let ran = home.alone(&["lock"]).expect(5);
    assert_eq!(ran.stdout, "");
    ran.says("try: azvault panic");
    assert!(home.holds_keys());
    home.alone(&["lock", "--vault", moved.to_str().unwrap()]).expect(0);
    assert!(!home.holds_keys());
}

#[test]
fn an_agent_that_does_not_answer_is_not_said_to_be_locked() {
    let home = AgentHome::with_vault();
    home.unlock();
    let agent = home.agent().unwrap();
    signal(agent, Signal::STOP);
    let ran = there(&home, &home.join("missing"), &["lock"]).expect(1);
    assert_eq!(ran.stdout, "");
    ran.says(&format!("may still hold keys, and does not answer: agent (process {agent})"))
        .says("azvault panic");
    let status = there(&home, &home.join("missing"), &["status", "-o", "json"]).expect(0).json();
    assert_eq!(status["state"], "unknown");
    // The signal waits for it: it locks as soon as it goes on.
    signal(agent, Signal::CONT);
    eventually("it locks", || !home.holds_keys());
}

/// The binary where `/proc` shows nothing.
fn without_proc(home: &AgentHome, args: &[&str]) -> Option<Ran> {
    let inner = home.without(args);
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs none /proc || exit 99; exec \"$@\"";
    command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    command.arg(inner.get_program()).args(inner.get_args()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
    let ran = ran(command.current_dir(home.path()).output().ok()?);
    let refused = ran.stderr.contains("unshare failed") || ran.code == 99;
    if refused {
        assert!(std::env::var_os("CI").is_none(), "{}", ran.stderr);
        not_run("no namespaces can be made here");
        return None;
    }
    Some(ran)
}

#[test]
fn where_the_kernel_cannot_be_asked_that_is_said_and_no_success() {
    let home = AgentHome::with_vault();
    home.unlock();
    // What the socket reaches is locked all the same.
    let Some(lock) = without_proc(&home, &["lock"]) else { return };
    lock.expect(1)
        .says("not all processes could be looked for")
        .says("/proc/net/unix")
        .says("mount -t proc proc /proc && azvault lock");
    assert!(!home.holds_keys());
    let status = without_proc(&home, &["status"]).unwrap().expect(1);
    status.says("not all processes could be looked for");
    let doctor = without_proc(&home, &["doctor", "-o", "json"]).unwrap().json();
    let checks = doctor["checks"].as_array().unwrap();
    let holders = checks.iter().find(|check| check["name"] == "holders").unwrap();
    assert_eq!(holders["state"], "finding");
}

#[test]
fn a_panic_that_cannot_ask_the_kernel_does_not_say_that_nothing_runs() {
    alone(|| {
        let home = AgentHome::with_vault();
        home.unlock();
        let Some(panic) = without_proc(&home, &["panic"]) else { return };
        assert!(!panic.stderr.contains("locked: "), "{}", panic.stderr);
        assert!(!panic.stderr.contains("was running"), "{}", panic.stderr);
        assert_ne!(panic.code, 0);
        // Which process it is cannot be told either: what to type names its file.
        panic.says("not all processes could be looked for").says("fuser --kill ");
    });
}

#[test]
fn a_status_says_when_the_keys_go_by_both_limits() {
    let home = AgentHome::with_vault();
    home.unlock();
    let said = home.alone(&["status"]).expect(0).stdout;
    let expected = "locks after 10 minutes without use, at the latest in 12 hours";
    assert!(said.contains(expected), "{said}");
    let status = home.alone(&["status", "-o", "json"]).expect(0).json();
    assert_eq!(status["agent"]["idle_limit_s"], 600);
    assert!(status["agent"]["expires_s"].as_u64().unwrap() > 43_000);
    ran(home.given(&["unlock", "--for", "8h"]).output().unwrap()).expect(0);
    let said = home.alone(&["status"]).expect(0).stdout;
    assert!(said.contains("locks in 8 hours"), "{said}");
    home.alone(&["lock"]).expect(0);
    let said = home.alone(&["status"]).expect(0).stdout;
    assert!(said.contains("holds no keys"), "{said}");
}

#[test]
fn a_policy_that_changes_reaches_an_agent_that_nobody_asks() {
    let change = |text: &str| {
        let home = AgentHome::with_vault();
        home.unlock();
        let folder = home.join(".config/azvault");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("policy.toml"), text).unwrap();
        home
    };
    // The control: a policy that allows what there is.
    let allowed = change("unlock.for = \"13h\"\nunlock.idle = \"1h\"\n");
    for text in ["unlock.for = \"1s\"\n", "unlock.idle = \"1s\"\n"] {
        let home = change(text);
        let keys = || holders(&home);
        eventually("the agent wipes its keys", || keys() == [json!(false)]);
    }
    assert_eq!(holders(&allowed), [json!(true)]);
}

/// Whether each process of the vault holds keys, by what it says of itself: nobody uses the vault.
fn holders(home: &AgentHome) -> Vec<Value> {
    let vault = azvault_vault::Locked::open(&home.vault()).unwrap().vault_id().to_string();
    let found = azvault_agent::holder::look(azvault_agent::holder::Whose::Vault(&vault)).unwrap();
    found.iter().map(|one| json!(one.report().unwrap().keys.is_some())).collect()
}
