//! `az account set`, `login`, `logout` and `account clear`.

use serde_json::json;

use crate::stack::{self, APPLICATION, HOME_TENANT, subscription, subscriptions};
use azvault_test_support::{Home, Ran, ran};

use super::{az, command, install};

fn names(said: &Ran) -> Vec<String> {
    said.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn az_account_set_is_use_in_a_session_and_the_default_elsewhere() {
    let home = Home::with_contexts();
    install(&home);
    home.run(&["unlock"]).expect(0);
    let list = home.json(&["context", "list"]);
    let contexts = list["contexts"].as_array().unwrap();
    let dev = contexts.iter().find(|own| own["name"] == "dev").unwrap();
    let (id, name) = (&dev["subscription"]["id"], &dev["subscription"]["name"]);
    let (id, name) = (id.as_str().unwrap(), name.as_str().unwrap());
    let default = || home.json(&["context", "list"])["default"].as_str().unwrap().to_owned();
    assert_eq!(default(), "prod");
    // In a session: there alone, and in words on stderr.
    let line = format!(
        "eval \"$(azvault session start)\"; az account set -s '{name}'; az account show --query id -o tsv"
    );
    let azvault = azvault_test_support::azvault();
    let folder = azvault.parent().unwrap().display();
    let said = az(&home, &format!("PATH=$PATH:{folder}; {line}")).expect(0);
    assert_eq!(names(&said), [id]);
    assert!(said.stderr.contains("\"dev\" is active"), "{}", said.stderr);
    assert_eq!(default(), "prod");
    // Elsewhere: for all shells, as az has it.
    let said = az(&home, &format!("az account set --subscription {id}")).expect(0);
    assert!(said.stdout.is_empty() && said.stderr.contains("\"dev\""), "{}", said.stderr);
    assert_eq!(default(), "dev");
    let said = az(&home, "az account set -n prod --only-show-errors").expect(0);
    assert_eq!((&*said.stdout, &*said.stderr, &*default()), ("", "", "prod"));
}

#[test]
fn az_login_is_connect_and_prints_what_az_prints() {
    let azure = stack::Azure::start(&stack::one_tenant(subscriptions(1..3)));
    let home = azure.home();
    install(&home);
    home.run(&["unlock"]).expect(0);
    let secret = home.secret_file("secret", "the client secret\n");
    let line = |rest: &str| format!("AZURE_CLOUD_NAME=Test az login --service-principal {rest}");
    let whole = format!("-u {APPLICATION} -t {HOME_TENANT} -p @{secret} --allow-no-subscriptions");
    // The server is not known yet: nothing is sent to it.
    az(&home, &line(&whole)).expect(1).says("--confirm");
    assert_eq!(azure.requests().len(), 0);
    let principal = stack::principal(&home, "the client secret\n");
    azure.connect(&home, &principal.iter().map(String::as_str).collect::<Vec<_>>()).expect(0);

    let said = az(&home, &line(&whole)).expect(0);
    let accounts = said.json();
    let ids: Vec<_> = accounts.as_array().unwrap().iter().map(|own| own["id"].clone()).collect();
    assert_eq!(ids, [json!(subscription(1)), json!(subscription(2))]);
    assert_eq!(accounts[0]["user"], json!({"name": APPLICATION, "type": "servicePrincipal"}));
    assert!(said.stderr.contains("is signed in"), "{}", said.stderr);
    let tsv = az(&home, &line(&format!("{whole} -o tsv --query [].cloudName"))).expect(0);
    assert_eq!(names(&tsv), ["Test", "Test"]);
    for secret in azure.issued() {
        assert!(!said.stdout.contains(&secret) && !said.stderr.contains(&secret));
    }
    // A secret as an argument is refused, and not repeated.
    for option in ["-p", "--password", "--federated-token"] {
        let rest = format!("-u {APPLICATION} -t {HOME_TENANT} {option} hush-hush");
        let said = az(&home, &line(&rest)).expect(1).says("@FILE");
        assert!(!said.stderr.contains("hush-hush"), "{}", said.stderr);
    }
}

#[test]
fn after_az_login_it_is_that_account_that_acts_also_in_a_session_and_in_exec() {
    let azure = stack::Azure::start(&stack::one_tenant(subscriptions(1..2)));
    let home = azure.home();
    install(&home);
    home.run(&["unlock"]).expect(0);
    let secret = home.secret_file("secret", "the client secret\n");
    let principal = stack::principal(&home, "the client secret\n");
    azure.connect(&home, &principal.iter().map(String::as_str).collect::<Vec<_>>()).expect(0);
    home.run(&["context", "select", "seed", "--scope", "user"]).expect(0);
    let azvault = azvault_test_support::azvault();
    let folder = azvault.parent().unwrap().display();
    let login = format!(
        "export AZURE_CLOUD_NAME=Test; az account show --query user.name -o tsv; az login \
         --service-principal -u {APPLICATION} -t {HOME_TENANT} -p @{secret} -o none && az account \
         show --query user.name -o tsv"
    );
    let in_session = "eval \"$(azvault session start)\"; azvault use seed >/dev/null";
    let shell = format!("sh -c '{login}'");
    for line in [format!("{in_session}; {login}"), format!("azvault exec seed -- {shell}"), login] {
        home.run(&["context", "select", "seed", "--scope", "user"]).expect(0);
        let said = az(&home, &format!("PATH=$PATH:{folder}; export PATH; {line}")).expect(0);
        assert_eq!(names(&said), ["old@x.example", APPLICATION], "{line}: {}", said.stderr);
    }
}

#[test]
fn az_logout_and_clear_ask_and_say_what_to_type_where_nobody_is_there() {
    let home = Home::with_contexts();
    install(&home);
    home.run(&["unlock"]).expect(0);
    let count = || home.json(&["context", "list"])["contexts"].as_array().unwrap().len();
    let before = count();
    for (line, typed) in [
        ("az logout", "azvault disconnect --yes"),
        ("az account clear", "azvault disconnect --all --yes"),
    ] {
        let said = az(&home, line).expect(1);
        said.says(&format!("Next: {typed}"));
        assert_eq!(count(), before);
    }
    // The line that is proposed does it.
    home.run(&["disconnect", "--yes"]).expect(0);
    assert!(count() < before);
    az(&home, "az logout --username nobody@x.example").expect(1).says("nobody@x.example");
}

#[test]
fn az_logout_signs_out_on_a_terminal_after_a_yes() {
    let home = Home::with_contexts();
    install(&home);
    home.run(&["unlock"]).expect(0);
    let azvault = ["az-shim", "run", "--", "logout"];
    home.on_terminal(&[("[y/N]", "n\n")], &azvault).expect(1);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 7);
    home.on_terminal(&[("[y/N]", "y\n")], &azvault).expect(0);
    assert!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len() < 7);
    let mut command = command(&home, "az account list --all --query '[].user.name' -o tsv");
    assert!(ran(command.output().unwrap()).expect(0).stdout.lines().count() < 7);
}
