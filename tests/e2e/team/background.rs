//! Agents that sync by themselves: what one member changes is at the others, and nothing of it is asked for.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use azvault_test_support::memory::{Searched, found};
use azvault_test_support::postgres::PASSWORD;
use azvault_test_support::{Home, eventually, is_root, keys, signal};
use rustix::process::Signal;
use serde_json::Value;

use super::{Team, contexts, secrets, shared};

/// Both are members and unlocked.
fn awake() -> Option<Team> {
    let team = Team::begun()?;
    team.joined("writer");
    for home in [&team.ada, &team.bob] {
        home.run(&["unlock"]).expect(0);
    }
    for home in [&team.ada, &team.bob] {
        eventually("it is synced", || sync(home)["last"].is_u64());
    }
    Some(team)
}

/// What `team status` says of the agent.
fn sync(home: &Home) -> Value {
    home.json(&["team", "status"])["sync"].clone()
}

/// The process that carries for the agent of a home.
fn carriers(home: &Home) -> Vec<u32> {
    let status = home.json(&["status"]);
    let Some(agent) = status["agent"]["pid"].as_u64() else { return Vec::new() };
    let children = fs::read_to_string(format!("/proc/{agent}/task/{agent}/children"));
    let children = children.unwrap_or_default();
    let all = children.split_whitespace().filter_map(|pid| pid.parse().ok());
    let is_carrier = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).nth(1) == Some(b"carry")
    };
    all.filter(is_carrier).collect()
}

#[test]
fn what_one_changes_is_at_the_other_within_seconds_and_the_audit_log_says_so() {
    let Some(team) = awake() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    let start = Instant::now();
    ada.run(&["context", "share", "dev"]).expect(0);
    eventually("it is at the other", || contexts(bob) == [shared("dev")]);
    // A credential comes along, and a change goes back the same way.
    ada.run(&["context", "share", "ci"]).expect(0);
    eventually("the credential too", || {
        secrets(bob, "client_secret") == secrets(ada, "client_secret")
    });
    bob.run(&["context", "rename", "dev", "development", "--scope", "user"]).expect(0);
    eventually("it comes back", || contexts(ada).contains(&shared("development")));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());

    let log = bob.json(&["audit", "log", "--verb", "team sync"]).to_string();
    assert!(log.contains("context dev") && log.contains("client_secret of"), "{log}");
    let heads = [ada, bob].map(|home| home.json(&["team", "status"])["head_hash"].clone());
    assert_eq!(heads[0], heads[1]);
    let status = bob.json(&["status"]);
    assert!(status["teams"][0]["sync"]["last"].is_u64(), "{status}");
    let table = bob.run(&["status"]).expect(0).stdout;
    assert!(table.contains("payments, synced now"), "{table}");
}

#[test]
fn what_is_unshared_stays_with_its_owner_whoever_takes_the_record() {
    let Some(team) = awake() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    let credential = secrets(ada, "client_secret");
    for _ in 0..5 {
        ada.run(&["context", "share", "ci", "dev"]).expect(0);
        eventually("it is there", || contexts(bob) == [shared("ci"), shared("dev")]);
        ada.run(&["context", "unshare", "ci", "dev"]).expect(0);
        eventually("it goes", || contexts(bob).is_empty());
        assert!(contexts(ada).contains(&("ci".to_owned(), None)), "{:?}", contexts(ada));
        assert!(contexts(ada).contains(&("dev".to_owned(), None)));
        assert_eq!(secrets(ada, "client_secret"), credential);
    }
    assert_eq!(sync(ada)["warnings"], Value::Array(vec![]));
}

#[test]
fn a_locked_agent_does_not_sync_and_goes_on_when_it_is_unlocked() {
    let Some(team) = awake() else { return };
    let (ada, bob) = (&team.ada, &team.bob);
    let [carrier] = carriers(bob)[..] else { panic!("one carrier") };
    bob.run(&["lock"]).expect(0);
    eventually("the carrier is gone", || !PathBuf::from(format!("/proc/{carrier}")).exists());
    ada.run(&["context", "share", "dev"]).expect(0);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(contexts(bob), []);
    assert_eq!(sync(bob), Value::Null);
    let table = bob.run(&["team", "status"]).expect(0).stdout;
    assert!(table.contains("by azvault team sync: no agent has the keys"), "{table}");
    bob.run(&["unlock"]).expect(0);
    eventually("it comes soon after", || contexts(bob) == [shared("dev")]);
}

