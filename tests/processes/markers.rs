//! What reaches a file: every write of every verb.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::injection::{Extent, each_in_turn};
use crate::verbs::{VERBS, home, secrets, traced};
use azvault_test_support::Home;
use azvault_test_support::trace::{Call, forms, holds};

/// Names, ids, users, what is set, and the words of JSON that would stand beside them.
const WORDS: [&str; 14] = [
    "megan@contoso.example",
    "72f00000-0000-4000-8000-000000000001",
    "5b000000-0000-4000-8000-000000000001",
    "a9900000-0000-4000-8000-000000000001",
    "Contoso Dev",
    "contoso.example",
    "AzureCloud",
    "zq-set-tenant",
    "zq-set-value",
    "zq-renamed",
    "zq-app",
    "\"account\"",
    "\"tenant\"",
    "\"refresh_token\"",
];

/// Where markers may be written: the originals that are put back where they lay, and for `az` the
/// names and ids of contexts of the vault while a command runs.
fn may_be_clear(verb: &str, call: &Call) -> bool {
    let place = match verb {
        "migrate rollback" => "/.Azure/",
        "exec" | "shell" => "/run/azvault/az-",
        _ => return false,
    };
    let is_named = || memchr::memmem::find(&call.bytes, place.as_bytes()).is_some();
    call.target.as_ref().is_some_and(|target| target.contains(place)) || is_named()
}

/// Bytes that reach a file, and names that files get.
fn reaches_a_file(call: &Call) -> bool {
    let names = ["rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat", "openat"];
    let makes =
        || names.contains(&&*call.name) && memchr::memmem::find(&call.bytes, b"RDONLY").is_none();
    (call.writes() && call.file().is_some()) || makes()
}

#[test]
fn no_write_of_any_verb_has_a_name_an_id_or_a_secret_in_clear() {
    let template = Home::with_vault();
    let mut markers = secrets(&home(&template));
    markers.extend(WORDS.map(|word| word.as_bytes().to_vec()));
    let markers: Vec<_> = markers.iter().map(|marker| forms(marker)).collect();
    let [written, seen, clear] = [const { AtomicUsize::new(0) }; 3];
    let step = if Extent::asked() == Extent::Sample { 3 } else { 1 };
    let verbs: Vec<_> = VERBS.iter().filter(|(verb, _)| *verb == "migrate rollback").collect();
    let others = VERBS.iter().filter(|(verb, _)| *verb != "migrate rollback").step_by(step);
    let verbs = [verbs, others.collect()].concat();
    each_in_turn(&verbs, |(verb, line)| {
        let Some((_, calls)) = traced(&home(&template), line, "") else { return };
        seen.fetch_add(1, Ordering::Relaxed);
        for call in calls.iter().filter(|call| reaches_a_file(call)) {
            written.fetch_add(1, Ordering::Relaxed);
            let hits = markers.iter().filter(|forms| holds(&call.bytes, forms)).count();
            if may_be_clear(verb, call) {
                clear.fetch_add(hits, Ordering::Relaxed);
            } else {
                assert_eq!(hits, 0, "{verb}: {} to {:?}", call.name, call.target);
            }
        }
    });
    let [written, seen, clear] = [written, seen, clear].map(AtomicUsize::into_inner);
    if seen == 0 {
        return;
    }
    assert!(written > 100, "{written} writes");
    // The control: what is put back in plaintext on purpose is found.
    assert!(clear > 10, "{clear} markers in the originals that were put back");
    println!(
        "figure: {seen} verbs, {written} writes and names of files: 0 of {} markers in {} forms",
        markers.len(),
        markers[0].len()
    );
    println!("control: {clear} found in what rollback puts back in plaintext, as it should");
}
