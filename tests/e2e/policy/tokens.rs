//! Policies about whose tokens there are, and how old they get.

use std::path::Path;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Locked, Opener};
use rustix::process::Signal;
use serde_json::json;

use super::of_user;
use crate::azure::{Azure, CACHED, PRINCIPAL, seen};
use crate::machine::{Machine, SYSTEM, can_be_made};
use crate::stack;
use azvault_test_support::{Home, PASSPHRASE, eventually, ran, signal};

#[test]
fn only_contexts_of_allowed_environments_and_tenants_act() {
    if !can_be_made() {
        return;
    }
    // `gov` is in another cloud, `shared` and `tenant` in another tenant.
    let machine = Machine::with(
        "environments = [\"azurecloud\"]\ntenants = [\"72F00000-0000-4000-8000-000000000001\"]\n",
    );
    let home = Home::with_contexts();
    let session = home.session();
    for (name, line) in [("gov", 1), ("shared", 2), ("tenant", 2)] {
        session.run(&["use", name]).expect(0);
        session.run(&["use", "prod"]).expect(0);
        for args in [
            &["use", name][..],
            &["context", "select", name],
            &["context", "select", name, "--scope", "user"],
            &["exec", name, "--", "/bin/true"],
            &["shell", name],
            &["token", "--context", name],
            &["subscription", "list", "--refresh", "--context", name],
            &["context", "set", "new", "--tenant", "t", "--context", name],
        ] {
            machine.refuses(&home, &session.command(args), line);
        }
    }
    let other = ["context", "set", "new", "--tenant", "72f00000-0000-4000-8000-000000000002"];
    machine.refuses(&home, &session.command(&other), 2);
    machine.refuses(&home, &session.command(&["token", "--tenant", "t"]), 2);
    for (args, line) in [
        (&["--environment", "AzureChinaCloud", "--device-code"][..], 1),
        (&["--tenant", "contoso.example", "--device-code"], 2),
    ] {
        let connect = home.command(&[&["connect"], args].concat());
        machine.refuses(&home, &connect, line);
    }
    machine.run(&session.command(&["use", "dev"])).expect(0);
    machine.run(&session.command(&["exec", "dev", "--", "/bin/true"])).expect(0);
    // They can be looked at, and removed.
    let check = machine.run(&session.command(&["policy", "check"])).expect(10);
    assert_eq!(check.stdout.matches("may not be used").count(), 3, "{}", check.stdout);
    let expected = format!("{SYSTEM} line 1: the context \"gov\" may not be used");
    assert!(check.stdout.contains(&expected), "{}", check.stdout);
    assert!(check.stdout.contains("azvault context remove gov"), "{}", check.stdout);
    machine.run(&home.command(&["context", "show", "gov"])).expect(0);
    machine.run(&home.command(&["context", "remove", "gov", "--yes"])).expect(0);
}

/// Has the agent live on that machine: it reads the policy itself.
fn move_agent(azure: &Azure, machine: &Machine) {
    end_agent(azure);
    machine.run(&azure.command(&["unlock"])).expect(0);
}

fn end_agent(azure: &Azure) {
    let status = azure.home.run(&["status", "-o", "json"]).expect(0).json();
    let agent = u32::try_from(status["agent"]["pid"].as_u64().unwrap()).unwrap();
    signal(agent, Signal::TERM);
    eventually("the agent is gone", || !Path::new(&format!("/proc/{agent}")).exists());
}

#[test]
fn a_tenant_that_is_not_allowed_gets_no_question_and_no_token() {
    if !can_be_made() {
        return;
    }
    let azure = Azure::with(&["good-policy.example", "good-forbidden.example"]);
    let machine = Machine::with("tenants = [\"good-policy.example\"]");
    move_agent(&azure, &machine);
    let token = |args: &[&str]| azure.command(&[&["token"], args].concat());
    assert!(machine.run(&token(&[])).expect(0).stdout.starts_with("at."));
    let asked = seen("good-forbidden.example").len();
    let forbidden = ["--context", "good-forbidden.example"];
    machine.refuses(&azure.home, &token(&forbidden), 1);
    machine.refuses(&azure.home, &token(&["--tenant", "good-forbidden.example"]), 1);
    let az = "account get-access-token --tenant good-forbidden.example -o json";
    let words: Vec<&str> = ["az-shim", "run", "--"].into_iter().chain(az.split(' ')).collect();
    let shim = machine.run(&azure.command(&words)).expect(1);
    let shim = shim.says("refused by /etc/azvault/policy.toml line 1");
    assert!(!shim.stderr.contains("az login"), "{}", shim.stderr);

    assert_eq!(seen("good-forbidden.example").len(), asked, "nobody was asked");
    end_agent(&azure);
    azure.home.run(&["unlock"]).expect(0);
    azure.run(&["token", "--context", "good-forbidden.example"]).expect(0);
    assert!(seen("good-forbidden.example").len() > asked);
    // What is in the cache is not handed out either.
    move_agent(&azure, &machine);
    machine.refuses(&azure.home, &token(&forbidden), 1);
}

