//! System calls that fail.

use crate::injection::{Extent, chosen, each, is_possible, points, run};
use crate::scenario::{self, End, SCENARIOS};
use azvault_test_support::Home;

const ERRORS: [&str; 3] = ["EIO", "ENOSPC", "EINTR"];

/// What the help of azvault promises.
const PUBLISHED: std::ops::RangeInclusive<i32> = 0..=14;

#[test]
fn a_call_that_fails_is_a_clear_error_and_nothing_is_half_done() {
    if !is_possible() {
        return;
    }
    let template = Home::with_vault();
    let mut all = 0;
    for scenario in SCENARIOS {
        let ends = scenario.ends(&template);
        let points = points(&scenario.prepare(&template).home, scenario.command);
        let points = chosen(points, 6);
        // In full each call fails in every way, else in one of them, the next one in another.
        let ways = match Extent::asked() {
            Extent::Full => ERRORS.len(),
            Extent::Sample | Extent::Table => 1,
        };
        for way in 0..ways {
            all += points.len();
            let numbered: Vec<_> = points.iter().enumerate().collect();
            each(&numbered, |(number, point)| {
                let error = ERRORS[(number + way) % ERRORS.len()];
                let prepared = scenario.prepare(&template);
                let what = format!("error={error}");
                let ran = run(&prepared.home, scenario.command, point, &what);
                let place = format!("{}: {error} at {} {}", scenario.name, point.call, point.nth);
                println!("{place}: {}", ran.code);
                assert!(PUBLISHED.contains(&ran.code), "{place}: {}: {}", ran.code, ran.stderr);
                assert!(!ran.stderr.contains("panicked"), "{place}: {}", ran.stderr);
                // What cannot be written to stderr is not there.
                let is_said = ["error:", "found:"].iter().any(|word| ran.stderr.contains(word));
                assert!(
                    is_said || ran.code == 0 || point.call == "write",
                    "{place}: {}",
                    ran.stderr
                );
                scenario.check(&prepared, &ends, End::of(ran.code));
            });
        }
    }
    println!(
        "figure: {all} failed calls ({}; {}): 0 crashes, 0 changes half done or lost, {all} repeated to the same \
         content",
        ERRORS.join(", "),
        scenario::names()
    );
}
