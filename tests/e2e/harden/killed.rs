//! `harden APPLICATION --key`, killed at each request that it makes.

use std::path::Path;
use std::process::{Child, Stdio};
use std::{fs, thread, time};

use serde_json::json;

use super::replace::Hardened;
use crate::pkcs11::PIN;

/// Ends it as a crash does.
fn killed(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Whether the request that is held is there; `false` where the command has ended before.
fn held(file: &Path, child: &mut Child) -> bool {
    for _ in 0..3000 {
        if file.exists() {
            return true;
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(0));
            return false;
        }
        thread::sleep(time::Duration::from_millis(10));
    }
    panic!("neither held nor ended");
}

/// Kills the command at each request that it, or a renewer for it, makes; each time what is stored signs in, and
/// the same command goes on to the end.
fn is_killed_at_each_step(effect: &str, more: &[&str]) {
    let Some(hardened) = Hardened::new() else { return };
    let azure = &hardened.tokened.azure;
    let pin = hardened.tokened.pin_file(PIN);
    let mut at = 0;
    loop {
        hardened.begin_again();
        // The agent has the PIN, for the command and for the test.
        hardened.harden(&["--dry-run"]).expect(0);
        let run = format!("{effect} {at} {more:?}");
        hardened.scenario("hold", json!({ "run": run, "at": at, "effect": effect }));
        let words = hardened.words(&[&["--yes", "--pin-file", &pin], more].concat());
        let mut command = hardened.tokened.command(&words);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let is_held = held(&azure.file("held"), &mut child);
        hardened.scenario("hold", json!(null));
        if !is_held {
            break;
        }
        killed(child);
        fs::write(azure.file("go"), "").unwrap();
        hardened.signs_in("Sub 1");
        hardened.signs_in("Sub 2");
        hardened.harden(&["--yes"]).expect(0);
        hardened.is_replaced();
        at += 1;
    }
    hardened.is_replaced();
    assert!(at >= 9, "{at} requests");
    let alone = if more.is_empty() { "" } else { ", without an agent" };
    println!(
        "figure: killed {effect} each of {at} requests{alone}: {at} times what was stored signed in, and the next \
         run replaced it"
    );
}

#[test]
fn killed_before_each_step_a_credential_works_and_it_goes_on() {
    is_killed_at_each_step("before", &[]);
}

#[test]
fn killed_after_each_step_a_credential_works_and_it_goes_on() {
    is_killed_at_each_step("after", &[]);
}

#[test]
fn killed_with_the_vault_open_a_credential_works_and_it_goes_on() {
    is_killed_at_each_step("after", &["--no-agent"]);
}
