//! A process that asks an endpoint again seconds after it was given a token.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::azure::{ARM, Azure, certificates, seen};
use crate::endpoint::{ASKING, Asking};
use crate::stack::{self, one_tenant, subscriptions};

/// Longer than a token counts as new.
const OLD: Duration = Duration::from_secs(21);

/// Longer than a moment, in which several credentials of one program ask.
const LATER: Duration = Duration::from_millis(2100);

/// The same question twice at a time, each on a connection of its own.
fn twice(asking: &mut Asking) -> [String; 2] {
    [(); 2].map(|()| asking.token(ARM))
}

/// What processes get of a tenant whose token is old by the time they ask.
fn a_new_one_comes_once(tenant: &str, args: &[&str]) {
    let azure = Azure::with(&[tenant]);
    let old = azure.token(&[]);
    azure.home.run(&["lock"]).expect(0);
    azure.home.run(&["unlock"]).expect(0);
    let [mut one, mut other, mut late] = [(); 3].map(|()| Asking::start(&azure, args));
    sleep(OLD);
    let count = || seen(tenant).len();
    let before = count();
    assert_eq!(twice(&mut one), [old.clone(), old.clone()], "at one moment");
    assert_eq!(twice(&mut other), [old.clone(), old.clone()]);
    sleep(LATER);
    assert_eq!(late.token(ARM), old, "another process, which asks for the first time");
    assert_eq!(count(), before);
    let [new, same] = twice(&mut one);
    assert_ne!(new, old);
    assert_eq!(same, new);
    assert_eq!(count(), before + 1);
    // What came is for all, and is not asked for again by those who had the one before.
    assert_eq!(azure.token(&[]), new);
    assert_eq!(twice(&mut other), [new.clone(), new.clone()]);
    for _ in 0..2 {
        sleep(LATER);
        assert_eq!(one.token(ARM), new, "a program that keeps no token");
    }
    assert_eq!(count(), before + 1);
    for asking in [one, other, late] {
        asking.ends();
    }
}

#[test]
fn a_process_that_asks_again_gets_a_new_token_once_and_others_the_same() {
    a_new_one_comes_once("good-again.example", &["exec"]);
}

#[test]
fn so_it_is_where_the_endpoint_has_the_keys() {
    a_new_one_comes_once("good-againalone.example", &["exec", "--no-agent"]);
}

#[test]
fn where_no_new_one_is_to_be_had_it_keeps_the_one_that_it_had() {
    let mut scenario = one_tenant(subscriptions(1..2));
    let azure = stack::Azure::start(&scenario);
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let mut command: Command = home.command(&["exec", "--", "python3", "-c", ASKING]);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    let mut asking = Asking::of(command, Path::new("/bin/sh"));
    let resource = "https://vault.test";
    let token = asking.token(resource);
    sleep(OLD);
    assert_eq!(asking.token(resource), token);
    scenario["busy"] = json!(resource);
    azure.becomes(&scenario);
    let before = azure.requests().len();
    sleep(LATER);
    assert_eq!(asking.token(resource), token);
    assert_eq!(azure.requests().len(), before + 1, "it was asked for");
    asking.ends();
}
