//! What the wrapper hands to the real az behind it: signed in by the vault, once, and with az's own settings.

use std::fs;

use serde_json::Value;

use crate::azure::{Azure, CACHED};
use azvault_test_support::{Home, Ran, azvault, ran};

use super::{az, command, install, installed, program};

/// Says what a real az would see: its folder, its accounts, and a token of the endpoint.
const REAL: &str = r#"#!/usr/bin/env python3
import json, os, sys, urllib.request
folder = os.environ.get("AZURE_CONFIG_DIR", os.path.expanduser("~/.azure"))
def read(name):
    try:
        return open(os.path.join(folder, name), encoding="utf-8-sig").read()
    except OSError:
        return None
token = None
if "IDENTITY_ENDPOINT" in os.environ:
    address = os.environ["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=https://vault.azure.net"
    asked = urllib.request.Request(address, headers={"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    token = json.load(opener.open(asked))["access_token"]
json.dump({
    "words": sys.argv[1:], "folder": folder, "profile": read("azureProfile.json"), "config": read("config"),
    "extensions": os.path.realpath(os.path.join(folder, "cliextensions")), "token": token,
    "parent": os.getppid(), "passphrase": os.environ.get("AZVAULT_PASSPHRASE_FILE"),
}, sys.stdout)
sys.exit(7)
"#;

/// A line with that az behind the wrapper.
fn behind(home: &Home, line: &str) -> Ran {
    let real = home.join("real");
    az(home, &format!("PATH=$PATH:{}; {line}", real.display()))
}

fn with_real(tenants: &[&str]) -> Azure {
    let azure = installed(tenants);
    program(&azure.home, "real", REAL);
    fs::create_dir_all(azure.home.join(".azure/cliextensions")).unwrap();
    fs::write(azure.home.join(".azure/config"), "[defaults]\ngroup = mine\n").unwrap();
    azure
}

/// The subscription that is the default of the profile that az sees.
fn default(seen: &Value) -> String {
    let profile: Value = serde_json::from_str(seen["profile"].as_str().unwrap()).unwrap();
    let subscriptions = profile["subscriptions"].as_array().unwrap().clone();
    let default = subscriptions.into_iter().find(|own| own["isDefault"] == true).unwrap();
    default["tenantId"].as_str().unwrap().to_owned()
}

#[test]
fn the_rest_runs_in_exec_with_azs_own_settings_and_its_exit_code() {
    let azure = with_real(&["good-rest.example", "good-rest2.example"]);
    let seen = behind(&azure.home, "az group list -o 'a b'").expect(7).json();
    assert_eq!(seen["words"], serde_json::json!(["group", "list", "-o", "a b"]));
    assert_eq!((&seen["token"], &*default(&seen)), (&CACHED.into(), "good-rest.example"));
    assert!(seen["config"].as_str().unwrap().contains("group = mine"), "{seen}");
    let own = azure.home.join(".azure/cliextensions").canonicalize().unwrap();
    assert_eq!(seen["extensions"], own.to_str().unwrap());
    assert_ne!(seen["folder"], azure.home.join(".azure").to_str().unwrap());
    // It is no child of azvault: signals, terminal and exit code are az's own.
    let shown = behind(&azure.home, "az account show --query tenantId -o tsv").expect(0).stdout;
    assert_eq!(shown.trim_end(), default(&seen));
    for left in ["azureProfile.json", "msal_token_cache.json"] {
        assert!(!azure.home.join(".azure").join(left).exists(), "{left}");
    }
}

#[test]
fn one_question_has_one_answer_in_exec_and_outside_of_it() {
    let azure = with_real(&["good-in.example", "good-out.example"]);
    let path = format!(
        "export PATH={}:$PATH:{}",
        azure.home.join("bin").display(),
        azure.home.join("real").display()
    );
    let exec = |name: &str, line: &str| {
        azure.run(&["exec", name, "--", "sh", "-c", &format!("{path}; {line}")])
    };
    for name in ["good-in.example", "good-out.example"] {
        let told = exec(name, "az account show --query tenantId -o tsv").expect(0).stdout;
        let done = exec(name, "az group list").expect(7).json();
        assert_eq!((told.trim_end(), &*default(&done)), (name, name));
        // The endpoint is the command's own, and not another one in it.
        let line = "echo $IDENTITY_ENDPOINT >&2; az group list";
        let folder = exec(name, &format!("echo $AZURE_CONFIG_DIR >&2; {line}"));
        let first = folder.stderr.lines().next().unwrap().to_owned();
        assert_eq!(folder.expect(7).json()["folder"], first);
    }
    // What is chosen in it, both see; outside of it nothing is changed.
    let line = "az account set -n good-out.example && az account show --query tenantId -o tsv >&2; \
                az group list";
    let said = exec("good-in.example", line);
    assert!(said.stderr.contains("\ngood-out.example\n"), "{}", said.stderr);
    assert_eq!(default(&said.expect(7).json()), "good-out.example");
    let outside = az(&azure.home, "az account show --query tenantId -o tsv").expect(0).stdout;
    assert_eq!(outside, "good-in.example\n");
}

#[test]
fn a_subscription_that_is_named_decides_who_acts() {
    let home = Home::with_contexts();
    install(&home);
    home.run(&["unlock"]).expect(0);
    program(&home, "real", REAL.replace("if \"IDENTITY", "if 0 and \"IDENTITY").as_str());
    let contexts = home.json(&["context", "list"]);
    let all = contexts["contexts"].as_array().unwrap();
    let of = |name: &str| all.iter().find(|own| own["name"] == name).unwrap().clone();
    for name in ["dev", "prod", "ci"] {
        let context = of(name);
        let id = context["subscription"]["id"].as_str().unwrap();
        for option in ["--subscription ", "--subscription=", "--subs "] {
            let option = format!("{option}{id}");
            let seen = behind(&home, &format!("az group list {option}")).expect(7).json();
            let profile = seen["profile"].as_str().unwrap();
            let profile: Value = serde_json::from_str(profile).unwrap();
            let all = profile["subscriptions"].as_array().unwrap();
            let default = all.iter().find(|own| own["isDefault"] == true).unwrap();
            assert_eq!(default["id"], id, "{name}");
        }
    }
    behind(&home, "az group list --subscription nothing").expect(1).says("\"nothing\"");
}

#[test]
fn what_changes_az_itself_is_not_taken_away_with_a_folder_of_exec() {
    let azure = with_real(&["good-config.example"]);
    let own = azure.home.join(".azure");
    for line in
        ["config set core.output=table", "extension add -n x", "--version", "version", "vm --help"]
    {
        let seen = behind(&azure.home, &format!("az {line}")).expect(7).json();
        assert_eq!(seen["folder"], own.to_str().unwrap(), "{line}");
        assert!(seen["token"].is_null(), "{line}");
    }
    // Also while the vault is locked; the rest ends at once, with the reason.
    azure.home.run(&["lock"]).expect(0);
    behind(&azure.home, "az config get").expect(7);
    let said = behind(&azure.home, "az group list").expect(1);
    assert!(!said.stderr.contains("az login"), "{}", said.stderr);
    said.says("locked").says("azvault unlock");
}

#[test]
fn signing_in_and_choosing_are_never_left_to_the_real_az() {
    let azure = with_real(&["good-never.example"]);
    for line in [
        "login --nonsense",
        "login -u a -p b",
        "logout --nonsense",
        "account set",
        "account set --nonsense",
        "account clear --nonsense",
        "Login --nonsense",
        "LOGOUT --nonsense",
        "Account Set --nonsense",
    ] {
        let said = behind(&azure.home, &format!("az {line}"));
        assert!(matches!(said.code, 1 | 2) && said.stdout.is_empty(), "{line}: {}", said.stderr);
    }
    behind(&azure.home, "az login --help").expect(7);
}

#[test]
fn it_does_not_start_itself() {
    let home = Home::with_contexts();
    install(&home);
    home.run(&["unlock"]).expect(0);
    // Another copy of it, and a link to it, are passed over.
    let copies = "mkdir ~/a ~/b; cp ~/bin/az ~/a/az; ln -s ~/bin/az ~/b/az; PATH=$PATH:~/a:~/b; \
                  az group list";
    az(&home, copies).expect(2).says("install Azure CLI");
    // A program of one's own that starts `az` would go round for ever.
    program(&home, "real", "#!/bin/sh\nexec az \"$@\"\n");
    let said = behind(&home, "az group list").expect(1);
    said.says("starts this az again");
    // One that asks az for something on its way does not.
    program(&home, "real", "#!/bin/sh\naz account show --query user.name -o tsv\nexit 7\n");
    let said = behind(&home, "az group list").expect(7);
    assert!(said.stdout.contains('@'), "{}", said.stdout);
}

#[test]
fn without_an_agent_it_is_the_same() {
    let azure = with_real(&["good-alone.example"]);
    let mut command = command(&azure.home, "PATH=$PATH:~/real; az group list");
    command.env("AZVAULT_NO_AGENT", "1");
    command.env("AZVAULT_PASSPHRASE_FILE", azure.home.join("passphrase"));
    let seen = ran(command.output().unwrap()).expect(7).json();
    assert_eq!((&seen["token"], &seen["passphrase"]), (&CACHED.into(), &Value::Null));
}

#[test]
fn in_exec_without_an_agent_the_endpoint_answers_and_nothing_is_chosen() {
    let azure = with_real(&["good-alone2.example"]);
    azure.home.run(&["lock"]).expect(0);
    let in_exec = |line: &str| {
        let program = azvault().display();
        let line = format!("PATH=$PATH:~/real; {program} exec --no-agent -- {line}");
        let mut command = command(&azure.home, &line);
        command.env("AZVAULT_PASSPHRASE_FILE", azure.home.join("passphrase"));
        ran(command.output().unwrap())
    };
    for line in ["account show", "account list --all", "account get-access-token"] {
        let seen = in_exec(&format!("az {line}")).expect(7).json();
        assert_eq!(seen["words"], Value::from(line.split(' ').collect::<Vec<_>>()));
        assert_eq!(seen["token"], CACHED);
    }
    let refused = in_exec("az account set -s 5b000000-0000-4000-8000-0000000000aa").expect(1);
    assert!(refused.stderr.contains("locked"), "{}", refused.stderr);
}
