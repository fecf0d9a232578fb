//! `exec --env-token` and `--env-principal`: secrets in a command's environment on request alone.

use std::process::Command;

use serde_json::Value;

use crate::azure::{Azure, CACHED, CLIENT_SECRET, PRINCIPAL, certificates, origin, seen};
use crate::stack::{self, HOME_TENANT, principal};
use azvault_test_support::trace::{Call, found, trace};
use azvault_test_support::{Home, Ran, not_run, ran};

/// The environment of what runs, one variable a line.
fn environment(azure: &Azure, args: &[&str]) -> Ran {
    azure.run(&[args, &["--", "/usr/bin/env"]].concat())
}

/// The value of a variable in it.
fn value<'a>(said: &'a Ran, name: &str) -> Option<&'a str> {
    let mut lines = said.stdout.lines().filter_map(|line| line.split_once('='));
    lines.find_map(|(own, value)| (own == name).then_some(value))
}

/// Subjects of the entries of a verb, in words.
fn told(home: &Home, verb: &str) -> Vec<String> {
    let log = home.json(&["audit", "log", "--verb", verb]);
    let entries = log["entries"].as_array().unwrap().iter();
    let subjects = entries.flat_map(|entry| entry["subjects"].as_array().unwrap());
    subjects.map(|subject| subject["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_token_stands_in_the_variable_that_was_named_and_in_no_other() {
    let azure = Azure::with(&["good-variable.example"]);
    let before = told(&azure.home, "token").len();
    let plain = environment(&azure, &["exec"]).expect(0);
    assert_eq!((told(&azure.home, "token").len(), &*plain.stderr), (before, ""));

    let args = ["exec", "--env-token", "PGPASSWORD=keyvault", "--env-token", "ARM_TOKEN"];
    let said = environment(&azure, &args).expect(0).says("PGPASSWORD holds an access token of");
    assert_eq!(value(&said, "PGPASSWORD"), Some(CACHED));
    let new = value(&said, "ARM_TOKEN").unwrap().to_owned();
    assert_eq!(new, azure.token(&[]));
    assert!(new.starts_with("at.") && !said.stderr.contains(&new) && !said.stderr.contains(CACHED));
    for secret in [CACHED, &new] {
        assert!(!plain.stdout.contains(secret));
        assert_eq!(said.stdout.matches(secret).count(), 1, "in one variable");
    }
    // Two in variables, one by `token`, and the two that were new.
    assert_eq!(told(&azure.home, "token").len(), before + 5);
    // The endpoint stands open beside it, and a shell takes the same.
    assert_eq!(value(&said, "AZURE_TOKEN_CREDENTIALS"), Some("prod"));
    let mut shell = azure.command(&["shell", "-q", "--env-token", "KV=keyvault"]);
    let said = ran(shell.env("SHELL", "/usr/bin/env").output().unwrap()).expect(0);
    assert_eq!((value(&said, "KV"), &*said.stderr), (Some(CACHED), ""));
}

#[test]
fn the_secret_of_a_principal_is_released_on_request_and_told() {
    let azure = Azure::with(&["good-principal.example"]);
    let context = "sp-good-principal.example";
    let plain = environment(&azure, &["exec", context]).expect(0);
    assert!(!plain.stdout.contains(CLIENT_SECRET));
    for name in ["AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"] {
        assert_eq!(value(&plain, name), None);
    }
    let given = told(&azure.home, "exec");
    assert!(given.len() == 2 && given[0].starts_with("grant "), "{given:?}");
    assert_eq!(given[1], format!("context {context}"));

    let mut command = azure.command(&["exec", context, "--env-principal", "--", "/usr/bin/env"]);
    // It would have the secret shown to somebody else.
    command.env("AZURE_AUTHORITY_HOST", "https://evil.example");
    let said = ran(command.output().unwrap()).expect(0).says("warning: AZURE_CLIENT_SECRET and");
    let origin = origin();
    for (name, expected) in [
        ("AZURE_TENANT_ID", "good-principal.example"),
        ("AZURE_CLIENT_ID", PRINCIPAL),
        ("AZURE_CLIENT_SECRET", CLIENT_SECRET),
        ("AZURE_AUTHORITY_HOST", &origin),
        ("AZURE_TOKEN_CREDENTIALS", "prod"),
        ("ARM_TENANT_ID", "good-principal.example"),
        ("ARM_CLIENT_ID", PRINCIPAL),
        ("ARM_CLIENT_SECRET", CLIENT_SECRET),
        ("ARM_USE_MSI", "false"),
    ] {
        assert_eq!(value(&said, name), Some(expected), "{name}");
    }
    assert!(!said.stderr.contains(CLIENT_SECRET));
    let told = told(&azure.home, "exec principal");
    assert_eq!(told, [format!("client_secret of {PRINCIPAL} in good-principal.example")]);
    // Nobody was asked for a token: whoever has the secret asks himself.
    assert_eq!(seen("good-principal.example"), [] as [Value; 0]);
}

#[test]
fn azure_identity_signs_in_with_the_secret_in_its_environment() {
    let azure = Azure::with(&["good-environment.example"]);
    let script = "from azure.identity import DefaultAzureCredential as D; \
                  D(disable_instance_discovery=True).get_token('https://vault.azure.net/.default')";
    let context = "sp-good-environment.example";
    let args = ["exec", context, "--env-principal", "--", "python3", "-c", script];
    let mut command = azure.command(&args);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.env("REQUESTS_CA_BUNDLE", certificates().join("ca.pem"));
    let said = ran(command.output().unwrap());
    if said.stderr.contains("No module named 'azure'") && std::env::var_os("CI").is_none() {
        not_run("python3 -m pip install -r tests/requirements.txt");
        return;
    }
    said.expect(0);
    let asked = seen("good-environment.example");
    let form = &asked.iter().find(|asked| asked["method"] == "POST").unwrap()["form"];
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(
        (&form["client_id"], &form["client_secret"]),
        (&PRINCIPAL.into(), &CLIENT_SECRET.into())
    );
}

#[test]
fn the_secret_of_a_session_is_released_too_and_its_name_stays_out_of_the_log() {
    let azure = stack::Azure::start(&stack::one_tenant(stack::subscriptions(1..2)));
    let home = azure.home();
    let session = home.session();
    let options = principal(&home, "the client secret");
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let mut command = azure.prepared(&home, &[&options[..], &["--scope", "process"]].concat());
    let handle = session.command(&[]);
    let handle = handle.get_envs().find(|(name, _)| *name == "AZVAULT_SESSION").unwrap().1.unwrap();
    ran(command.env("AZVAULT_SESSION", handle).output().unwrap()).expect(0);
    let said = session.run(&["exec", "--env-principal", "--", "/usr/bin/env"]).expect(0);
    assert_eq!(value(&said, "AZURE_CLIENT_SECRET"), Some("the client secret"));
    assert_eq!(value(&said, "AZURE_TENANT_ID"), Some(HOME_TENANT));
    assert_eq!(told(&home, "exec principal"), ["client_secret of a session"]);
}

#[test]
fn what_there_is_no_secret_of_is_refused_and_nothing_runs() {
    let home = Home::with_contexts();
    let refused = |code: i32, text: &str, args: &[&str]| {
        let said = home.run(&[args, &["--", "touch", "ran"]].concat()).expect(code);
        let said = said.says(text);
        assert!(said.stderr.contains("--env-token") || code == 2, "{}", said.stderr);
        assert!(!home.join("ran").exists());
    };
    refused(7, "is no service principal", &["exec", "dev", "--env-principal"]);
    for name in ["", "=arm", "A B", "1A", "A=", "AZVAULT_SESSION", "AZURE_CLIENT_SECRET=arm", "Ä"]
    {
        refused(2, "--env-token", &["exec", "dev", "--env-token", name]);
    }
    refused(2, "can hold one token", &["exec", "--env-token", "A", "--env-token", "A=graph"]);
    assert_eq!(told(&home, "exec"), [""; 0]);
    assert_eq!(told(&home, "token"), [""; 0]);
    // A resource of somebody else's gets no token here either.
    let elsewhere =
        ["exec", "--env-token", "A=https://management.chinacloudapi.cn", "--", "touch", "ran"];
    home.run(&elsewhere).expect(7).says("management.chinacloudapi.cn");
    home.run(&["shell", "--context", "nobody", "--env-token", "A"]).expect(5);
    // With nobody to ask, a locked vault is no question.
    home.run(&["lock"]).expect(0);
    let mut locked = home.command(&["exec", "ci", "--env-principal", "--no-input", "--", "true"]);
    ran(locked.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(14);
    assert!(!home.join("ran").exists());
}

#[test]
fn who_signs_in_with_a_certificate_or_another_issuers_token_has_no_secret_to_release() {
    let azure = stack::Azure::start(&stack::one_tenant(stack::subscriptions(1..2)));
    let home = azure.home();
    let pem = certificates().join("client.pem").to_str().unwrap().to_owned();
    let token = home.secret_file("federated", "the.federated.token");
    let application = ["--service-principal", "--application", stack::APPLICATION];
    let application = [&application[..], &["--tenant", HOME_TENANT]].concat();
    for (way, file, text) in [
        ("--certificate", &pem, "which tools read from a file"),
        ("--federated-token-file", &token, "is no service principal"),
    ] {
        azure.connect(&home, &[&application[..], &[way, file]].concat()).expect(0);
        let said =
            home.run(&["exec", "--env-principal", "--", "touch", "ran"]).expect(7).says(text);
        assert!(said.stderr.contains("--env-token"), "{}", said.stderr);
        assert!(!home.join("ran").exists());
    }
    assert_eq!(told(&home, "exec"), [""; 0]);
}

#[test]
fn the_secret_is_in_no_file_no_argument_and_no_environment_but_the_commands() {
    let azure = Azure::with(&["good-tracedsecret.example"]);
    let context = "sp-good-tracedsecret.example";
    let args = ["exec", context, "--env-principal", "--env-token", "T=arm", "--", "/usr/bin/env"];
    let mut command: Command = azure.command(&args);
    command.env("PATH", "/usr/bin:/bin");
    let Some((ran, calls)) = trace(&command) else { return };
    let said = ran.expect(0);
    let token = value(&said, "T").unwrap();
    let is_program = |call: &Call| call.name == "execve";
    let is_command = |call: &Call| is_program(call) && call.bytes.starts_with(b"\"/usr/bin/env\"");
    for secret in [CLIENT_SECRET, token] {
        // The control: the environment of the command is seen.
        assert!(!found(&calls, secret, is_command).is_empty());
        let elsewhere =
            |call: &Call| call.file().is_some() || (is_program(call) && !is_command(call));
        assert_eq!(found(&calls, secret, elsewhere), [""; 0]);
    }
}
