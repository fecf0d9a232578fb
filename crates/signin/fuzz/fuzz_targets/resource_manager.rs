#![no_main]

use azvault_signin::replies::{subscriptions_of, tenants_of};
use azvault_signin::resource_manager::claims_of;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = tenants_of(text);
    let _ = subscriptions_of(text);
    let _ = claims_of(text);
});
