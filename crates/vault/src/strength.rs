//! How many guesses a passphrase withstands, as zxcvbn estimates it.
//!
//! The estimate copies the passphrase many times. What it leaves on the stack is cleared here; what
//! it leaves on the heap is wiped by the allocator of the program that uses this (decision 26).

use azvault_model::Secret;
use zeroize::Zeroizing;

use crate::memory::with_stack_wiped;

/// The highest estimate: guesses are counted in 64 bits.
pub const MAX_BITS: u32 = 63;

/// Words that an attacker of a vault tries first.
const OBVIOUS: [&str; 5] = ["azvault", "vault", "azure", "microsoft", "entra"];

/// The logarithm to base 2 of the guesses, rounded down.
pub fn passphrase_bits(passphrase: &Secret) -> u32 {
    with_stack_wiped(|| {
        // EXPOSE: estimated, in wiped memory; only the number leaves.
        let text = text(passphrase.expose());
        zxcvbn::zxcvbn(&text, &OBVIOUS).guesses().checked_ilog2().unwrap_or(0)
    })
}

/// A passphrase is bytes. Those that are no UTF-8 are looked at one by one.
fn text(bytes: &[u8]) -> Zeroizing<String> {
    // Of its final size from the start: a string that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    match std::str::from_utf8(bytes) {
        Ok(utf8) => text.push_str(utf8),
        Err(_) => text.extend(bytes.iter().map(|byte| char::from(*byte))),
    }
    text
}

#[cfg(test)]
mod tests {
    use azvault_model::Secret;

    use super::{MAX_BITS, passphrase_bits};

    #[test]
    fn what_is_guessed_early_has_few_bits() {
        for (passphrase, least, most) in [
            (&b""[..], 0, 0),
            (b"x", 0, 5),
            (b"password1", 0, 10),
            (b"azvault", 0, 8),
            (b"azure azure azure", 0, 25),
            (b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 15),
            (b"P@ssw0rd1234", 0, 20),
            (b"Summer2026!!", 0, 29),
            (b"qwertyuiop123", 0, 20),
            (b"zq8Kx2mPw4Lr", 38, 45),
            (b"another passphrase", 35, 45),
            (b"correct horse battery staple", 50, MAX_BITS),
            (b"f\xfc\xdfe \xfcber \xe4cker tr\xe4gt k\xf6ln", 30, MAX_BITS),
        ] {
            let bits = passphrase_bits(&Secret::copied_from(passphrase));
            let shown = passphrase.escape_ascii();
            assert!((least..=most).contains(&bits), "{shown}: {bits}");
        }
    }

    #[test]
    fn the_longest_line_is_estimated_too() {
        let long = "x9".repeat(2048);
        assert!(passphrase_bits(&Secret::copied_from(long.as_bytes())) < 30);
    }
}
