//! `panic` locks whatever happens, and says what to revoke.

use std::collections::BTreeSet;
use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use crate::azure::{ARM, Azure, CACHED, CLIENT_SECRET, REFRESH_TOKEN};
use crate::endpoint::Asking;
use crate::world::alone;
use azvault_test_support::{AgentHome, CHEAP, PASSPHRASE, eventually, is_running, ran, signal};

/// What `panic` lists: rank and kind of each.
fn ranks(document: &serde_json::Value) -> Vec<(u64, String)> {
    let credentials = document["credentials"].as_array().unwrap().iter();
    let rank = |one: &serde_json::Value| one["blast_radius"]["rank"].as_u64().unwrap();
    credentials.map(|one| (rank(one), one["kind"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn no_agent_endpoint_or_session_of_any_vault_is_left() {
    alone(|| {
        let azure = Azure::with(&["good-panic.example"]);
        // Another vault, which the command does not name, with keys in an agent of its own.
        let other = azure.home.join("other.db");
        let other = ["--vault", other.to_str().unwrap()];
        azure.run(&[&["init", "--no-recovery"], &other[..], &CHEAP].concat()).expect(0);
        azure.run(&[&["unlock"], &other[..]].concat()).expect(0);
        // An endpoint that asks the agent, and one that has keys of its own.
        let mut endpoints = [
            Asking::start(&azure, &["exec", "good-panic.example"]),
            Asking::start(&azure, &["exec", "good-panic.example", "--no-agent"]),
        ];
        for endpoint in &mut endpoints {
            assert!(endpoint.token(ARM).starts_with("at."));
        }
        let session = azure.home.session();
        session.run(&["use", "good-panic.example"]).expect(0);

        let document = azure.home.json(&["panic"]);
        assert_eq!(
            document["ended"],
            json!({ "agents": 2, "doors": 2, "renewals": 0, "left": [] })
        );
        assert_eq!(document["audited"], true);
        assert!(!document["credentials"].as_array().unwrap().is_empty());

        for endpoint in &mut endpoints {
            let (status, text) = endpoint.asks(json!({ "query": { "resource": ARM } }));
            assert_eq!(status, 0, "the door answers: {text}");
            assert!(!Path::new(endpoint.variable("AZURE_CONFIG_DIR")).exists());
        }
        // Not with the passphrase at hand either: who locked everything did not mean for a moment.
        azure.home.run(&["unlock"]).expect(0);
        for endpoint in &mut endpoints {
            assert_eq!(endpoint.asks(json!({ "query": { "resource": ARM } })).0, 0);
        }
        session.run(&["session", "show"]).expect(4);
        for vault in [&[][..], &other] {
            let mut status = azure.command(&[&["status", "-o", "json"], vault].concat());
            let state =
                ran(status.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(0);
            let expected = if vault.is_empty() { "unlocked" } else { "locked" };
            assert_eq!(state.json()["state"], expected);
        }
        endpoints.into_iter().for_each(Asking::ends);
        let log = azure.home.json(&["audit", "log", "--verb", "panic"]);
        assert_eq!(log["entries"].as_array().unwrap().len(), 1);
        // Once more: there is nothing left to end, and the list is the same.
        azure.home.run(&["lock"]).expect(0);
        let again = azure.home.json(&["panic"]);
        assert_eq!(again["credentials"], document["credentials"]);
    });
}

#[test]
fn the_worst_comes_first_each_command_on_a_line_and_no_value_anywhere() {
    alone(|| {
        let azure = Azure::with(&["good-ranks.example"]);
        let document = azure.home.json(&["panic"]);
        let found = ranks(&document);
        assert_eq!(found[0], (1, "client_secret".to_owned()));
        assert_eq!(found[1], (2, "refresh_token".to_owned()));
        let kinds: BTreeSet<_> = found.iter().map(|(_, kind)| kind.as_str()).collect();
        assert!(kinds.contains("access_token"));

        // The control: where secrets are listed by account, the ranks are in no order.
        let home = AgentHome::migrated();
        let listed = home.json(&["secret", "list", "--wide"]);
        let listed = json!({ "credentials": listed["secrets"] });
        assert!(!ranks(&listed).is_sorted_by_key(|(rank, _)| *rank));
        let worst_first = ranks(&home.json(&["panic"]));
        assert!(worst_first.is_sorted_by_key(|(rank, _)| *rank), "{worst_first:?}");

        let table = azure.home.run(&["panic"]).expect(0).says("no agent or endpoint was running");
        let tsv = azure.home.run(&["panic", "-o", "tsv"]).expect(0);
        let mut commands = 0;
        for credential in document["credentials"].as_array().unwrap() {
            for command in credential["blast_radius"]["revoke"].as_array().unwrap() {
                let command = command.as_str().unwrap();
                assert!(table.stdout.lines().any(|line| line.trim_start() == command), "{command}");
                let is_last = |line: &str| line.split('\t').nth(5) == Some(command);
                assert!(tsv.stdout.lines().any(is_last), "{command}: {}", tsv.stdout);
                commands += 1;
            }
        }
        assert_eq!(commands, 3, "two for the principal, one for the person");
        for secret in [REFRESH_TOKEN, CLIENT_SECRET, CACHED, PASSPHRASE] {
            for text in [&document.to_string(), &table.stdout, &table.stderr, &tsv.stdout] {
                assert!(!text.contains(secret));
            }
        }
    });
}

#[test]
fn wherever_a_credential_is_to_be_revoked_the_commands_are_the_same() {
    alone(|| {
        let home = AgentHome::migrated();
        home.unlock();
        let panic = home.json(&["panic"]);
        let credentials = panic["credentials"].as_array().unwrap();
        let commands = credentials.iter().flat_map(|one| one["blast_radius"]["revoke"].as_array());
        let commands: BTreeSet<_> = commands.flatten().map(|one| one.as_str().unwrap()).collect();
        assert!(commands.iter().any(|command| command.contains("revokeSignInSessions")));
        assert!(commands.iter().any(|command| command.starts_with("az ad app credential list")));

        let rotated = ran(home.given(&["key", "rotate"]).output().unwrap()).expect(0);
        let cleaned = ran(home.given(&["migrate", "clean", "--yes"]).output().unwrap()).expect(0);
        let again = ran(home.given(&["migrate", "clean", "--yes", "-o", "json"]).output().unwrap());
        // clean has just taken az's own sign-in away: there the same az runs with the vault's.
        let bare = |text: &str| text.replace("azvault exec -- ", "");
        let cleaned = bare(&cleaned.stderr);
        let lines = again.json()["rotate"].clone();
        assert!(!lines.to_string().contains("refresh_token, refresh_token"), "{lines}");
        for command in commands {
            // Once, on a line of its own.
            for said in [&rotated.stderr, &cleaned] {
                let of_it = said.lines().filter(|line| line.trim_start() == command);
                assert_eq!(of_it.count(), 1, "{command}: {said}");
            }
            let has_it = |line: &serde_json::Value| bare(line.as_str().unwrap()).contains(command);
            assert!(lines.as_array().unwrap().iter().any(has_it), "{command}: {lines}");
        }
    });
}

#[test]
fn a_policy_that_cannot_be_followed_holds_up_neither_the_locking_nor_the_list() {
    alone(|| {
        let home = AgentHome::migrated();
        home.unlock();
        let agent = home.agent().unwrap();
        let folder = home.path().join(".config/azvault");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("policy.toml"), "nonsense = 1\n").unwrap();
        home.alone(&["secret", "list"]).expect(7);
        let listed = home.alone(&["panic", "-o", "json"]).expect(0).json();
        assert!(!is_running(agent));
        assert_eq!(listed["credentials"].as_array().unwrap().len(), 12);
    });
}

#[test]
fn an_agent_that_does_not_answer_is_ended_all_the_same() {
    alone(|| {
        let home = AgentHome::migrated();
        home.unlock();
        let agent = home.agent().unwrap();
        signal(agent, Signal::STOP);
        let ran = ran(home.given(&["panic", "-o", "json"]).output().unwrap()).expect(0);
        assert!(!is_running(agent));
        assert_eq!(ran.json()["ended"]["agents"], 1);
        assert_eq!(ran.json()["credentials"].as_array().unwrap().len(), 12);
    });
}

#[test]
fn a_vault_that_cannot_be_read_holds_up_no_locking() {
    alone(|| {
        let home = AgentHome::migrated();
        home.unlock();
        let agent = home.agent().unwrap();
        // Somebody holds the file against every reader.
        let holder = rusqlite::Connection::open(home.vault()).unwrap();
        holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let mut panic = home.given(&["panic", "-o", "json"]);
        let panic = panic.stdout(std::process::Stdio::piped()).spawn().unwrap();
        eventually("the agent ends", || !is_running(agent));
        holder.execute_batch("ROLLBACK").unwrap();
        let listed = ran(panic.wait_with_output().unwrap()).expect(0).json();
        assert_eq!(listed["credentials"].as_array().unwrap().len(), 12);

        // Somebody changed it.
        home.unlock();
        let agent = home.agent().unwrap();
        holder.execute_batch("DELETE FROM record WHERE id = (SELECT min(id) FROM record)").unwrap();
        home.alone(&["panic"]).says("changed from outside");
        assert!(!is_running(agent));
        // And without one at all.
        std::fs::remove_file(home.vault()).unwrap();
        assert_eq!(home.alone(&["panic"]).expect(5).stdout, "");
    });
}

#[test]
fn where_nobody_can_be_asked_everything_is_locked_and_the_way_to_the_list_is_said() {
    alone(|| {
        let home = AgentHome::migrated();
        home.unlock();
        let agent = home.agent().unwrap();
        let ran = home.alone(&["panic", "--no-agent"]).expect(14);
        assert!(!is_running(agent));
        assert_eq!(ran.stdout, "");
        let ran = ran
            .says("locked: ended 1 agent and 0 endpoints")
            .says("there is no terminal to prompt on");
        ran.says("azvault panic --passphrase-file FILE");
        // And with the passphrase: told in the log although no agent was there.
        let listed = home.given(&["panic", "-o", "json"]).output().unwrap();
        let listed = azvault_test_support::ran(listed).expect(0).json();
        assert_eq!((&listed["ended"]["agents"], &listed["audited"]), (&json!(0), &json!(true)));
        // Nothing was left unlocked by it.
        assert_eq!(home.agent(), None);
    });
}
