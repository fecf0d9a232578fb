//! The agent's memory: keys while it is unlocked, nothing of them once it is locked.
//!
//! Needs root, for whom alone the memory can be opened. That nobody else can open it is tested too.

use std::fs::{self, File};
use std::io::Write;

use azvault_vault::Subkey;
use rustix::process::Signal;
use serde_json::json;

use azvault_test_support::memory::{Searched, forms, found};
use azvault_test_support::{
    AgentHome, FABRIKAM, MEGAN, PASSPHRASE, PRINCIPAL, contains, eventually, is_root, is_running,
    ran, signal,
};

const MARKER: &[u8] = b"a secret that passes through the agent 8b1f";

/// The verb of what is asked.
const ASK: u8 = 7;

/// What must not be there after a lock.
fn searched(home: &AgentHome) -> Vec<Searched> {
    let mut all = Vec::new();
    let mut add = |what: String, bytes: &[u8]| all.push(Searched::new(what, bytes));
    for (number, key) in home.keys().iter().enumerate() {
        add(format!("key {number}"), key);
    }
    add("passphrase".to_owned(), PASSPHRASE.as_bytes());
    add("secret of the migrated home".to_owned(), b"not-a-real-secret-h401");
    add("secret that passed through".to_owned(), MARKER);
    for name in [MEGAN, FABRIKAM, PRINCIPAL] {
        add("context name".to_owned(), name.as_bytes());
    }
    add("user name".to_owned(), b"megan@contoso.example");
    add("tenant".to_owned(), b"72f00000-0000-4000-8000-000000000001");
    add("name in the session".to_owned(), b"only-in-the-session");
    all
}

