//! The power fails while a command runs: every prefix of what it wrote, as a disk may keep it.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::disk::{Disk, Step, Sync, mount};
use crate::injection::{Extent, each, is_possible, lines};
use crate::scenario::{self, End, Prepared, SCENARIOS, Scenario};
use crate::state::{self, State};
use azvault_test_support::{Dice, Home, is_root, not_run};

/// After how many steps there is another prefix, and images of each.
fn prefixes() -> (usize, usize) {
    match Extent::asked() {
        Extent::Sample => (6, 1),
        Extent::Table => (1, 4),
        Extent::Full => (1, 16),
    }
}

/// A command that was recorded.
struct Recorded {
    prepared: Prepared,
    ends: [Option<State>; 2],
    before: Disk,
    steps: Vec<Step>,
}

fn record(scenario: &Scenario, template: &Home) -> Recorded {
    let ends = scenario.ends(template);
    let prepared = scenario.prepare(template);
    let before = Disk::of(prepared.home.path());
    let lines = lines(&prepared.home, scenario.command);
    let root = prepared.home.path();
    let steps = lines.iter().filter_map(|line| Step::parse(line, root)).collect();
    Recorded { prepared, ends, before, steps }
}

impl Recorded {
    /// How many images there were, no two of them the same, and what was wrong with which.
    fn images(&self, scenario: &Scenario, sync: Sync) -> (usize, Vec<String>) {
        let mut dice = Dice(0x0ff_5eed);
        let (mut disk, mut seen, mut wrong) = (self.before.clone(), HashSet::new(), Vec::new());
        let (each, trials) = prefixes();
        let digest = BuildHasherDefault::<DefaultHasher>::new();
        for done in 0..=self.steps.len() {
            let is_done = done == self.steps.len();
            let end = if is_done { End::Acknowledged } else { End::Broken };
            let trials = match done % each {
                // What was acknowledged must be there whatever the disk kept.
                _ if is_done => trials.max(8),
                0 => trials,
                _ => 0,
            };
            for _ in 0..trials {
                let image = disk.image(&mut dice);
                if !seen.insert(digest.hash_one((is_done, &image))) {
                    continue;
                }
                mount(self.prepared.home.path(), &image);
                if let Err(why) = self.look(end) {
                    wrong.push(format!("{} after {done} steps: {why}", scenario.name));
                }
            }
            if let Some(step) = self.steps.get(done) {
                disk.step(step, sync);
            }
        }
        (seen.len(), wrong)
    }

    fn look(&self, end: End) -> Result<(), String> {
        let found = state::read(&self.prepared.home).map_err(|e| e.to_string())?;
        let is_right = match end {
            End::Acknowledged => found == self.ends[1],
            End::Broken => state::is_whole(&found, &self.ends),
        };
        if !is_right {
            return Err(format!("neither before nor after, or not what was said: {found:?}"));
        }
        self.prepared.is_nothing_lost(found.as_ref())
    }
}

#[test]
fn what_was_synchronised_survives_every_cut_of_the_power() {
    if !is_possible() {
        return;
    }
    if !is_root() {
        not_run("only root can see what a process that protects its memory writes");
        return;
    }
    let template = Home::with_vault();
    let [images, controls, caught] = [const { AtomicUsize::new(0) }; 3];
    each(SCENARIOS, |scenario| {
        let recorded = record(scenario, &template);
        let (count, wrong) = recorded.images(scenario, Sync::Obeyed);
        assert!(wrong.is_empty(), "{} of {count}: {}", wrong.len(), wrong[0]);
        images.fetch_add(count, Ordering::Relaxed);
        // The control: on a disk that takes no notice of fsync, the same images must be wrong.
        let (count, wrong) = recorded.images(scenario, Sync::Ignored);
        println!("{}: without fsync {} of {count} are wrong", scenario.name, wrong.len());
        assert!(!wrong.is_empty(), "{}: nothing is lost without fsync", scenario.name);
        controls.fetch_add(count, Ordering::Relaxed);
        caught.fetch_add(wrong.len(), Ordering::Relaxed);
    });
    let [images, controls, caught] = [images, controls, caught].map(AtomicUsize::into_inner);
    println!(
        "figure: {images} different images of a disk after a cut ({}), each opened and verified: 0 wrong",
        scenario::names()
    );
    println!("control: the same with fsync ignored: {caught} of {controls} wrong");
}
