#![no_main]

use azvault_importer::{Format, Reading, formats};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let reading = Reading { file_name: "", time_zone: &TimeZone::UTC };
    let _ = formats::read(Format::AzcliClouds, data, &reading);
});
