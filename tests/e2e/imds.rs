//! `exec --imds`: tools that know 169.254.169.254 alone are served there, in a network of the command's own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::azure::{ARM, Azure, CACHED, seen};
use crate::endpoint::Asking;
use azvault_test_support::{Ran, not_run, ran};

const AT: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const VAULT: &str = "https://vault.azure.net";

/// Whether this machine lets a user have a network, and has what leads out of it.
fn is_possible() -> bool {
    let made =
        Command::new("/usr/bin/unshare").args(["--user", "--net", "--mount", "true"]).status();
    let can = made.is_ok_and(|made| made.success()) && Path::new("/usr/bin/pasta").exists();
    if !can {
        not_run("exec --imds needs user namespaces and pasta (apt install passt)");
    }
    can
}

/// Runs a command in it, without the variables by which tools find the endpoint otherwise.
fn run(azure: &Azure, args: &[&str], script: &str) -> Ran {
    let python = ["env", "-u", "IDENTITY_ENDPOINT", "-u", "IDENTITY_HEADER", "-u", "MSI_ENDPOINT"];
    let rest = ["-u", "MSI_SECRET", "python3", "-c", script];
    let all = [&["exec", "--imds"], args, &["--"], &python[..], &rest[..]].concat();
    let mut command = azure.command(&all);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    ran(command.output().unwrap())
}

/// Asks as a tool does: the query and the headers, of which `Host` may be another one.
fn asks(asking: &mut Asking, query: Value, headers: Value) -> (u64, String) {
    asking.asks(json!({ "at": AT, "query": query, "headers": headers }))
}

#[track_caller]
fn no_one_is_left(asking: Asking) {
    let leader = asking.process();
    asking.ends();
    let start = Instant::now();
    let is_there = || {
        let text = Command::new("pgrep").args(["-f", &format!("--leader {leader} ")]).output();
        !text.unwrap().stdout.is_empty()
    };
    while is_there() {
        assert!(start.elapsed() < Duration::from_secs(20), "the endpoint goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn who_asks_the_address_of_azures_machines_gets_the_tokens_of_the_context() {
    if !is_possible() {
        return;
    }
    let azure = Azure::with(&["good-imds.example"]);
    let mut asking = Asking::start(&azure, &["exec", "--imds"]);
    let query = json!({ "api-version": "2018-02-01", "resource": VAULT });
    let metadata = json!({ "Metadata": "true" });
    let (status, text) = asks(&mut asking, query.clone(), metadata.clone());
    assert_eq!(status, 200, "{text}");
    let reply: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(reply["access_token"], CACHED);
    assert_eq!(reply["token_type"], "Bearer");
    assert!(reply["expires_in"].as_str().unwrap().parse::<i64>().unwrap() > 0);
    // A new one is asked for outside, and the other protocols are served as ever.
    let arm = json!({ "api-version": "2021-12-13", "resource": ARM });
    let (_, text) = asks(&mut asking, arm, metadata.clone());
    assert_eq!(text.matches(&azure.token(&[])).count(), 1, "{text}");
    assert_eq!(seen("good-imds.example").len(), 1);
    assert_eq!(asking.token(VAULT), CACHED);

    let with = |more: Value| {
        let mut all = metadata.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::Object(all)
    };
    let of = |version: &str| json!({ "api-version": version, "resource": VAULT });
    for (case, query, headers, expected) in [
        ("no Metadata", query.clone(), json!({}), 400),
        ("Metadata: false", query.clone(), json!({ "Metadata": "false" }), 400),
        ("handed on", query.clone(), with(json!({ "X-Forwarded-For": "192.0.2.1" })), 400),
        ("a page", query.clone(), with(json!({ "Origin": "null" })), 403),
        ("a name of one's own", query.clone(), with(json!({ "Host": "evil.example" })), 403),
        ("the other entrance's name", query.clone(), with(json!({ "Host": "127.0.0.1" })), 403),
        ("before there was one", of("2017-09-01"), metadata.clone(), 400),
        ("no version", of("latest"), metadata.clone(), 400),
        ("no resource", json!({ "api-version": "2018-02-01" }), metadata.clone(), 400),
    ] {
        let (status, text) = asks(&mut asking, query, headers);
        assert_eq!(status, expected, "{case}: {text}");
        assert!(!text.contains(CACHED), "{case}");
    }
    for other in ["http://169.254.169.254/msi/token", "http://169.254.169.254/metadata/instance"] {
        let asked = json!({ "at": other, "query": query, "headers": metadata });
        assert_eq!(asking.asks(asked).0, 404, "{other}");
    }
    // At the address with keys there is none of it.
    let at = asking
        .variable("IDENTITY_ENDPOINT")
        .replace("/msi/token", "/metadata/identity/oauth2/token");
    let asked = json!({ "at": at, "query": query, "headers": metadata });
    assert_eq!(asking.asks(asked).0, 404);

    azure.home.run(&["lock"]).expect(0);
    let (status, text) = asks(&mut asking, query.clone(), metadata.clone());
    assert_eq!(status, 400);
    assert!(text.contains("azvault unlock"), "{text}");
    azure.home.run(&["unlock"]).expect(0);
    assert_eq!(asks(&mut asking, query, metadata).0, 200);
    no_one_is_left(asking);
}

#[test]
fn nobody_outside_the_network_reaches_it_and_the_command_reaches_what_is_outside() {
    if !is_possible() {
        return;
    }
    let azure = Azure::with(&["good-imdsout.example"]);
    // What listens on this machine is behind the gateway of the network.
    let server = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut asking = Asking::start(&azure, &["exec", "--imds"]);
    let own: u16 =
        asking.variable("AZD_AUTH_ENDPOINT").rsplit(':').next().unwrap().parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", own)).is_err(), "the endpoint is not out here");
    let routes = std::fs::read_to_string(format!("/proc/{}/net/route", asking.process())).unwrap();
    let gateway = routes.lines().find_map(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let is_default = columns.next()? == "00000000";
        let gateway = u32::from_str_radix(columns.next()?, 16).ok()?;
        is_default.then(|| std::net::Ipv4Addr::from(gateway.to_ne_bytes()))
    });
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\noutside");
    });
    let at = format!("http://{}:{port}/", gateway.expect("a way out"));
    let (status, text) = asking.asks(json!({ "at": at, "query": {} }));
    assert_eq!((status, text.as_str()), (200, "outside"));
    serving.join().unwrap();
    no_one_is_left(asking);
}

