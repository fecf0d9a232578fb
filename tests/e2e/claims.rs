//! Claims challenges: met by a token request, kept, and answered by the next sign-in.

use std::fs;
use std::process::Command;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use crate::azure::certificates;
use crate::endpoint::Asking;
use crate::stack::{Azure, one_tenant, principal, subscriptions};
use azvault_test_support::{Home, Ran, not_run, ran};

const CHALLENGE: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}"#;
const VAULT: &str = "https://vault.test";

/// A tenant whose Key Vault wants more than a password.
fn step_up() -> Value {
    let mut scenario = one_tenant(subscriptions(1..2));
    scenario["step_up"] = json!("https://vault.test");
    scenario
}

fn with_ca(home: &Home, args: &[&str]) -> Command {
    let mut command = home.command(args);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    command
}

fn run(home: &Home, args: &[&str]) -> Ran {
    ran(with_ca(home, args).output().unwrap())
}

/// The sign-ins that brought claims.
fn brought(azure: &Azure) -> Vec<Value> {
    let all = azure.requests();
    let claims = all.iter().map(|asked| asked["form"]["claims"].clone());
    claims.filter(|claims| !claims.is_null()).collect()
}

/// The command that the error says, with its options.
fn next(said: &Ran) -> Vec<String> {
    let line = said.stderr.lines().find_map(|line| line.strip_prefix("try: azvault connect"));
    let line = line.unwrap_or_else(|| panic!("no next command: {}", said.stderr));
    line.split(' ').take_while(|word| *word != "signs").map(str::to_owned).collect()
}

#[test]
fn a_token_that_needs_a_step_up_comes_after_the_connect_that_the_error_names() {
    let azure = Azure::start(&step_up());
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let token = |resource: &str| run(&home, &["token", "--resource", resource]);
    let refused = token("keyvault").expect(4).says("AADSTS50076").says(VAULT);
    // It says the same in the next command, and the challenge is kept once.
    token("keyvault").expect(4);
    assert_eq!(brought(&azure), [] as [Value; 0]);
    let options = next(&refused);
    assert!(options.iter().any(|word| word == "--tenant"), "{options:?}");
    let options: Vec<&str> = options.iter().map(String::as_str).filter(|o| !o.is_empty()).collect();
    let said = run(&home, &[&["connect", "--device-code"], &options[..]].concat());
    said.expect(0);
    assert!(brought(&azure).contains(&json!(CHALLENGE)), "{:?}", brought(&azure));
    assert!(token("keyvault").expect(0).stdout.starts_with("ey"));
    // It is answered, and the next sign-in is as every other.
    let before = brought(&azure).len();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    assert_eq!(brought(&azure).len(), before);
    home.run(&["verify"]).expect(0);
}

#[test]
fn a_tool_learns_of_the_step_up_at_once_and_gets_its_token_after_connect() {
    let azure = Azure::start(&step_up());
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let exec = ["exec", "--", "python3", "-c", crate::endpoint::ASKING];
    let mut asking = Asking::of(with_ca(&home, &exec), std::path::Path::new("/bin/sh"));
    let asked = || json!({ "query": { "resource": VAULT } });
    let before = azure.requests().len();
    let (status, text) = asking.asks(asked());
    assert_eq!(status, 400, "{text}");
    assert!(text.contains("AADSTS50076") && text.contains("Next: azvault connect"), "{text}");
    assert_eq!(azure.requests().len(), before + 1, "one question");
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    assert!(asking.token(VAULT).starts_with("ey"));
    asking.ends();
}

#[test]
fn azure_identity_says_the_next_command_and_gets_the_token_after_it() {
    let azure = Azure::start(&step_up());
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let script = "import time; from azure.identity import DefaultAzureCredential as D\n\
                  try: print(D().get_token('https://vault.test/.default').token)\n\
                  except Exception as e: print('refused', e)";
    let sdk = || {
        let mut command = with_ca(&home, &["exec", "--", "python3", "-c", script]);
        command.env("PATH", std::env::var_os("PATH").unwrap());
        ran(command.output().unwrap())
    };
    let said = sdk();
    if said.stderr.contains("No module named 'azure'") && std::env::var_os("CI").is_none() {
        not_run("python3 -m pip install -r tests/requirements.txt");
        return;
    }
    let said = said.expect(0).stdout;
    assert!(said.contains("AADSTS50076") && said.contains("azvault connect"), "{said}");
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    assert!(sdk().expect(0).stdout.starts_with("ey"));
}

