//! Callers who ask at the same time: the audit log has each, and the disk is waited for once.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::azure::{Azure, CACHED};
use azvault_test_support::signal;

/// How many ask.
const CALLERS: usize = 24;

fn entries(azure: &Azure) -> Vec<Value> {
    let log = azure.home.json(&["audit", "log", "--verb", "token"]);
    log["entries"].as_array().unwrap().clone()
}

fn generation(azure: &Azure) -> u64 {
    azure.home.json(&["verify"])["generation"].as_u64().unwrap()
}

/// Has so many ask an agent that is stopped until all of them have asked.
fn ask_at_once(azure: &Azure, meanwhile: impl FnOnce()) -> Vec<std::process::Output> {
    let agent = azure.home.json(&["status"])["agent"]["pid"].as_u64().unwrap();
    let agent = u32::try_from(agent).unwrap();
    signal(agent, Signal::STOP);
    let ask = |_| {
        let mut command = azure.command(&["token", "--resource", "keyvault"]);
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..CALLERS).map(ask).collect();
    std::thread::sleep(Duration::from_secs(2));
    meanwhile();
    signal(agent, Signal::CONT);
    all.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

#[test]
fn tokens_that_are_asked_for_at_once_are_written_together_and_each_is_in_the_log() {
    let azure = Azure::with(&["good-together.example"]);
    azure.home.run(&["unlock"]).expect(0);
    let (before, from) = (entries(&azure).len(), generation(&azure));
    for output in ask_at_once(&azure, || ()) {
        assert!(output.status.success(), "{output:?}");
        assert_eq!(str::from_utf8(&output.stdout).unwrap().trim_end(), CACHED);
    }
    let log = entries(&azure);
    let new = &log[..log.len() - before];
    assert_eq!(log.len() - before, CALLERS);
    let mut callers: Vec<u64> =
        new.iter().map(|entry| entry["actor"]["pid"].as_u64().unwrap_or_default()).collect();
    callers.sort_unstable();
    callers.dedup();
    assert_eq!(callers.len(), CALLERS, "each by its own process: {}", new[0]);
    let commits = generation(&azure) - from;
    // How many are answered in one turn of the agent is a matter of time: several at the least.
    assert!(commits * 2 <= CALLERS as u64, "{commits} commits for {CALLERS} tokens");
    println!("figure: {commits} commits for {CALLERS} tokens that were asked for at once");
    azure.home.run(&["audit", "verify"]).expect(0);
}

#[test]
fn where_the_log_cannot_be_written_none_of_them_gets_a_token() {
    let azure = Azure::with(&["good-nolog.example"]);
    azure.home.run(&["unlock"]).expect(0);
    let before = entries(&azure).len();
    // Somebody else writes the vault, for longer than a command waits.
    let other = rusqlite::Connection::open(azure.home.vault()).unwrap();
    let outputs = ask_at_once(&azure, || other.execute_batch("BEGIN EXCLUSIVE").unwrap());
    for output in outputs {
        assert_eq!(output.status.code(), Some(11), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
    drop(other);
    assert_eq!(entries(&azure).len(), before);
    assert_eq!(azure.token(&["--resource", "keyvault"]), CACHED);
}
