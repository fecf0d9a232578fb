//! How long an agent lives, and what its end costs.

use super::*;

#[test]
fn limits_lock_and_signals_let_go() {
    let home = AgentHome::migrated();
    let unlock = |args: &[&str]| {
        let args = [&["unlock"][..], args].concat();
        ran(home.given(&args).output().unwrap()).expect(0);
    };
    unlock(&["--for", "1s"]);
    eventually("the hard limit locks", || !home.holds_keys());
    unlock(&["--idle", "1s"]);
    eventually("the idle limit locks", || !home.holds_keys());
    home.alone(&["context", "list"]).expect(14);

    unlock(&[]);
    home.alone(&["context", "list"]).expect(0);
    let agent = home.agent().unwrap();
    home.alone(&["lock"]).expect(0);
    assert!(!home.holds_keys());
    home.alone(&["context", "list"]).expect(14);

    // A hang-up locks, and keeps sessions.
    unlock(&[]);
    let (before, agent) = (agent, home.agent().unwrap());
    assert_ne!(before, agent, "keys go to an agent that was started for them");
    eventually("the one from before ends", || !is_running(before));
    let own = std::process::id().to_string();
    home.alone(&["session", "start", "--leader", &own]).expect(0);
    signal(agent, Signal::HUP);
    eventually("a hang-up locks", || !home.holds_keys());
    assert_eq!(home.sessions(), 1);
    assert_eq!(home.agent(), Some(agent));
    signal(agent, Signal::TERM);
    eventually("it ends", || !is_running(agent));
    assert!(!home.socket().exists());
}

#[test]
fn an_agent_with_nothing_to_hold_ends_by_itself() {
    let home = AgentHome::with_vault();
    home.unlock();
    let agent = home.agent().unwrap();
    home.alone(&["lock"]).expect(0);
    eventually("it ends", || !is_running(agent));
    assert!(!home.socket().exists());
    home.alone(&["lock"]).expect(0);
}

#[test]
fn of_many_agents_that_are_started_at_once_one_serves() {
    let home = AgentHome::with_vault();
    for _ in 0..3 {
        let mut started: Vec<_> = (0..8)
            .map(|_| home.given(&["unlock"]).stdout(Stdio::null()).spawn().unwrap())
            .collect();
        for one in &mut started {
            assert!(one.wait().unwrap().success());
        }
        eventually("one agent is left", || agents_of(&home).len() == 1);
        assert_eq!(agents_of(&home), [home.agent().unwrap()]);
        assert!(home.holds_keys());
        signal(home.agent().unwrap(), Signal::KILL);
        eventually("it is gone", || agents_of(&home).is_empty());
    }
}

/// Processes that serve this home.
pub(super) fn agents_of(home: &AgentHome) -> Vec<u32> {
    let socket = home.socket();
    let own = |process: &u32| {
        let words = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        contains(&words, b"\0serve\0") && contains(&words, socket.as_os_str().as_encoded_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap();
    let processes = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    processes.filter(own).filter(|process| is_running(*process)).collect()
}

#[test]
fn an_agent_that_is_killed_costs_a_passphrase_and_nothing_else() {
    let home = AgentHome::migrated();
    home.unlock();
    let agent = home.agent().unwrap();
    signal(agent, Signal::KILL);
    eventually("it is gone", || !is_running(agent));
    assert!(home.socket().exists(), "a socket that nobody listens at");
    home.alone(&["context", "list"]).expect(14);
    home.alone(&["lock"]).expect(0);
    ran(home.given(&["context", "list"]).output().unwrap()).expect(0);
    home.unlock();
    assert_ne!(home.agent(), Some(agent));
    home.alone(&["context", "list"]).expect(0);
    home.verify();
}

#[test]
fn without_the_agent_its_keys_are_neither_used_nor_given() {
    let home = AgentHome::migrated();
    home.unlock();
    home.alone(&["context", "list", "--no-agent"]).expect(14);
    for (value, code) in [("1", 14), ("true", 14), ("0", 0), ("", 0)] {
        let mut by_variable = home.without(&["context", "list"]);
        ran(by_variable.env("AZVAULT_NO_AGENT", value).output().unwrap()).expect(code);
    }
    assert!(home.holds_keys());
    home.alone(&["lock"]).expect(0);
    ran(home.given(&["context", "list", "--no-agent"]).output().unwrap()).expect(0);
    assert!(!home.holds_keys());
    ran(home.given(&["unlock", "--no-agent"]).output().unwrap()).expect(2);
    // A passphrase that lies in a file is no reason to keep keys.
    ran(home.given(&["context", "list"]).output().unwrap()).expect(0);
    assert!(!home.holds_keys());
}
