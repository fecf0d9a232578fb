//! Commands that are killed at a system call.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::injection::{chosen, each, is_possible, points, run};
use crate::scenario::{self, End, SCENARIOS};
use azvault_test_support::{CHEAP, Home};

#[test]
fn a_command_that_is_killed_leaves_before_or_after_and_can_be_repeated() {
    if !is_possible() {
        return;
    }
    let template = Home::with_vault();
    let (mut all, killed) = (0, AtomicUsize::new(0));
    for scenario in SCENARIOS {
        let ends = scenario.ends(&template);
        assert_ne!(ends[0], ends[1], "{} changes nothing", scenario.name);
        let points = points(&scenario.prepare(&template).home, scenario.command);
        let points = chosen(points, 5);
        all += points.len();
        each(&points, |point| {
            let prepared = scenario.prepare(&template);
            let ran = run(&prepared.home, scenario.command, point, "signal=KILL");
            println!("{} at {} {}: {}", scenario.name, point.call, point.nth, ran.code);
            killed.fetch_add(usize::from(ran.code < 0), Ordering::Relaxed);
            scenario.check(&prepared, &ends, End::of(ran.code));
        });
    }
    let killed = killed.into_inner();
    assert!(killed * 10 > all * 9, "{killed} of {all} were killed");
    println!(
        "figure: {killed} kills ({}): 0 vaults neither as before nor as after, 0 acknowledged changes lost, 0 \
         originals lost, {killed} repeated to the same content",
        scenario::names()
    );
}

/// Regular files of a home but what every test has in it.
fn left(home: &Home) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![home.path().to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(home.path()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.retain(|name| name != "passphrase" && !name.contains("/anchors/"));
    found.sort();
    found
}

#[test]
fn an_init_that_is_killed_leaves_a_whole_vault_or_no_file() {
    if !is_possible() {
        return;
    }
    let with_code = [&["init", "--recovery-file", "code"], &CHEAP[..]].concat();
    let without = [&["init", "--no-recovery"], &CHEAP[..]].concat();
    let (runs, killed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for command in [&with_code[..], &without] {
        let points = chosen(points(&Home::empty(), command), 12);
        each(&points, |point| {
            let home = Home::empty();
            let ran = run(&home, command, point, "signal=KILL");
            runs.fetch_add(1, Ordering::Relaxed);
            killed.fetch_add(usize::from(ran.code < 0), Ordering::Relaxed);
            match left(&home).iter().map(String::as_str).collect::<Vec<_>>()[..] {
                // In the last moment, the code of a vault that was not made.
                [] | ["code"] => {}
                [".local/share/azvault/vault.db"] | [".local/share/azvault/vault.db", "code"] => {
                    home.run(&["verify"]).expect(0);
                    assert_eq!(home.join("code").exists(), command.contains(&"code"));
                }
                ref other => panic!("{} {}: {other:?}", point.call, point.nth),
            }
        });
    }
    let (runs, killed) = (runs.into_inner(), killed.into_inner());
    assert!(killed * 10 > runs * 9, "{killed} of {runs} were killed");
}
