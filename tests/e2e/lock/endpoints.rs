//! An endpoint of `exec` or `shell` hands out nothing once the vault is locked, whichever way it was
//! unlocked and whatever locks it.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use crate::azure::{ARM, Azure, REFRESH_TOKEN, seen};
use crate::endpoint::Asking;
use crate::world::alone;
use azvault_test_support::memory::{Searched, found};
use azvault_test_support::{PASSPHRASE, eventually, is_root, keys};

/// Ways to open the vault without the agent. `RAW` and `FILE` are files of the test.
const WAYS: [&[&str]; 4] =
    [&["--no-agent"], &[], &["--key-file", "RAW"], &["--no-agent", "--key-file", "FILE"]];

/// What locks: how, and whether the vault can be unlocked again for the same endpoint.
struct Means {
    what: &'static str,
    lock: fn(&Azure),
}

const MEANS: [Means; 5] = [
    Means {
        what: "lock",
        lock: |azure| {
            azure.home.run(&["lock"]).expect(0);
        },
    },
    Means { what: "idle limit", lock: |azure| policy(azure, "unlock.idle = \"1s\"\n") },
    Means { what: "hard limit", lock: |azure| policy(azure, "unlock.for = \"1s\"\n") },
    Means { what: "broken policy", lock: |azure| policy(azure, "nonsense = 1\n") },
    Means {
        what: "panic",
        lock: |azure| {
            azure.run(&["panic"]).expect(0);
        },
    },
];

fn policy(azure: &Azure, text: &str) {
    let folder = azure.home.join(".config/azvault");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("policy.toml"), text).unwrap();
}

/// A home whose agent holds nothing, with a raw key and a key file.
fn home(tenant: &str) -> Azure {
    let azure = Azure::with(&[tenant]);
    azure.run(&["key", "add", "raw", "RAW"]).expect(0);
    azure.home.secret_file("planted", "another passphrase\n");
    let add = ["key", "add", "key-file", "FILE", "--new-passphrase-file", "passphrase"];
    azure.run(&[&add[..], &azvault_test_support::CHEAP].concat()).expect(0);
    azure.home.run(&["lock"]).expect(0);
    azure
}

/// A command of that endpoint, opened in that way.
fn asking(azure: &Azure, verb: &[&str], way: &[&str]) -> Asking {
    let mut asking = Asking::start(azure, &[verb, way].concat());
    assert!(asking.token(ARM).starts_with("at."), "the control: {way:?}");
    asking
}

fn hands_out(asking: &mut Asking) -> (bool, String) {
    let (status, text) = asking.asks(json!({ "query": { "resource": ARM } }));
    (status == 200, text)
}

#[test]
fn whatever_locks_and_however_it_was_opened_no_token_comes_after() {
    alone(|| {
        let mut combinations = 0;
        for means in MEANS {
            let azure = home("good-means.example");
            let mut all: Vec<_> =
                WAYS.iter().map(|way| (way, asking(&azure, &["exec"], way))).collect();
            (means.lock)(&azure);
            for (way, asking) in &mut all {
                let mut last = String::new();
                for _ in 0..150 {
                    let (ok, text) = hands_out(asking);
                    last = text;
                    if !ok {
                        break;
                    }
                    // A token that is handed out is a use: the idle limit runs from here.
                    std::thread::sleep(std::time::Duration::from_secs(4));
                }
                let (ok, _) = hands_out(asking);
                assert!(!ok, "{} {way:?}: {last}", means.what);
                combinations += 1;
            }
            if means.what == "lock" {
                goes_back_to_the_agent(&azure, &mut all);
            }
            fs::remove_dir_all(azure.home.join(".config")).unwrap_or_default();
            all.into_iter().for_each(|(_, asking)| asking.ends());
        }
        let (ways, means) = (WAYS.len(), MEANS.len());
        println!(
            "figure: {combinations} endpoints, unlocked in {ways} ways and locked by {means} means: 0 tokens after"
        );
        println!("control: {combinations} of {combinations} hand out a token before");
    });
}

/// Once the vault is unlocked the agent is asked, but where a person did without it.
fn goes_back_to_the_agent(azure: &Azure, all: &mut [(&&[&str], Asking)]) {
    for (way, asking) in &mut *all {
        let (_, text) = hands_out(asking);
        assert!(text.contains("locked"), "{way:?}: {text}");
        let next = if way.contains(&"--no-agent") { "azvault exec" } else { "azvault unlock" };
        assert!(text.contains(next), "{way:?}: {text}");
    }
    azure.home.run(&["unlock"]).expect(0);
    for (way, asking) in all {
        assert_eq!(hands_out(asking).0, !way.contains(&"--no-agent"), "{way:?}");
    }
}