#[test]
fn azure_identity_needs_no_variable_of_the_endpoint() {
    if !is_possible() {
        return;
    }
    let azure = Azure::with(&["good-imdssdk.example"]);
    let script = "from azure.identity import ManagedIdentityCredential as M, DefaultAzureCredential as D\n\
                  for C in (M, D): print(C().get_token('https://vault.azure.net/.default').token)";
    let said = run(&azure, &[], script);
    if said.stderr.contains("No module named 'azure'") && std::env::var_os("CI").is_none() {
        not_run("python3 -m pip install -r tests/requirements.txt");
        return;
    }
    assert_eq!(said.expect(0).stdout, format!("{CACHED}\n{CACHED}\n"));
}

#[test]
fn the_command_is_the_same_user_and_its_code_comes_back_also_without_the_agent() {
    if !is_possible() {
        return;
    }
    let azure = Azure::with(&["good-imdsalone.example"]);
    azure.home.run(&["lock"]).expect(0);
    let script = "import os, sys, urllib.request as r\n\
                  q = r.Request('http://169.254.169.254/metadata/identity/oauth2/token\
                  ?api-version=2018-02-01&resource=https://vault.azure.net', headers={'Metadata': 'true'})\n\
                  print(os.getuid(), 'at-cached' in r.build_opener(r.ProxyHandler({})).open(q).read().decode())\n\
                  sys.exit(7)";
    let said = run(&azure, &["--no-agent"], script).expect(7);
    let own = rustix::process::getuid().as_raw();
    assert_eq!(said.stdout, format!("{own} True\n"));
}

#[test]
fn where_there_is_no_such_network_it_says_what_to_type_instead() {
    if !is_possible() {
        return;
    }
    let azure = Azure::with(&["good-imdsnone.example"]);
    let exec = azure.command(&["exec", "--imds", "--", "true"]);
    for (without, options, said, hint) in [
        (
            "mount --bind /dev/null /usr/bin/passt",
            &["--mount"][..],
            "needs pasta",
            "apt install passt, or azvault exec --env-principal NAME -- COMMAND",
        ),
        (
            "echo 0 > /proc/sys/user/max_user_namespaces",
            &[],
            "this system refuses to users",
            "azvault exec --env-principal NAME -- COMMAND, where the tool takes a secret",
        ),
    ] {
        let mut command = Command::new("/usr/bin/unshare");
        command.args(["--user", "--map-root-user"]).args(options);
        command.args(["sh", "-c", &format!("{without} && exec \"$@\""), "sh"]);
        command.arg(exec.get_program()).args(exec.get_args()).env_clear();
        command.envs(exec.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = ran(command.output().unwrap());
        assert!(ran.code != 0 && ran.stdout.is_empty(), "{}", ran.stderr);
        for part in [said, hint] {
            assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
        }
    }
    let typed = ["exec", "--env-principal", "sp-good-imdsnone.example", "--", "true"];
    azure.run(&typed).expect(0);
}
