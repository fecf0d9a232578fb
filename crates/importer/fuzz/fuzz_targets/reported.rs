//! Files of other tools: recognised by content, and read as each of the formats that are reported,
//! whatever they are.
#![no_main]

use azvault_importer::formats::table::{FORMATS, Holds};
use azvault_importer::{Reading, formats};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let reading = Reading { file_name: "a", time_zone: &TimeZone::UTC };
    let mut others = FORMATS.iter().filter(|row| row.holds == Holds::OthersCredentials);
    let found = match others.nth(usize::from(*first)) {
        Some(row) => formats::read(row.format, bytes, &reading),
        None => azvault_importer::read(bytes, &reading),
    };
    assert!(found.reported.iter().all(|reported| reported.value.is_none()));
});
