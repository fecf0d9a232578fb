//! `harden`: which credentials can be copied, and what takes their place.

mod killed;
mod replace;

use serde_json::{Value, json};

use azvault_test_support::{Home, ran};

use crate::pkcs11::Tokened;
use crate::stack::{APPLICATION, principal};

/// The document, whatever there is to do.
fn listed(home: &Home) -> Value {
    home.run(&["harden", "-o", "json"]).json()
}

/// Kind, step and number of commands of each.
fn steps(document: &Value) -> Vec<(String, String, usize)> {
    let credentials = document["credentials"].as_array().unwrap().iter();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let commands = |one: &Value| one["commands"].as_array().unwrap().len();
    credentials.map(|one| (text(one, "kind"), text(one, "step"), commands(one))).collect()
}

fn step(kind: &str, step: &str, commands: usize) -> (String, String, usize) {
    (kind.to_owned(), step.to_owned(), commands)
}

#[test]
fn the_worst_comes_first_with_what_takes_its_place_and_no_value() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let json = home.run(&["harden", "-o", "json"]).expect(10);
    let document = json.json();
    let ranks: Vec<u64> = document["credentials"].as_array().unwrap().iter().map(rank).collect();
    assert!(
        ranks.is_sorted() && ranks.first() == Some(&1) && ranks.last() == Some(&2),
        "{ranks:?}"
    );
    let steps = steps(&document);
    let to_do = steps.iter().filter(|(_, step, _)| step != "none").count();
    assert_eq!(document["to_do"], to_do);
    assert!(steps.contains(&step("client_secret", "key_on_token", 2)), "{steps:?}");
    assert!(steps.iter().all(|(kind, ..)| kind != "access_token" && kind != "id_token"));

    // What was imported lately is used lately, unless its file says otherwise.
    let table = home.run(&["harden"]).expect(10).says("could be made safer");
    let table = table.says("what is said to type, then azvault harden again");
    let tsv = home.run(&["harden", "-o", "tsv"]).expect(10);
    for secret in home.json(&["secret", "list", "--reveal"])["secrets"].as_array().unwrap() {
        let value = secret["value"].as_str().unwrap();
        for out in [&json.stdout, &table.stdout, &tsv.stdout] {
            assert!(value.len() < 8 || !out.contains(value), "a value of {}", secret["kind"]);
        }
    }
    for line in tsv.stdout.lines() {
        assert_eq!(line.split('\t').count(), 6, "{line}");
    }
}

fn rank(one: &Value) -> u64 {
    one["blast_radius"]["rank"].as_u64().unwrap()
}

#[test]
fn a_vault_without_credentials_has_nothing_to_harden() {
    let home = Home::with_agent();
    home.run(&["harden"]).expect(0).says("no credential here lives longer than hours");
    assert_eq!(listed(&home), json!({ "schema": 1, "to_do": 0, "credentials": [] }));
    home.run(&["lock"]).expect(0);
    let locked = home.command(&["harden"]).env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap();
    ran(locked).expect(14);
}

#[test]
fn a_key_on_a_token_is_no_copy_and_what_it_replaced_is_left_over() {
    let Some(tokened) = Tokened::new() else { return };
    let (home, azure) = (&tokened.home, &tokened.azure);
    home.run(&["unlock"]).expect(0);
    let secret = principal(home, "the client secret\n");
    let secret: Vec<&str> = secret.iter().map(String::as_str).collect();
    azure.connect(home, &secret).expect(0);
    let document = listed(home);
    assert_eq!(steps(&document), [step("client_secret", "key_on_token", 2)]);
    assert_eq!(document["credentials"][0]["blast_radius"]["works_as_copy"], true);

    // What is said to type, with what only a person knows.
    let uri = tokened.make(APPLICATION);
    let commands = document["credentials"][0]["commands"].as_array().unwrap();
    let typed = commands[1].as_str().unwrap().replace("LABEL", "hsm");
    assert!(typed.contains(&uri), "{typed} for {uri}");
    tokened.connect(&uri, &[]).expect(0);
    let document = listed(home);
    let left = [step("client_secret", "remove_replaced", 1), step("pkcs11_key", "done", 0)];
    assert_eq!(steps(&document), left);
    assert_eq!(document["credentials"][1]["blast_radius"]["works_as_copy"], false);
    assert_eq!(document["to_do"], 1);
    let shown = home.run(&["harden"]).expect(10).stdout;
    assert!(shown.contains("the key is on a token, and cannot be copied"), "{shown}");
}
