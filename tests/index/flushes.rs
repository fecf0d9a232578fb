//! How often a change waits for the disk, counted by `strace` on this very test.

use std::fs;
use std::path::Path;
use std::process::Command;

use azvault_test_support::vault::entry;
use azvault_test_support::{has, not_run};
use azvault_vault::{Change, Problem};

use super::Held;

/// Says which change the process that is counted makes.
const WHAT: &str = "AZVAULT_TEST_FLUSHES";

/// Flushes of a test process that makes so many of a change.
fn flushes(what: &str, times: usize) -> usize {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let ran = Command::new("strace")
        .args(["-f", "-qqq", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(trace.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "flushes::of_one_process"])
        .env(WHAT, format!("{what} {times}"))
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    fs::read_to_string(trace.path()).unwrap().matches("sync(").count()
}

fn log(number: usize) -> Change<'static, (), Problem> {
    Box::new(move |writing| writing.log(entry(&format!("token {number}"))))
}

#[test]
fn of_one_process() {
    let Ok(asked) = std::env::var(WHAT) else { return };
    let (what, times) = asked.split_once(' ').unwrap();
    let mut held = Held::with(3);
    if what != "alone" {
        held.vault.remember_later();
    }
    for number in 0..times.parse().unwrap() {
        let changes = if what == "together" { 256 } else { 1 };
        let results = held.vault.write_together((number..number + changes).map(log));
        assert!(results.iter().all(Result::is_ok));
    }
}

#[test]
fn a_group_waits_for_the_disk_as_often_as_one_change() {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !has("strace") || !works.is_ok_and(|status| status.success()) {
        not_run("strace counts the flushes");
        return;
    }
    // What making the vault costs, and letting it go, falls out.
    let of_each = |what| (flushes(what, 4) - flushes(what, 2)) / 2;
    let [alone, held, together] = ["alone", "held", "together"].map(of_each);
    println!(
        "figure: flushes of a change {alone}, by a handle that is held {held}, of 256 {together}"
    );
    assert_eq!((alone, held, together), (7, 5, 5));
}

fn remembered(anchors: &Path) -> String {
    let file = fs::read_dir(anchors).unwrap().next().unwrap().unwrap();
    fs::read_to_string(file.path()).unwrap()
}

#[test]
fn what_this_machine_remembers_lags_behind_a_held_handle_and_catches_up() {
    let mut held = Held::with(3);
    let anchors = held.world.join("anchors");
    held.vault.remember_later();
    let before = remembered(&anchors);
    held.vault.write_together([log(1)]);
    held.vault.write(|writing| writing.log(entry("use"))).unwrap();
    assert_eq!(remembered(&anchors), before);
    held.vault.remember_newest();
    assert_eq!(held.vault.anchor_error(), None);
    let named = |generation| format!("\"generation\":{generation},");
    assert!(remembered(&anchors).contains(&named(held.vault.generation())));
    // Nor is it lost with the handle; and never does it run ahead of the file.
    held.vault.write(|writing| writing.log(entry("use"))).unwrap();
    let (world, generation) = (held.world, held.vault.generation());
    assert!(!remembered(&anchors).contains(&named(generation)));
    drop(held.vault);
    assert!(remembered(&anchors).contains(&named(generation)));
    let opened = world.open(&world.path(), &anchors).unwrap();
    assert_eq!(opened.anchor_found(), azvault_vault::AnchorFound::Good);
}
