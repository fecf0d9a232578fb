//! What only reads: by the agent, without one, and where it is locked. All of them read one vault.

use std::fs;

use serde_json::Value;

use azvault_test_support::{AgentHome, FABRIKAM, Ran, ran};

use super::{cost, seen as seen_of, without_agent};

/// What reads the vault alone, or with the contexts that are seen; ids and times are those of one vault.
fn reads(migration: &str) -> Vec<Vec<&str>> {
    let mut reads: Vec<Vec<&str>> = vec![
        vec!["audit", "log"],
        vec!["audit", "log", "--verb", "migrate", "-n", "1"],
        vec!["audit", "log", "--verb", "nothing has this name"],
        vec!["audit", "log", "--since", "1h", "--until", "2100-01-01T00:00Z"],
        vec!["audit", "log", "--subject", migration],
        vec!["audit", "verify"],
        vec!["verify"],
        vec!["verify", "--quick"],
        vec!["migrate", "list"],
        vec!["migrate", "show", migration],
        vec!["migrate", "show", "0123456789abcdef"],
        vec!["autosave", "show"],
        vec!["policy", "check"],
        vec!["status", "--anchor"],
        vec!["subscription", "list"],
        vec!["subscription", "list", "--tenant", "72f00000-0000-4000-8000-000000000002"],
        vec!["secret", "list"],
        vec!["secret", "list", "--wide"],
        vec!["secret", "list", "--reveal"],
        vec!["secret", "list", "--reveal", "--wide"],
        vec!["use", "-"],
        vec!["use"],
        vec!["key", "list"],
        vec!["key", "remove", "7", "--yes"],
        vec!["key", "remove", "1", "--yes"],
    ];
    // Neither a context that was given nor a session that is gone keeps anybody from these.
    reads.push(vec!["audit", "verify", "--context", "nothing has this name"]);
    reads
}

#[test]
fn what_is_read_is_read_alike_by_an_agent_without_one_and_beside_one_that_is_locked() {
    let home = AgentHome::migrated();
    home.unlock();
    let list = home.alone(&["migrate", "list", "-o", "json"]).expect(0).json();
    let migration = list["migrations"][0]["id"].as_str().unwrap().to_owned();
    let mut answers = Vec::new();
    for args in reads(&migration) {
        // As JSON `status` says who holds the keys as well.
        let outputs = if args[0] == "status" { &["table"][..] } else { &["table", "json", "tsv"] };
        for output in outputs {
            let args = [&args[..], &["-o", output]].concat();
            let by_agent = home.alone(&args);
            let by_command = ran(home.given(&without_agent(&args)).output().unwrap());
            let seen = seen_of(&home, &by_agent);
            assert_eq!(seen, seen_of(&home, &by_command), "{args:?}");
            answers.push((args, seen));
        }
    }
    home.alone(&["lock"]).expect(0);
    for (args, seen) in answers {
        // Each reveal is an entry of the log.
        if args[0] != "audit" && args[0] != "verify" && args[0] != "status" {
            let by_command = ran(home.given(&args).output().unwrap());
            assert_eq!(seen, seen_of(&home, &by_command), "{args:?}");
        }
        let locked = home.alone(&args);
        let refused = ran(home.without(&without_agent(&args)).output().unwrap());
        assert_eq!(seen_of(&home, &locked), seen_of(&home, &refused), "{args:?}");
    }
}

#[test]
fn status_says_alike_who_acts_and_how_much_there_is() {
    let home = AgentHome::migrated();
    home.unlock();
    let status = |ran: Ran| {
        let mut status = ran.expect(0).json();
        for own in ["agent", "holders", "looked_at"] {
            status.as_object_mut().unwrap().remove(own);
        }
        status
    };
    for more in [&[][..], &["--context", FABRIKAM]] {
        let args = [&["status", "-o", "json"], more].concat();
        let alone = [&["--no-agent"], &args[..]].concat();
        let by_command = ran(home.given(&alone).output().unwrap());
        assert_eq!(status(home.alone(&args)), status(by_command), "{args:?}");
    }
}

#[test]
fn a_file_is_verified_as_it_is_and_not_as_it_was() {
    let home = AgentHome::migrated();
    home.unlock();
    home.alone(&["verify"]).expect(0);
    home.alone(&["secret", "list"]).expect(0);
    let vault = rusqlite::Connection::open(home.vault()).unwrap();
    let zeros = "UPDATE secret SET box = zeroblob(length(box))";
    vault.execute_batch(zeros).unwrap();
    drop(vault);
    home.alone(&["verify", "--quick"]).expect(0);
    home.alone(&["verify"]).expect(8);
    home.alone(&["audit", "verify"]).expect(0);
}

/// What a command says, by the agent and without it.
#[track_caller]
fn both(home: &AgentHome, args: &[&str]) -> [Ran; 2] {
    [home.alone(args), ran(home.given(&without_agent(args)).output().unwrap())]
}

