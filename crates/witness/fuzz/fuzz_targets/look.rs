//! A look at any bytes ends, and holding what it found accounts for it.
#![no_main]

use azvault_witness::{Ledger, look};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 4] = ["AzureRmContext.json", "settings.ini", ".bash_history", "a.xml"];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let file_name = NAMES[usize::from(*first) % NAMES.len()];
    let looked = look(bytes, file_name);
    let mut ledger = Ledger::default();
    for finding in &looked.findings {
        assert!(!finding.value.is_empty());
        ledger.hold(&finding.value);
    }
    let testimony = ledger.hear(bytes, file_name, &|_| None);
    // What is held as a whole is held; the path of a key file is no value.
    assert!(testimony.unaccounted.is_empty());
    assert_eq!(testimony.held, looked.findings.len());
});
