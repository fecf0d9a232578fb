//! The endpoint of a shell that goes on as it is: tokens by name, whenever the vault is unlocked.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::azure::{ARM, Azure, CACHED, PRINCIPAL, seen};
use crate::endpoint::{ASKING, Asking};
use azvault_test_support::{eventually, find, is_running, ran};

const VAULT: &str = "https://vault.azure.net";
const INIT: &str = "eval \"$(azvault shell-init bash --endpoint)\"";

/// A program in a shell, which it takes the place of.
fn shell(azure: &Azure, before: &[&str], init: &str) -> Asking {
    let mut command = in_bash(azure, before, &format!("{init}; exec python3 asking.py"));
    fs::write(azure.home.join("asking.py"), ASKING).unwrap();
    command.current_dir(azure.home.path());
    Asking::of(command, Path::new("/bin/sh"))
}

fn in_bash(azure: &Azure, before: &[&str], script: &str) -> Command {
    let of_azure = azure.command(&[]);
    let folder = Path::new(of_azure.get_program()).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let words = [before, &["bash", "-c"]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(format!("PATH={folder}:{path}; {script}")).env_clear();
    command.envs(of_azure.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", path).current_dir(azure.home.path());
    command
}

#[track_caller]
fn of(asking: &mut Asking, id: &str) -> Result<String, String> {
    let (status, text) = asking.asks(json!({ "query": { "resource": VAULT, "client_id": id } }));
    let reply: Value = serde_json::from_str(&text).unwrap_or_default();
    match (status, reply["access_token"].as_str()) {
        (200, Some(token)) => Ok(token.to_owned()),
        _ => Err(text),
    }
}

fn grants(azure: &Azure) -> Vec<Value> {
    azure.home.json(&["grant", "list"])["grants"].as_array().unwrap().clone()
}

#[test]
fn a_shell_gets_tokens_by_name_whenever_the_vault_is_unlocked_and_until_it_ends() {
    let [one, two] = ["good-inplace1.example", "good-inplace2.example"];
    let azure = Azure::with(&[one, two]);
    azure.home.run(&["lock"]).expect(0);
    let mut asking = shell(&azure, &[], INIT);
    // Tools act as before: no other variable is set, and none is taken away.
    let environment = asking.environment().as_object().unwrap();
    for name in ["AZURE_CONFIG_DIR", "ARM_USE_MSI", "AZURE_TOKEN_CREDENTIALS", "NO_PROXY"] {
        assert!(!environment.contains_key(name), "{name}");
    }
    assert_eq!(asking.variable("AZURE_CLIENT_SECRET"), "of somebody else");
    let person = format!("person@example.com ({one})");
    let said = of(&mut asking, &person).unwrap_err();
    assert!(said.contains("locked") && said.contains("azvault unlock"), "{said}");

    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(grants(&azure), [Value::Null; 0]);
    assert_eq!(of(&mut asking, &person).as_deref(), Ok(CACHED));
    let grant = &grants(&azure)[0];
    assert_eq!((&grant["verb"], &grant["all_accounts"]), (&json!("shell-init"), &json!(true)));
    assert_eq!(grant["process"], asking.process());
    // The shell has become another program meanwhile, which has its number.
    assert!(grant["shell"].is_string(), "{grant}");
    assert_eq!(grants(&azure).len(), 1);
    // Each in its tenant, an account that comes later too; what nothing is called is refused.
    let principal = format!("{PRINCIPAL} ({two})");
    assert_ne!(of(&mut asking, &principal), of(&mut asking, &person));
    assert_eq!(seen(two)[0]["form"]["grant_type"], "client_credentials");
    assert!(of(&mut asking, "nobody").unwrap_err().contains("no context of the vault"));
    azure.home.run(&["context", "rename", one, "short", "--scope", "user"]).expect(0);
    assert_eq!(of(&mut asking, &person).as_deref(), Ok(CACHED));
    // A tool that names none gets the default context's, whatever a session says.
    assert_eq!(asking.token(VAULT), CACHED);
    azure.home.run(&["context", "select", &format!("sp-{two}"), "--scope", "user"]).expect(0);
    assert_ne!(asking.token(ARM), CACHED);
    // The log has it.
    let log = azure.home.json(&["audit", "log", "--verb", "shell-init"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{log}");

    // Locked and unlocked again it goes on; revoked it is gone.
    azure.home.run(&["lock"]).expect(0);
    assert!(of(&mut asking, &person).unwrap_err().contains("locked"));
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(of(&mut asking, &person).as_deref(), Ok(CACHED));
    let endpoint = endpoint(&azure);
    let id = grants(&azure)[0]["id"].as_str().unwrap().to_owned();
    azure.run(&["grant", "revoke", &id]).expect(0);
    eventually("it has ended", || !is_running(endpoint));
    asking.ends();

    // Without that it ends with its shell.
    let mut asking = shell(&azure, &[], INIT);
    assert_eq!(of(&mut asking, &person).as_deref(), Ok(CACHED));
    let endpoint = self::endpoint(&azure);
    asking.ends();
    eventually("it has ended", || !is_running(endpoint));
    eventually("its grant has ended", || grants(&azure).is_empty());
}

fn endpoint(azure: &Azure) -> u32 {
    let status = azure.home.json(&["status"]);
    let holders = status["holders"].as_array().unwrap().iter();
    let mut endpoints = holders.filter(|holder| holder["kind"] == "endpoint");
    u32::try_from(endpoints.next().unwrap()["pid"].as_u64().unwrap()).unwrap()
}

#[test]
fn another_agent_is_asked_for_another_grant() {
    let tenant = "good-newagent.example";
    let azure = Azure::with(&[tenant]);
    let mut asking = shell(&azure, &[], INIT);
    assert_eq!(asking.token(VAULT), CACHED);
    let first = grants(&azure)[0]["id"].clone();
    let agent = azure.home.json(&["status"])["agent"]["pid"].as_u64().unwrap();
    ran(Command::new("kill").args(["-9", &agent.to_string()]).output().unwrap()).expect(0);
    let agent = u32::try_from(agent).unwrap();
    eventually("the agent has ended", || !is_running(agent));
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(asking.token(VAULT), CACHED);
    let second = grants(&azure)[0]["id"].clone();
    assert_ne!(second, first);
    // Keys from before a rotation open no grant.
    azure.home.run(&["key", "rotate", "--yes"]).expect(0);
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(asking.token(VAULT), CACHED);
    assert_ne!(grants(&azure)[0]["id"], second);
    asking.ends();
}

#[test]
fn it_is_answered_as_any_process_of_its_terminal() {
    let tenant = "good-terminal.example";
    let azure = Azure::with(&[tenant]);
    azure.home.run(&["lock"]).expect(0);
    azure.home.run(&["unlock", "--reach", "terminal"]).expect(0);
    let mut elsewhere = shell(&azure, &["setsid", "-w"], INIT);
    let (status, said) = elsewhere.asks(json!({ "query": { "resource": VAULT } }));
    assert!(status == 400 && said.contains("other terminals"), "{said}");
    let mut here = shell(&azure, &[], INIT);
    assert_eq!(here.token(VAULT), CACHED);
    elsewhere.ends();
    here.ends();
}

#[test]
fn in_exec_the_endpoint_of_exec_stays() {
    let tenant = "good-inexec.example";
    let azure = Azure::with(&[tenant]);
    let script = format!("azvault exec {tenant} -- bash -c '{INIT}; env'");
    let script = script.replace(INIT, "eval \"$(azvault shell-init bash --endpoint)\"");
    let said = ran(in_bash(&azure, &[], &script).output().unwrap()).expect(0).stdout;
    assert!(said.contains("AZURE_CONFIG_DIR=") && !said.contains("AZVAULT_ENDPOINT="), "{said}");
    // And the other way round.
    let script =
        format!("{INIT}; before=$IDENTITY_ENDPOINT; azvault exec {tenant} -- env; echo $before");
    let said = ran(in_bash(&azure, &[], &script).output().unwrap()).expect(0).stdout;
    let endpoint = said.lines().find_map(|line| line.strip_prefix("IDENTITY_ENDPOINT=")).unwrap();
    assert_ne!(Some(endpoint), said.lines().last());
    // It is no identity of the machine.
    let script = format!("{INIT}; azvault connect --identity --context-name vm");
    let said = ran(in_bash(&azure, &[], &script).output().unwrap());
    assert_ne!(said.code, 0);
    assert!(grants(&azure).is_empty());
}

#[test]
fn what_is_asked_for_wrongly_is_refused() {
    let azure = Azure::with(&["good-inplacewrong.example"]);
    let own = std::process::id().to_string();
    let endpoint = |args: &[&str]| {
        azure.run(&[&["endpoint", "--when-unlocked", "--for-process"], args].concat())
    };
    endpoint(&[&u32::MAX.to_string()]).expect(2);
    endpoint(&["0"]).expect(2);
    endpoint(&[&own, "good-inplacewrong.example"]).expect(2);
    endpoint(&[&own, "--all"]).expect(2);
    endpoint(&[&own, "--no-agent"]).expect(2);
    azure.run(&["door", "--when-unlocked", "--leader", &own]).expect(2);
}

#[test]
fn every_shell_has_one() {
    let azure = Azure::with(&["good-everyshell.example"]);
    let program = azure.command(&[]).get_program().to_str().unwrap().to_owned();
    let ask = "import os, sys, urllib.request as r; \
               q = os.environ['IDENTITY_ENDPOINT'] + '?api-version=2019-08-01&resource=https://vault.azure.net'; \
               h = {'X-IDENTITY-HEADER': os.environ['IDENTITY_HEADER']}; \
               sys.stdout.write(r.build_opener(r.ProxyHandler({})).open(r.Request(q, headers=h)).read().decode())";
    fs::write(azure.home.join("ask.py"), ask).unwrap();
    let folder = Path::new(&program).parent().unwrap().display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    for (shell, args, script) in [
        ("bash", &["-c"][..], "eval \"$(azvault shell-init bash --endpoint)\"; python3 ask.py"),
        ("dash", &["-c"], "eval \"$(azvault shell-init bash --endpoint)\"; python3 ask.py"),
        ("zsh", &["-c"], "eval \"$(azvault shell-init zsh --endpoint)\"; python3 ask.py"),
        ("fish", &["-c"], "azvault shell-init fish --endpoint | source; python3 ask.py"),
        (
            "pwsh",
            &["-NoProfile", "-c"],
            "azvault shell-init pwsh --endpoint | Out-String | Invoke-Expression; python3 ask.py",
        ),
        (
            "nu",
            &["-n", "-c"],
            "azvault shell-init nu --endpoint | save -f init.nu; nu -n -c 'source init.nu; python3 ask.py'",
        ),
    ] {
        let Some(found) = find(shell) else { continue };
        let of_azure = azure.command(&[]);
        let mut command = Command::new(found);
        command.args(args).arg(script).env_clear();
        command.envs(of_azure.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PATH", &path).env("POWERSHELL_TELEMETRY_OPTOUT", "1");
        command.current_dir(azure.home.path());
        let said = ran(command.output().unwrap()).expect(0);
        assert!(said.stdout.contains(CACHED), "{shell}: {} {}", said.stdout, said.stderr);
    }
}