#[test]
fn an_agent_sees_what_others_wrote() {
    let home = AgentHome::migrated();
    home.unlock();
    let key = home.join("raw.key");
    let key = key.to_str().unwrap();
    home.alone(&["key", "list"]).expect(0);
    for change in [
        &["--no-agent", "context", "select", FABRIKAM][..],
        &["--no-agent", "autosave", "disable"],
        &["--no-agent", "key", "add", "raw", key],
    ] {
        ran(home.given(change).output().unwrap()).expect(0);
        for look in [
            &["status", "--anchor"][..],
            &["key", "list", "-o", "json"],
            &["autosave", "show"],
            &["audit", "log", "-o", "json"],
            &["verify", "-o", "json"],
        ] {
            let [by_agent, by_command] = both(&home, look).map(|ran| ran.expect(0).stdout);
            assert_eq!(by_agent, by_command, "{look:?} after {change:?}");
        }
    }
    let keys = home.alone(&["key", "list", "-o", "json"]).expect(0).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    home.alone(&["key", "remove", "2", "--yes"]).expect(0);
    let keys = home.alone(&["key", "list", "-o", "json"]).expect(0).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn an_agent_gives_nothing_of_a_vault_that_is_not_the_expected_one() {
    let home = AgentHome::migrated();
    home.unlock();
    let pin = home.alone(&["status", "--anchor"]).expect(0).stdout;
    let pin = pin.trim();
    let Some(cost) = cost(&home, &["context", "list", "--expect-vault", pin]) else { return };
    assert_eq!(cost, (1, 0), "the agent answers");
    let (rest, generation) = pin.rsplit_once(':').unwrap();
    let newer = format!("{rest}:{}", generation.parse::<u64>().unwrap() + 1);
    let (id, fingerprint) = rest.split_once(':').unwrap();
    let other_id = format!("{}:{fingerprint}", id.chars().rev().collect::<String>());
    let other_keys = format!("{id}:0000-0000-0000-0000");
    for wrong in [newer, other_id, other_keys] {
        for read in [&["context", "list"][..], &["key", "list"], &["verify"]] {
            let args = [read, &["--expect-vault", &wrong]].concat();
            let [by_agent, by_command] = both(&home, &args).map(|ran| ran.expect(8).stderr);
            assert_eq!(by_agent, by_command, "{args:?}");
        }
    }
}

#[test]
fn backups_are_made_and_judged_alike() {
    let home = AgentHome::migrated();
    home.unlock();
    let folder = home.join("copies");
    fs::create_dir(&folder).unwrap();
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let without_place = |ran: Ran| {
        let mut made = ran.expect(0).json();
        made["backup"] = Value::Null;
        made
    };
    let by_agent = home.alone(&["backup", "create", &place("a.db"), "-o", "json"]);
    let alone = ["--no-agent", "backup", "create", &place("b.db"), "-o", "json"];
    let by_command = ran(home.given(&alone).output().unwrap());
    assert_eq!(without_place(by_agent), without_place(by_command));
    fs::copy(folder.join("a.db"), folder.join("c.db")).unwrap();
    let damaged = rusqlite::Connection::open(folder.join("c.db")).unwrap();
    damaged.execute_batch("UPDATE secret SET box = zeroblob(length(box))").unwrap();
    drop(damaged);
    fs::write(folder.join("d.db"), "no vault").unwrap();
    let list = ["backup", "list", folder.to_str().unwrap(), "-o", "json"];
    let [by_agent, by_command] = both(&home, &list).map(|ran| ran.expect(10).json());
    assert_eq!(by_agent, by_command);
    let states = |list: &Value| -> Vec<String> {
        let backups = list["backups"].as_array().unwrap();
        let mut states: Vec<_> = backups.iter().map(|one| one["state"].to_string()).collect();
        states.sort();
        states
    };
    assert_eq!(states(&by_agent), ["\"damaged\"", "\"damaged\"", "\"whole\"", "\"whole\""]);
    // The vault is still what the agent has open, and it remembers nothing of the copies.
    home.alone(&["verify"]).expect(0);
    home.alone(&["lock"]).expect(0);
    let locked = home.alone(&list).expect(10).json();
    assert_eq!(states(&locked), ["\"damaged\"", "\"sealed\"", "\"sealed\"", "\"sealed\""]);
    // Who cannot open the vault makes no backup, and no folder for it.
    home.alone(&["backup", "create"]).expect(14);
    assert!(!home.vault().with_file_name("backups").exists());
}

#[test]
fn a_vault_is_examined_alike() {
    let home = AgentHome::migrated();
    home.unlock();
    let checks = |ran: Ran| -> Vec<Value> {
        let checks = ran.json()["checks"].as_array().unwrap().clone();
        let of_vault = ["vault", "anchor", "secrets", "clock"];
        let is_of_vault = |check: &Value| of_vault.contains(&check["name"].as_str().unwrap());
        checks.into_iter().filter(is_of_vault).collect()
    };
    let [by_agent, by_command] = both(&home, &["doctor", "-o", "json"]).map(checks);
    assert_eq!(by_agent.len(), 4);
    assert_eq!(by_agent, by_command);
    assert!(by_agent.iter().all(|check| check["state"] != "unknown"), "{by_agent:?}");
}