/// Has everything pass through the agent that can: an import, listing, revealing, a session.
fn use_it(home: &AgentHome) {
    let sign_in = json!({"clientId": "8b1f0000-0000-4000-8000-000000000001",
        "clientSecret": std::str::from_utf8(MARKER).unwrap(),
        "tenantId": "72f00000-0000-4000-8000-000000000001"});
    let file = home.join("sign-in.json");
    fs::write(&file, sign_in.to_string()).unwrap();
    home.alone(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    home.alone(&["context", "list"]).expect(0);
    home.alone(&["verify"]).expect(0);
    let list = home.alone(&["secret", "list", "-o", "json"]).expect(0).json();
    let reveal = |secret: &serde_json::Value| {
        home.alone(&["secret", "show", secret["id"].as_str().unwrap(), "--reveal"]).expect(0).stdout
    };
    let values: Vec<_> = list["secrets"].as_array().unwrap().iter().map(reveal).collect();
    assert!(values.iter().any(|value| contains(value.as_bytes(), MARKER)));
    home.alone(&["audit", "log"]).expect(0);
    let script = "eval \"$(azvault session start)\"
        azvault context set only-in-the-session --scope process >/dev/null; azvault prompt";
    assert_eq!(home.bash(script).expect(0).stdout, "only-in-the-session*\n");
}

/// Who may not open the memory at all has nothing to search: that is the claim itself.
fn may_be_opened(home: &AgentHome) -> bool {
    // A session keeps the agent from ending by itself while its memory is searched.
    home.alone(&["session", "start", "--leader", &std::process::id().to_string()]).expect(0);
    let path = format!("/proc/{}/mem", home.agent().unwrap());
    if is_root() {
        return true;
    }
    println!("not root: checked that the memory cannot be opened, not what is in it");
    assert!(File::open(path).is_err());
    false
}

#[test]
fn after_a_lock_nothing_is_left() {
    let home = AgentHome::migrated();
    home.unlock();
    if !may_be_opened(&home) {
        return;
    }
    let agent = home.agent().unwrap();
    let searched = searched(&home);
    // The control: while it is unlocked, each key is found, so that the search is one.
    use_it(&home);
    let unlocked = found(agent, &searched);
    for number in 0..Subkey::ALL.len() {
        let start = format!("key {number} as form 0, ");
        assert!(unlocked.iter().any(|found| found.starts_with(&start)), "{start}{unlocked:?}");
    }
    // Nothing but the keys themselves, and what the index says of contexts and accounts: no value that
    // passed through.
    let is_of_index = |found: &&String| {
        ["key ", "context name", "user name", "tenant"].iter().any(|of| found.starts_with(of))
    };
    let rest: Vec<_> = unlocked.iter().filter(|found| !is_of_index(found)).collect();
    assert!(rest.is_empty(), "{rest:?}");
    let is_key = |found: &&String| found.starts_with("key ") && found.contains("as form 0, ");
    let once = unlocked.iter().filter(is_key).count();
    assert_eq!(once, Subkey::ALL.len(), "{unlocked:?}");
    home.alone(&["lock"]).expect(0);
    assert_eq!(found(agent, &searched), [""; 0], "after lock");

    // Each unlock starts another agent, which takes the session over.
    let unlock = |args: &[&str]| {
        let args = [&["unlock"][..], args].concat();
        ran(home.given(&args).output().unwrap()).expect(0);
        home.agent().unwrap()
    };
    let agent = unlock(&["--idle", "3s"]);
    use_it(&home);
    eventually("the idle limit locks", || !home.holds_keys());
    assert_eq!(home.agent(), Some(agent));
    assert_eq!(found(agent, &searched), [""; 0], "after the idle limit");

    let agent = unlock(&[]);
    use_it(&home);
    signal(agent, Signal::HUP);
    eventually("a hang-up locks", || !home.holds_keys());
    assert_eq!(found(agent, &searched), [""; 0], "after a hang-up");

    // Unlocked while it is unlocked: the agent that is replaced goes, with its keys.
    let replaced = unlock(&[]);
    let agent = unlock(&["--for", "1h"]);
    eventually("the one that is replaced ends", || !is_running(replaced));
    home.alone(&["lock"]).expect(0);
    assert_eq!(found(agent, &searched), [""; 0], "after two unlocks");
    println!(
        "figure: 0 of {} keys, secrets and names in {} forms after four kinds of lock",
        searched.len(),
        forms(MARKER).len()
    );
    println!("control: {once} of {} keys found while it is unlocked", Subkey::ALL.len());
}

#[test]
fn twenty_rounds_leave_nothing_either() {
    let home = AgentHome::migrated();
    home.unlock();
    if !may_be_opened(&home) {
        return;
    }
    let (searched, keys) = (searched(&home), home.keys().concat());
    for round in 0..20 {
        home.hold(1, &keys).unwrap();
        let agent = home.agent().unwrap();
        // Sizes differ, so that the heap is cut up in other ways each time.
        let text = MARKER.repeat(1 << (round % 14));
        assert_eq!(home.ask(&[&[ASK][..], &text].concat()), [4], "what nobody understands");
        home.alone(&["context", "list"]).expect(0);
        home.client().lock().unwrap();
        assert_eq!(found(agent, &searched), [""; 0], "round {round}");
    }
}

#[test]
fn callers_that_break_off_leave_nothing() {
    let home = AgentHome::migrated();
    home.unlock();
    if !may_be_opened(&home) {
        return;
    }
    let agent = home.agent().unwrap();
    let searched = searched(&home);
    // A question whose reply nobody reads, or whose last bytes never come.
    let text = [&[ASK][..], &MARKER.repeat(40_000)].concat();
    for missing in [0, 1000] {
        let frame = azvault_test_support::frame(&text);
        let mut stream = std::os::unix::net::UnixStream::connect(home.socket()).unwrap();
        stream.write_all(&frame[..frame.len() - missing]).unwrap();
        drop(stream);
    }
    home.alone(&["lock"]).expect(0);
    assert_eq!(found(agent, &searched), [""; 0]);
    assert!(contains(&text, MARKER));
}
