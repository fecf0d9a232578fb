//! The witness by itself: what it finds in which clothes, what it leaves alone, and its bounds.

mod bounds;
mod clothes;
mod plain;
mod tools;

use azvault_witness::{Finding, look};

/// Whether a value is among the findings.
fn sees(bytes: &[u8], file_name: &str, value: &str) -> bool {
    look(bytes, file_name).findings.iter().any(|finding| finding.value[..] == *value.as_bytes())
}

fn places(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.place.as_str(), finding.kind.as_str())).collect()
}
