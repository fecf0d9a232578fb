//! What others can see of a command: its arguments and environment, its two streams.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::injection::{Extent, each_in_turn};
use crate::verbs::{VERBS, home, is_group, secrets, traced};
use azvault_test_support::Home;
use azvault_test_support::trace::{Call, forms, holds};

/// How loud a command is, and in which form it answers.
const LOUD: [&str; 7] = ["", "-q", "-v", "-vv", "-vvv", "-o json", "-o tsv"];

/// Where secrets stand in what a line shows.
fn shown(home: &Home, line: &str, loud: &str, secrets: &[Vec<Vec<u8>>]) -> Option<Vec<String>> {
    let (ran, calls) = traced(home, line, loud)?;
    println!("{line} {loud}: {}", ran.code);
    // Where the network is needed nobody answers, but every line is one that azvault understands.
    assert!(ran.code != 2 || is_group(line), "{line}: {}", ran.stderr);
    let is_program = |call: &&Call| call.name == "execve";
    assert!(calls.iter().any(|call| is_program(&call)), "{line} starts nothing");
    let mut surfaces = vec![("stdout", ran.stdout.as_bytes()), ("stderr", ran.stderr.as_bytes())];
    let programs = calls.iter().filter(is_program);
    surfaces.extend(programs.map(|call| ("arguments or environment", &call.bytes[..])));
    let mut found = Vec::new();
    for (number, forms) in secrets.iter().enumerate() {
        let hit = surfaces.iter().filter(|(_, bytes)| holds(bytes, forms));
        found.extend(hit.map(|(place, _)| format!("{line}, {loud}: secret {number} in {place}")));
    }
    Some(found)
}

#[test]
fn no_verb_shows_a_secret_however_loud_it_is() {
    let template = Home::with_vault();
    let secrets: Vec<_> = secrets(&home(&template)).iter().map(|secret| forms(secret)).collect();
    // The control: each of these surfaces is looked at.
    let planted =
        "azvault secret show $secret --reveal; base64 planted >&2; env $(cat planted)=1 true";
    let Some(controls) = shown(&home(&template), planted, "", &secrets) else { return };
    for place in ["stdout", "stderr", "arguments or environment"] {
        assert!(controls.iter().any(|found| found.ends_with(place)), "{place}: {controls:?}");
    }
    let mut all = Vec::new();
    for (number, (verb, line)) in VERBS.iter().enumerate() {
        let is_sample = Extent::asked() == Extent::Sample;
        let loud = if is_sample { &LOUD[number % LOUD.len()..][..1] } else { &LOUD[..] };
        all.extend(loud.iter().map(|loud| (*verb, *line, *loud)));
    }
    let count = AtomicUsize::new(0);
    each_in_turn(&all, |(_, line, loud)| {
        let found = shown(&home(&template), line, loud, &secrets).unwrap();
        assert!(found.is_empty(), "{found:?}");
        count.fetch_add(1, Ordering::Relaxed);
    });
    println!(
        "figure: {} verbs, {} commands: 0 of {} secrets in {} forms in arguments, environment, stdout or stderr",
        VERBS.len(),
        count.into_inner(),
        secrets.len(),
        secrets[0].len()
    );
    println!("control: {} found where they were put", controls.len());
}