#[test]
fn a_shell_that_was_locked_gets_no_token_and_is_told_what_to_type() {
    let azure = home("good-shell.example");
    let ask = "curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \
               \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://vault.azure.net\"; echo";
    let script = azure.home.join("ask");
    fs::write(&script, format!("#!/bin/bash\n{ask}\nazvault lock -o json\n{ask}\n")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    fs::set_permissions(&script, mode).unwrap();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_azvault")).parent().unwrap();
    for (way, next) in [
        (&["--no-agent"][..], "azvault shell --no-agent"),
        (&["--key-file", "RAW"], "azvault unlock"),
    ] {
        let mut shell = azure.command(&[&["shell"], way].concat());
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display());
        let output = shell.env("SHELL", &script).env("PATH", path).output().unwrap();
        let documents = azvault_test_support::ran(output).expect(0).jsons();
        assert_eq!(documents[0]["access_token"], crate::azure::CACHED, "the control: {way:?}");
        assert_eq!(documents[1]["state"], "locked");
        let message = documents[2]["message"].as_str().unwrap();
        assert!(message.contains("locked") && message.contains(next), "{way:?}: {message}");
    }
}

#[test]
fn a_renewal_under_way_stores_its_token_before_it_is_locked() {
    let tenant = "strictslow-locked.example";
    let azure = home(tenant);
    let mut token = azure.command(&["token", "--no-agent"]).stdout(Stdio::null()).spawn().unwrap();
    eventually("the service is asked", || !seen(tenant).is_empty());
    let lock = azure.home.json(&["lock"]);
    let is_renewal = |one: &serde_json::Value| one["kind"] == "renewal";
    assert_eq!(lock["locked"].as_array().unwrap().iter().filter(|one| is_renewal(one)).count(), 1);
    assert_eq!(
        azure.home.json(&["status"])["holders"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| is_renewal(one))
            .count(),
        0
    );
    assert!(token.wait().unwrap().success());
    // What the service gave once is stored.
    let stored = azure.values("refresh_token");
    assert!(stored.len() == 1 && stored[0] != REFRESH_TOKEN);
}

#[test]
fn after_a_passphrase_was_typed_the_agent_has_the_keys_and_the_endpoint_none() {
    let azure = Azure::with(&["good-typed.example"]);
    azure.home.run(&["lock"]).expect(0);
    let script = "azvault status -o json; azvault lock; azvault status -o json; \
                  curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \
                  \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://vault.azure.net\"";
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_azvault")).parent().unwrap();
    let script = format!("PATH=$PATH:{}; {script}", folder.display());
    let typed = format!("{PASSPHRASE}\n");
    let steps = [("Passphrase of the vault: ", typed.as_str())];
    let args = ["exec", "good-typed.example", "--", "bash", "-c", &script];
    let ran = azure.home.on_terminal(&steps, &args);
    let documents: Vec<serde_json::Value> =
        ran.stdout.lines().filter_map(|line| serde_json::from_str(line.trim()).ok()).collect();
    assert_eq!(documents.len(), 3, "{}", ran.stdout);
    let holds = |document: &serde_json::Value| {
        let holders = document["holders"].as_array().unwrap().iter();
        let mut holds: Vec<_> = holders
            .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["holds_keys"].clone()))
            .collect();
        holds.sort_by(|a, b| a.0.cmp(&b.0));
        holds
    };
    let kinds = |agent: bool| {
        vec![("agent".to_owned(), json!(agent)), ("endpoint".to_owned(), json!(false))]
    };
    assert_eq!(holds(&documents[0]), kinds(true));
    assert_eq!(holds(&documents[1]), kinds(false));
    assert_eq!(documents[1]["state"], "locked");
    assert!(documents[2].to_string().contains("locked"), "{}", documents[2]);
}

#[test]
fn a_status_counts_an_endpoint_with_keys_and_after_a_lock_its_memory_has_none() {
    let azure = Azure::with(&["good-counted.example"]);
    azure.home.run(&["lock"]).expect(0);
    let mut asking = asking(&azure, &["exec"], &["--no-agent"]);
    let status = || {
        let mut command = azure.command(&["status", "-o", "json"]);
        let ran = command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap();
        azvault_test_support::ran(ran).expect(0).json()
    };
    let endpoint = || {
        let status = status();
        let holders = status["holders"].as_array().unwrap();
        holders.iter().find(|one| one["kind"] == "endpoint").unwrap().clone()
    };
    assert_eq!(status()["state"], "unlocked");
    let (pid, leader) = (endpoint()["pid"].clone(), endpoint()["leader"].clone());
    let mut said = azure.command(&["status"]);
    let said = said.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap();
    let said = azvault_test_support::ran(said).expect(0).stdout;
    let expected = format!("unlocked (endpoint of process {leader} (process {pid}))");
    assert!(said.contains(&expected), "{said}");

    let process = u32::try_from(pid.as_u64().unwrap()).unwrap();
    let searched: Vec<_> =
        keys(&azure.home).iter().map(|key| Searched::new("key".to_owned(), key)).collect();
    assert!(!is_root() || !found(process, &searched).is_empty(), "the control");
    let lock = azure.home.json(&["lock"]);
    let locked = lock["locked"].as_array().unwrap();
    assert!(locked.iter().any(|one| one["pid"] == pid && one["holds_keys"] == true), "{lock}");
    assert!(!is_root() || found(process, &searched).is_empty(), "after lock");
    assert_eq!(status()["state"], "locked");
    assert_eq!(endpoint()["holds_keys"], false);
    assert!(!hands_out(&mut asking).0);
    asking.ends();
    let is_endpoint = |one: &serde_json::Value| one["kind"] == "endpoint";
    eventually("it is not listed any more", || {
        !status()["holders"].as_array().unwrap().iter().any(is_endpoint)
    });
}
