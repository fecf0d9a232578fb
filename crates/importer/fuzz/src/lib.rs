//! What the targets share: each reads any bytes as one format.

use azvault_importer::{Format, Reading, formats};
use jiff::tz::TimeZone;

/// A target for the reader of one format, under a name that its product writes.
#[macro_export]
macro_rules! reader {
    ($format:ident, $file_name:literal) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::read(azvault_importer::Format::$format, $file_name, data);
        });
    };
}

/// Reads bytes as this format whatever they are, and as the one that they are taken for.
pub fn read(format: Format, file_name: &str, bytes: &[u8]) {
    let reading = Reading { file_name, time_zone: &TimeZone::UTC };
    let taken_for = azvault_importer::recognise(bytes, file_name);
    for format in [Some(format), (taken_for != format).then_some(taken_for)].into_iter().flatten() {
        let found = formats::read(format, bytes, &reading);
        // A credential that is only named keeps no value.
        assert!(found.reported.iter().all(|reported| reported.value.is_none()));
    }
}
