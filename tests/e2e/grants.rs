//! Grants: what the endpoint of a command may ask the agent for, and how that ends.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::azure::{ARM, Azure, CACHED, seen};
use crate::endpoint::Asking;
use azvault_test_support::memory::{Searched, found};
use azvault_test_support::trace::unescaped;
use azvault_test_support::{contains, eventually, has, is_root, keys, not_run, read_reply};

const VAULT: &str = "https://vault.azure.net";

fn list(azure: &Azure) -> Vec<Value> {
    let list = azure.home.json(&["grant", "list"]);
    list["grants"].as_array().unwrap().clone()
}

fn refused(asking: &mut Asking) -> String {
    let (status, text) = asking.asks(json!({ "query": { "resource": VAULT } }));
    assert_ne!(status, 200, "{text}");
    text
}

#[test]
fn what_runs_is_listed_and_gets_nothing_once_it_is_revoked() {
    let tenant = "good-grants.example";
    let azure = Azure::with(&[tenant]);
    azure.run(&["grant", "list"]).expect(0).says("no command runs");
    let mut one = Asking::start(&azure, &["exec", tenant]);
    let mut other = Asking::start(&azure, &["exec", "--all-accounts", &format!("sp-{tenant}")]);
    let grants = list(&azure);
    assert_eq!(grants.len(), 2, "{grants:?}");
    let of_one = grants.iter().find(|grant| grant["context"] == tenant).unwrap();
    assert_eq!(of_one["verb"], "exec");
    assert_eq!(of_one["account"], "person@example.com");
    assert_eq!(of_one["all_accounts"], false);
    assert_eq!((&of_one["tenants"], &of_one["expires"]), (&json!([]), &Value::Null));
    let of_other = grants.iter().find(|grant| grant["context"] != tenant).unwrap();
    assert_eq!((&of_other["account"], &of_other["all_accounts"]), (&Value::Null, &json!(true)));
    let table = azure.run(&["grant", "list"]).expect(0).stdout;
    assert!(table.contains("person@example.com") && table.contains("all"), "{table}");

    assert_eq!(one.token(VAULT), CACHED);
    let id = of_one["id"].as_str().unwrap();
    assert_eq!(azure.home.json(&["grant", "revoke", id])["revoked"], json!([id]));
    let said = refused(&mut one);
    assert!(said.contains("was revoked") && said.contains("azvault exec"), "{said}");
    // Of the other one nothing is known by that.
    assert!(other.token(ARM).starts_with("at."));
    assert_eq!(list(&azure).len(), 1);
    azure.run(&["grant", "revoke", id]).expect(5);
    azure.run(&["grant", "revoke", "nonsense"]).expect(2);
    azure.run(&["grant", "revoke"]).expect(2);
    azure.run(&["grant", "revoke", "--all"]).expect(0).says("1 grant revoked");
    refused(&mut other);
    let log = azure.home.json(&["audit", "log", "--verb", "grant revoke"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 2);
    one.ends();
    other.ends();
}

#[test]
fn a_grant_ends_with_its_command_and_outlives_a_lock_and_another_agent() {
    let tenant = "good-grantlife.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = Asking::start(&azure, &["exec", tenant]);
    assert_eq!(asking.token(VAULT), CACHED);
    azure.home.run(&["lock"]).expect(0);
    let said = refused(&mut asking);
    assert!(said.contains("locked") && said.contains("azvault unlock"), "{said}");
    let mut command = azure.command(&["grant", "list"]);
    command.env_remove("AZVAULT_PASSPHRASE_FILE");
    azvault_test_support::ran(command.output().unwrap()).expect(6);
    // The agent that takes over has it too.
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(list(&azure).len(), 1);
    assert_eq!(asking.token(VAULT), CACHED);
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(asking.token(VAULT), CACHED);
    asking.ends();
    eventually("it ends with its command", || list(&azure).is_empty());
}

#[test]
fn the_endpoint_has_no_key_of_the_vault_and_no_secret_but_what_it_handed_out() {
    let tenant = "good-grantmemory.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = Asking::start(&azure, &["exec", tenant]);
    assert!(asking.token(ARM).starts_with("at."));
    assert_eq!(seen(tenant).len(), 1);
    if is_root() {
        let endpoint = asking.endpoint().as_raw_nonzero().get().unsigned_abs();
        let memory = |bytes: &[u8]| found(endpoint, &[Searched::new("it".to_owned(), bytes)]);
        assert!(!memory(tenant.as_bytes()).is_empty(), "the control");
        let tasks = fs::read_dir(format!("/proc/{endpoint}/task")).unwrap();
        for task in tasks.map(|task| task.unwrap().path()) {
            let status = fs::read_to_string(task.join("status")).unwrap();
            assert!(status.contains("Seccomp:\t2"), "each thread is held by it: {status}");
        }
        for key in keys(&azure.home) {
            assert_eq!(memory(&key), [] as [String; 0], "a key of the vault");
        }
        for secret in [crate::azure::REFRESH_TOKEN, crate::azure::CLIENT_SECRET, CACHED] {
            assert_eq!(memory(secret.as_bytes()), [] as [String; 0], "another secret");
        }
    }
    asking.ends();
}

/// The entries of a verb, each with what it is about.
fn told(azure: &Azure, verb: &str) -> Vec<Vec<String>> {
    let log = azure.home.json(&["audit", "log", "--verb", verb]);
    let words = |entry: &Value| {
        let subjects = entry["subjects"].as_array().unwrap().iter();
        subjects.map(|subject| subject["what"].as_str().unwrap().to_owned()).collect()
    };
    log["entries"].as_array().unwrap().iter().map(words).collect()
}

#[test]
fn the_log_has_a_grant_when_it_is_given_used_and_revoked() {
    let tenant = "good-grantlog.example";
    let azure = Azure::with(&[tenant]);
    let before = told(&azure, "token").len();
    let mut asking = Asking::start(&azure, &["exec", tenant]);
    let grant = format!("grant {}", list(&azure)[0]["id"].as_str().unwrap());
    // With the context, which is the vault's.
    assert_eq!(told(&azure, "exec"), [[grant.clone(), format!("context {tenant}")]]);
    assert_eq!(asking.token(VAULT), CACHED);
    let used = told(&azure, "token").split_off(before);
    assert_eq!(used.len(), 1);
    assert!(used[0].len() == 2 && used[0].contains(&grant), "{used:?}");
    azure.home.run(&["grant", "revoke", "--all"]).expect(0);
    refused(&mut asking);
    assert_eq!(told(&azure, "token").len(), before + 1);
    assert_eq!(told(&azure, "grant revoke"), [[grant.as_str()]]);
    // What no grant is used for is told without one.
    azure.token(&["--resource", "keyvault"]);
    assert_eq!(told(&azure, "token").pop().unwrap().len(), 1);
    asking.ends();
}

#[test]
fn a_grant_is_held_to_tenants_resources_and_a_time() {
    let tenants = ["good-bounds.example", "good-beyond.example"];
    let azure = Azure::with(&tenants);
    for no_agent in [&[][..], &["--no-agent"]] {
        let bounds = ["--only-resource", "keyvault", "--only-tenant", "GOOD-bounds.example"];
        let args = [&["exec", tenants[0]][..], &bounds, no_agent].concat();
        let mut asking = Asking::start(&azure, &args);
        assert_eq!(asking.token(VAULT), CACHED);
        let (status, said) = asking.asks(json!({ "query": { "resource": ARM } }));
        assert!(status == 400 && said.contains("no tokens for"), "{said}");
        if no_agent.is_empty() {
            let grant = list(&azure).remove(0);
            assert_eq!(grant["resources"], json!(["keyvault"]));
            assert_eq!(grant["tenants"], json!(["GOOD-bounds.example"]));
            let table = azure.run(&["grant", "list"]).expect(0).stdout;
            assert!(table.contains("GOOD-bounds.example, keyvault"), "{table}");
        }
        asking.ends();
        let elsewhere = ["--only-tenant", tenants[1]];
        let mut asking =
            Asking::start(&azure, &[&["exec", tenants[0]], &elsewhere[..], no_agent].concat());
        let (status, said) = asking.asks(json!({ "query": { "resource": VAULT } }));
        assert!(status == 400 && said.contains(tenants[0]), "{said}");
        asking.ends();
        let args = [&["exec", tenants[0], "--expires-in", "3s"][..], no_agent].concat();
        let mut asking = Asking::start(&azure, &args);
        assert_eq!(asking.token(VAULT), CACHED);
        let is_listed = || no_agent.is_empty() && !list(&azure).is_empty();
        assert!(!no_agent.is_empty() || list(&azure)[0]["expires"].is_i64());
        let at = std::time::Instant::now();
        while asking.asks(json!({ "query": { "resource": VAULT } })).0 == 200 {
            assert!(at.elapsed().as_secs() < 10, "it ends in its time");
        }
        let said = refused(&mut asking);
        assert!(said.contains("its time is over") || said.contains("ended at"), "{said}");
        assert!(!is_listed());
        asking.ends();
    }
    // Nothing is begun where a resource is none.
    azure.run(&["exec", "--only-resource", "nothing", tenants[0], "--", "true"]).expect(2);
    azure.run(&["exec", "--only-tenant", "", tenants[0], "--", "true"]).expect(2);
    azure.run(&["exec", "--expires-in", "0s", tenants[0], "--", "true"]).expect(2);
}

/// The verb of a question to the service of an agent.
const ASK: u8 = 7;

/// What an endpoint said to the agent when it asked for a token, from a trace of it.
pub(crate) fn said_to_agent(trace: &Path) -> Vec<u8> {
    let text = fs::read_to_string(trace).unwrap();
    let is_it = |line: &&str| line.contains("UNIX") && line.contains("granted token");
    let line = text.lines().find(is_it).expect("the endpoint asks the agent");
    let (begin, end) = (line.find('"').unwrap() + 1, line.rfind('"').unwrap());
    let message = unescaped(&line[begin..end]);
    // Its frame was sent before it: the length, and the verb of a question.
    let length = u32::try_from(message.len() + 1).unwrap().to_be_bytes();
    [&length[..], &[ASK], &message].concat()
}

/// The socket of the agent.
pub(crate) fn socket(azure: &Azure) -> PathBuf {
    let entries = fs::read_dir(azure.home.join("run/azvault")).unwrap().flatten();
    let is_socket = |path: &PathBuf| path.extension() == Some("sock".as_ref());
    entries.map(|entry| entry.path()).find(is_socket).unwrap()
}

#[test]
fn with_the_handle_alone_nobody_gets_anything() {
    if !has("strace") || !is_root() {
        return not_run("only root can trace a process that protects its memory");
    }
    let tenant = "good-grantstolen.example";
    let azure = Azure::with(&[tenant]);
    let trace = azure.home.join("trace");
    let inner = azure.command(&["exec", tenant, "--", "python3", "-c", crate::endpoint::ASKING]);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-yy", "-s", "65536", "-e", "trace=sendto,write,sendmsg", "-o"]);
    command.arg(&trace).arg(inner.get_program()).args(inner.get_args()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(inner.get_current_dir().unwrap());
    let mut asking = Asking::of(command, Path::new("/bin/sh"));
    assert_eq!(asking.token(VAULT), CACHED);
    let message = said_to_agent(&trace);
    let socket = socket(&azure);
    let stolen = || {
        let mut agent = UnixStream::connect(&socket).unwrap();
        agent.write_all(&message).unwrap();
        read_reply(&mut agent)
    };
    // The control: of what descends from the command the agent takes it.
    let (_, said) = asking.asks(json!({ "socket": socket, "bytes": message }));
    assert!(said.contains(CACHED), "{said}");
    let said = stolen();
    assert!(!contains(&said, CACHED.as_bytes()));
    assert!(contains(&said, b"the grant of this command is gone"));
    assert!(contains(&said, b"start the command again: azvault exec -- COMMAND"));
    // From within, it ends with the grant.
    azure.home.run(&["grant", "revoke", "--all"]).expect(0);
    let (_, said) = asking.asks(json!({ "socket": socket, "bytes": message }));
    assert!(!said.contains(CACHED) && said.contains("is gone"), "{said}");
    asking.ends();
}
