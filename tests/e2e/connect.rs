//! `connect`: against a small Azure of its own.

mod people;
mod qr;
mod refused;
mod stored;
mod subscriptions;
mod ways;

use serde_json::{Value, json};

use crate::stack::{
    APPLICATION, Azure, HOME_TENANT, OTHER_TENANT, USER, certificates, one_tenant, principal,
    stored, subscription, subscriptions,
};
use azvault_test_support::{contains, ran};

/// Names of contexts in a document.
fn names(document: &Value) -> Vec<&str> {
    let contexts = document["contexts"].as_array().unwrap();
    contexts.iter().map(|context| context["name"].as_str().unwrap()).collect()
}

/// `kind tenant` of every secret in the vault and the session.
fn kinds(secrets: &Value) -> Vec<String> {
    let mut kinds: Vec<String> = secrets["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| {
            let tenant = secret["tenant"].as_str().unwrap_or("-");
            format!("{} {}", secret["kind"].as_str().unwrap(), &tenant[tenant.len() - 1..])
        })
        .collect();
    kinds.sort();
    kinds
}

fn words(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

pub(crate) fn several_tenants() -> Value {
    json!({
        "user": USER, "home": HOME_TENANT, "pending": 1,
        "tenants": [
            {
                "id": HOME_TENANT, "name": "Contoso", "domain": "contoso.example",
                "subscriptions": [
                    { "id": subscription(1), "name": "Dev" },
                    { "id": subscription(2), "name": "Prod" },
                    { "id": subscription(3), "name": "Managed", "home": OTHER_TENANT },
                ],
            },
            {
                "id": OTHER_TENANT, "name": "Fabrikam",
                "subscriptions": [
                    { "id": subscription(3), "name": "Managed" },
                    { "id": subscription(4), "name": "dev", "state": "Disabled" },
                ],
            },
            {
                "id": "70000000-0000-4000-8000-000000000003", "name": "Strict",
                "error": "50076", "subscriptions": [{ "id": subscription(5), "name": "Unseen" }],
            },
            {
                "id": "70000000-0000-4000-8000-000000000004", "name": "Unasked",
                "error": "65001", "subscriptions": [],
            },
        ],
    })
}

#[test]
fn process_scope_touches_no_file() {
    let azure = Azure::start(&several_tenants());
    let home = azure.home();
    let session = home.session();
    let before = stored(&home);
    azure.connect(&home, &["--device-code", "--browser"]).expect(2);
    azure.connect(&home, &["--device-code", "--scope", "process"]).expect(7);
    assert_eq!(azure.requests().len(), 0, "refused before anybody is asked");
    let run = |more: &[&str]| {
        let args = ["connect", "--environment", "Test", "--device-code", "--scope", "process"];
        let mut command = session.command(&[&args, more].concat());
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    run(&[]).expect(7);
    let args = ["--confirm", &azure.origin(), "--subscription", "dev", "-o", "json"];
    run(&args).expect(5).says("several");
    let args = ["--confirm", &azure.origin(), "--subscription", "prod", "-o", "json"];
    let done = run(&args).expect(0).json();
    assert_eq!((&done["scope"], names(&done).len()), (&json!("process"), 4));
    assert_eq!(stored(&home), before);
    let secrets = session.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "access_token 2", "refresh_token -"]);
    assert!(secrets["secrets"].as_array().unwrap().iter().all(|s| s["scope"] == "process"));
    assert_eq!(kinds(&home.json(&["secret", "list"])), Vec::<String>::new());
    // The session remembers who was agreed to, and what is redeemed goes.
    run(&[]).expect(0);
    let secrets = session.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "access_token 2", "refresh_token -"]);
    assert_eq!(stored(&home), before);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 1);
}

#[test]
fn on_a_terminal_hosts_secrets_and_the_subscription_are_asked_for() {
    let azure = Azure::start(&one_tenant(subscriptions(1..4)));
    let home = azure.home();
    let as_application =
        ["--service-principal", "--application", APPLICATION, "--tenant", HOME_TENANT];
    let run = |steps: &[(&str, &str)], more: &[&str]| {
        let prepared = home
            .command(&[&["connect", "--environment", "Test"], &as_application[..], more].concat());
        let mut command = std::process::Command::new("python3");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/terminal.py");
        command.arg(script).arg(serde_json::to_string(steps).unwrap());
        command.arg(prepared.get_program()).args(prepared.get_args());
        command.env_clear().current_dir(home.path());
        command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem")).env("TERM", "xterm");
        ran(command.env("PATH", "/usr/local/bin:/usr/bin:/bin").output().unwrap())
    };
    let before = stored(&home);
    let asked = "Trust these hosts? [y/N]";
    let refused = run(&[(asked, "n\n")], &[]).expect(3);
    assert!(refused.stdout.contains(&azure.origin()), "{}", refused.stdout);
    run(&[(asked, "y\n"), ("Secret of the service principal", "\u{3}")], &[]).expect(3);
    assert_eq!((stored(&home), azure.requests()), (before.clone(), Vec::new()));

    let secret = "the client secret\n";
    let typed = [(asked, "y\n"), ("Secret of the service principal", secret)];
    let away = [&typed[..], &[("Sub 3", "\u{1b}")]].concat();
    run(&away, &[]).expect(3);
    assert_eq!(stored(&home), before);
    let second = [&typed[..], &[("Sub 3", "\u{1b}[B\r")]].concat();
    let shown = run(&second, &[]).expect(0).stdout;
    assert!(!shown.contains("the client secret"), "{shown}");
    let name = format!("Sub 2 ({})", subscription(2));
    assert_eq!(home.json(&["context", "list"])["active"], name);
    // Agreed to, and chosen: the same again asks for the secret alone.
    run(&typed[1..], &[]).expect(0);
    assert_eq!(home.json(&["context", "list"])["active"], name);

    let password = [("Password of", "pässword\n")];
    let pfx = certificates().join("client.pfx");
    run(&password, &["--certificate", pfx.to_str().unwrap()]).expect(0);
    let secrets = kinds(&home.json(&["secret", "list"]));
    let expected = ["access_token 1", "certificate 1", "certificate_password 1", "client_secret 1"];
    assert_eq!(secrets, expected);
}

#[test]
fn no_secret_is_printed_or_written_in_clear() {
    let azure = Azure::start(&several_tenants());
    let home = azure.home();
    let mut said = String::new();
    let principal = principal(&home, "the client secret");
    for way in [&["--device-code"][..], &words(&principal)] {
        for output in [&[][..], &["-o", "json"], &["-vv"]] {
            let more = ["--subscription", "Prod", "--context-name", "mine", "--force"];
            let ran = azure.connect(&home, &[way, &more, output].concat()).expect(0);
            said += &ran.stdout;
            said += &ran.stderr;
        }
    }
    for args in [&["audit", "log"][..], &["audit", "log", "-o", "json"], &["secret", "list"]] {
        said += &home.run(args).expect(0).stdout;
    }
    let mut secrets = azure.issued();
    assert!(secrets.len() > 10);
    secrets.push("the client secret".to_owned());
    let files = stored(&home);
    for secret in secrets {
        // The signature alone, too: a token is one with or without its head.
        let part = secret.rsplit('.').next().unwrap();
        assert!(!said.contains(part), "{part}");
        for (path, bytes) in &files {
            assert!(!contains(bytes, part.as_bytes()), "{part} in {}", path.display());
        }
    }
}
