//! Recognising, and reading as what was recognised, under every name that means something.
#![no_main]

use azvault_importer::Reading;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 8] = [
    "AzureRmContext.json",
    "TokenCache.dat",
    "keystore.cache",
    "msal.cache.nocae",
    "azureProfile.json",
    "accessTokens.json",
    "service_principal_entries.json",
    "config",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let file_name = NAMES[usize::from(*first) % NAMES.len()];
    let _ = azvault_importer::read(bytes, &Reading { file_name, time_zone: &TimeZone::UTC });
});
