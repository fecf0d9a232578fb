//! For random homes of random formats, through the real binary: every planted secret is in the vault by
//! value, or `migrate verify` names its file and its place. What no reader takes is named as a whole.

use std::collections::BTreeMap;
use std::fs;

use azvault_witness::look;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;

use azvault_test_support::Home;
use azvault_test_support::planted::{Planted, bend, bytes_of, file};

/// A home takes a second: `PROPTEST_CASES` tries more of them, and others.
const CASES: u32 = 12;

/// A file as it lies in a home.
struct Laid {
    planted: Planted,
    bytes: Vec<u8>,
}

/// What became of the secrets.
#[derive(Default)]
struct Tally {
    held: usize,
    named: usize,
    refused: usize,
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// What `verify` says of a file: a place and what is there, or what is true of all of it.
fn said_of<'a>(proof: &'a Value, path: &str) -> Vec<(&'a str, bool)> {
    let of_it = |list: &'a str| {
        let all = proof[list].as_array().unwrap().iter();
        all.filter(|one| text(one, "path") == path).collect::<Vec<_>>()
    };
    let differences = of_it("differences").into_iter().map(|one| (text(one, "what"), true));
    let left_out = of_it("left_out").into_iter().map(|one| (text(one, "place"), false));
    differences.chain(left_out).collect()
}

/// Whether a difference or what was left out names one of the places.
fn names(said: &[(&str, bool)], places: &[String]) -> bool {
    said.iter().any(|(what, is_difference)| {
        places.iter().any(|place| {
            what.strip_prefix(place.as_str()).is_some_and(|rest| {
                if *is_difference { rest.starts_with(": ") } else { rest.is_empty() }
            })
        })
    })
}

/// Migrates a home of these files, and says of each secret what became of it.
fn check(files: &BTreeMap<&'static str, Laid>, tally: &mut Tally) -> Result<(), TestCaseError> {
    let home = Home::with_vault();
    for (place, laid) in files {
        let path = home.join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &laid.bytes).unwrap();
    }
    let run = home.run(&["migrate", "run", "--yes"]);
    prop_assert!([0, 10].contains(&run.code), "{}", run.stderr);
    let proof = home.run(&["migrate", "verify", "-o", "json"]);
    // Where nothing was imported, there is nothing to prove.
    let is_proof = [0, 10].contains(&proof.code);
    let document = if is_proof { proof.json() } else { Value::Null };
    let held = home.json(&["secret", "list", "--reveal"]);
    let held: Vec<&str> =
        held["secrets"].as_array().unwrap().iter().map(|secret| text(secret, "value")).collect();
    let scan = home.run(&["scan", "-o", "json"]);
    for (place, laid) in files {
        let path = home.join(place).to_str().unwrap().to_owned();
        let files = document["files"].as_array();
        let is_taken = files.is_some_and(|files| files.iter().any(|f| text(f, "path") == path));
        if !is_taken {
            // Nobody's all-clear: the scan names the file.
            let is_named = scan.code == 10 && scan.stdout.contains(&path);
            prop_assert!(laid.planted.secrets.is_empty() || is_named, "{place}: {}", scan.stdout);
            tally.refused += 1;
            continue;
        }
        let findings = look(&laid.bytes, laid.planted.name()).findings;
        let said = said_of(&document, &path);
        for secret in &laid.planted.secrets {
            if held.contains(&secret.as_str()) {
                tally.held += 1;
                continue;
            }
            let holds = |value: &[u8]| memchr::memmem::find(value, secret.as_bytes()).is_some();
            let with_it = findings.iter().filter(|finding| holds(&finding.value));
            let places: Vec<String> = with_it.map(|finding| finding.place.clone()).collect();
            prop_assert!(
                names(&said, &places),
                "{secret} of {place}: not in the vault, and not named at {places:?}: {said:?}\n{:?}",
                laid.planted
            );
            tally.named += 1;
        }
        let differs = said.iter().any(|(_, is_difference)| *is_difference);
        prop_assert!(!differs || proof.code == 10, "{place}: exit code {}", proof.code);
        prop_assert!(!proof.stdout.contains("8Q~"), "{place}: the proof shows a secret");
    }
    Ok(())
}

#[test]
fn every_planted_secret_is_in_the_vault_or_named_by_verify() {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = ProptestConfig {
        cases: asked.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => {
            let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            TestRunner::new_with_rng(config, seed)
        }
    };
    let tally = std::cell::RefCell::new(Tally::default());
    let homes = vec((file(), vec(bend(), 0..4), 0_u8..12), 3..9);
    let ended = runner.run(&homes, |made| {
        let mut files = BTreeMap::new();
        for (mut planted, bends, clothes) in made {
            bends.iter().for_each(|bend| bend.apply(&mut planted));
            let bytes = bytes_of(&planted, clothes);
            // Two at one place are one file.
            files.insert(planted.place, Laid { planted, bytes });
        }
        check(&files, &mut tally.borrow_mut())
    });
    ended.unwrap_or_else(|error| panic!("{error}"));
    let Tally { held, named, refused } = tally.into_inner();
    println!("planted secrets: {held} in the vault, {named} named; {refused} files refused");
    assert!(held > 30 && named > 10 && refused > 0, "the homes are not what they were");
}