#[test]
fn an_endpoint_that_is_open_already_obeys_too() {
    let azure = Azure::with(&["good-doorpolicy.example"]);
    let script = r#"
import json, os, sys, urllib.error, urllib.parse, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def ask():
    query = urllib.parse.urlencode({"api-version": "2019-08-01", "resource": "https://vault.azure.net"})
    request = urllib.request.Request(os.environ["IDENTITY_ENDPOINT"] + "?" + query,
        headers={"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]})
    try:
        return direct.open(request).status
    except urllib.error.HTTPError as error:
        return error.code
first = ask()
open(sys.argv[1], "w").write('tenants = ["elsewhere"]')
print(first, ask())
"#;
    let file = of_user(&azure.home, "");
    let mut command = azure.command(&["exec", "--", "python3", "-c", script, &file]);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let said = ran(command.output().unwrap()).expect(0).stdout;
    assert_eq!(said.trim_end(), "200 400");
}

#[test]
fn connect_leaves_out_tenants_that_are_not_allowed_and_stores_nothing_of_others() {
    if !can_be_made() {
        return;
    }
    let azure = stack::Azure::start(&crate::connect::several_tenants());
    let home = azure.home();
    let args = ["--device-code", "--subscription", "prod", "-o", "json"];
    let allowed = Machine::with(format!("tenants = [\"{}\"]", stack::HOME_TENANT));
    let done = allowed.run(&azure.prepared(&home, &args)).expect(0);
    let done = done.says(&format!("was left out: refused by {SYSTEM} line 1")).json();
    let contexts = done["contexts"].as_array().unwrap();
    assert!(contexts.iter().all(|context| context["tenant"]["id"] == stack::HOME_TENANT), "{done}");
    assert_eq!(done["skipped"].as_array().unwrap().len(), 3);
    let list = home.json(&["secret", "list"]);
    assert!(!list.to_string().contains(stack::OTHER_TENANT), "{list}");

    // Which tenant a person is in turns out when they have signed in.
    let home = azure.home();
    let other = Machine::with(format!("\ntenants = [\"{}\"]", stack::OTHER_TENANT));
    other.refuses(&home, &azure.prepared(&home, &["--device-code"]), 2);
    assert_eq!(home.json(&["secret", "list"])["secrets"], json!([]));
}

/// A token for Key Vault in the vault, which came so many seconds ago.
fn plant(home: &Home, tenant: &str, age: i64) {
    let passphrase = Secret::copied_from(PASSPHRASE.as_bytes());
    let anchors = home.join(".local/state/azvault/anchors");
    let locked = Locked::open(&home.vault()).unwrap();
    let mut vault = locked.unlock(&Opener::Passphrase(&passphrase), &anchors).unwrap();
    let about = SecretDescription {
        account: Some(PRINCIPAL.into()),
        tenant: Some(tenant.into()),
        environment: Some("Test".into()),
        target: Some("https://vault.azure.net".into()),
        expires_on: Some(4_102_444_800),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let came = i64::try_from(now.as_secs()).unwrap() - age;
    let value = Secret::copied_from(b"at-planted-before");
    vault.write(|writing| writing.add_secret(&about, &value, came)).unwrap();
}

#[test]
fn a_token_of_the_cache_that_is_too_old_is_renewed() {
    if !can_be_made() {
        return;
    }
    let tenant = "good-aged.example";
    let azure = Azure::with(&[tenant]);
    plant(&azure.home, tenant, 3600);
    let name = format!("sp-{tenant}");
    let token = azure.command(&["token", "--resource", "keyvault", "--context", &name]);
    let printed = |machine: &Machine| {
        move_agent(&azure, machine);
        machine.run(&token).expect(0).stdout.trim_end().to_owned()
    };
    assert_eq!(printed(&Machine::with("token.cache = \"2h\"")), "at-planted-before");
    let short = Machine::with("token.cache = \"30m\"");
    let new = printed(&short);
    assert_ne!(new, "at-planted-before");
    assert_eq!(printed(&short), new, "which is young");
    assert!(!azure.values("access_token").contains(&"at-planted-before".to_owned()), "it is gone");
    assert!(azure.values("access_token").contains(&CACHED.to_owned()), "of another account");
}
