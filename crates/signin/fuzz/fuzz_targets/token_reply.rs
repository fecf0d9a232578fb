#![no_main]

use azvault_signin::replies::read_reply;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(tokens) = read_reply(data, 1_790_000_000) {
        assert!(tokens.expires_on > 1_790_000_000 && !tokens.access_token.is_empty());
    }
});
