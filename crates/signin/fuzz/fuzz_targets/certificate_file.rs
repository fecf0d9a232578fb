#![no_main]

use azvault_model::Secret;
use azvault_signin::certificate::Certificate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let password = Secret::copied_from(b"password");
    let _ = Certificate::read(data, Some(&password));
});