#[test]
fn a_challenge_can_be_handed_on_and_its_token_is_cached_as_such() {
    let azure = Azure::start(&step_up());
    let home = azure.home();
    let given = principal(&home, "the client secret");
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    azure.connect(&home, &given).expect(0);
    let token = |args: &[&str]| run(&home, &[&["token", "--resource", "keyvault"], args].concat());
    token(&[]).expect(4);
    let file = home.join("claims.json");
    fs::write(&file, format!("{CHALLENGE}\n")).unwrap();
    let encoded = BASE64.encode(CHALLENGE.as_bytes());
    let first = token(&["--claims", CHALLENGE]).expect(0).stdout;
    let asked = azure.requests().len();
    for claims in ["@claims.json", encoded.as_str(), CHALLENGE] {
        assert_eq!(token(&["--claims", claims]).expect(0).stdout, first, "{claims}");
    }
    // It answers whoever asks for no claims too; another challenge it does not answer.
    assert_eq!(token(&[]).expect(0).stdout, first);
    assert_eq!(azure.requests().len(), asked, "all from the cache");
    token(&["--claims", r#"{"access_token":{"acrs":{"value":"c2"}}}"#]).expect(4);
    assert_eq!(azure.requests().len(), asked + 1);
    let again = token(&["--claims", CHALLENGE, "--refresh"]).expect(0).stdout;
    assert_ne!(again, first);
    for wrong in ["", "{", "[]", "c1", "@nowhere", "!!"] {
        let said = token(&[&format!("--claims={wrong}")]).expect(2);
        assert!(said.stdout.is_empty(), "{wrong}");
    }
    // `connect` takes one that came by other ways.
    let before = brought(&azure).len();
    let connect = [&given[..], &["--claims-challenge", encoded.as_str()]].concat();
    azure.connect(&home, &connect).expect(0);
    assert_eq!(brought(&azure)[before..], [json!(CHALLENGE)]);
    azure.connect(&home, &[&given[..], &["--claims-challenge", "c1"]].concat()).expect(2);
}

#[test]
fn a_token_that_a_tool_reports_is_renewed_a_few_times_a_minute() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let exec = ["exec", "--", "python3", "-c", crate::endpoint::ASKING];
    let mut asking = Asking::of(with_ca(&home, &exec), std::path::Path::new("/bin/sh"));
    let mut ask = |more: Value| {
        let mut query = json!({ "resource": VAULT, "xms_cc": "cp1" });
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, text) = asking.asks(json!({ "query": query }));
        let reply: Value = serde_json::from_str(&text).unwrap();
        (status, reply["access_token"].as_str().unwrap_or_default().to_owned())
    };
    let hash = |token: &str| HEXLOWER.encode(&azvault_vault::sha256(token.as_bytes()));
    let first = ask(json!({})).1;
    assert_eq!(ask(json!({})).1, first);
    // Of another token nothing is known, and what is in the cache may be newer.
    assert_eq!(ask(json!({ "token_sha256_to_refresh": hash("another") })).1, first);
    assert_eq!(ask(json!({ "token_sha256_to_refresh": "short" })).0, 400);
    assert_eq!(ask(json!({ "claims": "no challenge" })).0, 400);
    let before = azure.requests().len();
    let mut token = first;
    for _ in 0..3 {
        let next = ask(json!({ "token_sha256_to_refresh": hash(&token) })).1;
        assert_ne!(next, token);
        token = next;
    }
    for _ in 0..5 {
        assert_eq!(ask(json!({ "token_sha256_to_refresh": hash(&token) })).1, token);
    }
    assert_eq!(azure.requests().len(), before + 3, "three renewals, and no more");
    // `token` has the one that came last, unless a new one is asked for.
    let printed = |args: &[&str]| {
        run(&home, &[&["token", "--resource", "keyvault"], args].concat()).expect(0).stdout
    };
    assert_eq!(printed(&[]).trim_end(), token);
    let fresh = printed(&["--refresh"]);
    assert_ne!(fresh.trim_end(), token);
    assert_eq!(printed(&[]), fresh);
    let others = printed(&["--claims", "{}"]);
    assert_ne!(others, fresh);
}

#[test]
fn a_pause_that_the_service_asks_for_reaches_the_tool_and_nobody_asks_in_between() {
    let mut scenario = one_tenant(subscriptions(1..2));
    let azure = Azure::start(&scenario);
    let home = azure.home();
    let given = principal(&home, "the client secret");
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    azure.connect(&home, &given).expect(0);
    scenario["busy"] = json!(VAULT);
    azure.becomes(&scenario);
    let script = "import os, urllib.parse, urllib.error, urllib.request as r\n\
                  q = urllib.parse.urlencode({'api-version': '2019-08-01', 'resource': 'https://vault.test'})\n\
                  try: r.build_opener(r.ProxyHandler({})).open(r.Request(os.environ['IDENTITY_ENDPOINT'] + '?' + q, \
                  headers={'X-IDENTITY-HEADER': os.environ['IDENTITY_HEADER']}))\n\
                  except urllib.error.HTTPError as e: print(e.code, e.headers['Retry-After'])";
    let before = azure.requests().len();
    let mut command = with_ca(&home, &["exec", "--", "python3", "-c", script]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    assert_eq!(ran(command.output().unwrap()).expect(0).stdout, "503 7\n");
    assert_eq!(azure.requests().len(), before + 1, "asked once, however patient we are elsewhere");
}