#[test]
fn it_goes_on_after_a_killed_carrier_and_a_killed_server() {
    let Some(mut team) = awake() else { return };
    let [carrier] = carriers(&team.bob)[..] else { panic!("one carrier") };
    signal(carrier, Signal::KILL);
    team.ada.run(&["context", "share", "dev"]).expect(0);
    eventually("another one carries", || contexts(&team.bob) == [shared("dev")]);

    team.postgres.kill();
    eventually("it says why", || {
        let problem = sync(&team.bob)["problem"].as_str().unwrap_or_default().to_owned();
        problem.contains("cannot be reached") || problem.contains("ended")
    });
    // Offline: it waits here.
    let rename = ["context", "rename", "dev", "offline", "--scope", "user"];
    team.bob.run(&rename).expect(0);
    team.postgres.resume();
    eventually("both have it", || contexts(&team.ada).contains(&shared("offline")));
    eventually("all is well", || sync(&team.bob)["problem"].is_null());
}

#[test]
fn a_forged_record_is_named_and_a_rollback_stops_the_sync() {
    let Some(team) = awake() else { return };
    let (ada, bob, postgres) = (&team.ada, &team.bob, &team.postgres);
    postgres.sql(
        "INSERT INTO azvault_team.log SELECT log.team, log.seq + 1, device, 99, hash, epoch, kind, body, signature
         FROM azvault_team.log, azvault_team.head WHERE log.seq = head.seq;
         UPDATE azvault_team.head SET seq = seq + 1;
         SELECT pg_notify('azvault_team', encode(team, 'hex')) FROM azvault_team.head",
    );
    eventually("it is named", || sync(bob)["warnings"].to_string().contains("did not sign it"));
    let log = bob.json(&["audit", "log", "--verb", "team sync"]).to_string();
    assert!(log.contains("its device did not sign it"), "{log}");
    eventually("all have passed it", || {
        ada.json(&["team", "status"])["head"] == bob.json(&["team", "status"])["head"]
    });
    postgres.sql(
        "DELETE FROM azvault_team.log WHERE seq = (SELECT seq FROM azvault_team.head);
         UPDATE azvault_team.head SET seq = seq - 1;
         SELECT pg_notify('azvault_team', encode(team, 'hex')) FROM azvault_team.head",
    );
    eventually("it is said", || sync(bob)["problem"].to_string().contains("rollback detected"));
}

#[test]
fn a_carrier_has_a_password_and_sealed_records_and_nothing_else() {
    let Some(team) = awake() else { return };
    team.ada.run(&["context", "share", "ci"]).expect(0);
    eventually("it is there", || contexts(&team.bob) == [shared("ci")]);
    team.bob.run(&["carry"]).expect(2);
    let [carrier] = carriers(&team.bob)[..] else { panic!("one carrier") };
    if !is_root() {
        return;
    }
    signal(carrier, Signal::STOP);
    let process = PathBuf::from(format!("/proc/{carrier}"));
    assert_eq!(fs::read(process.join("environ")).unwrap(), b"", "no environment");
    let status = fs::read_to_string(process.join("status")).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.contains(line), "{line}: {status}");
    }
    let open = fs::read_dir(process.join("fd")).unwrap().filter_map(Result::ok);
    let open = open.filter_map(|file| fs::read_link(file.path()).ok());
    for file in open.map(|path| path.display().to_string()) {
        let is_of_runtime = file.starts_with("anon_inode:");
        assert!(file.starts_with("socket:") || file == "/dev/null" || is_of_runtime, "{file}");
    }
    let memory =
        |what: &str, bytes: &[u8]| found(carrier, &[Searched::new(what.to_owned(), bytes)]);
    assert!(!memory("what it signs in with", PASSWORD.as_bytes()).is_empty(), "the control");
    for secret in secrets(&team.ada, "client_secret") {
        assert_eq!(memory("a credential", secret.as_bytes()), [] as [String; 0]);
    }
    for key in keys(&team.bob) {
        assert_eq!(memory("a key of the vault", &key), [] as [String; 0]);
    }
    signal(carrier, Signal::CONT);
}
