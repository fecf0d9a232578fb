//! Commands that are killed at a system call.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::home::Home;
use crate::injection::{chosen, each, is_possible, points, run};
use crate::scenario::{self, End, SCENARIOS};

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
