//! Random bytes from the system, straight into the place where they stay.

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// Fills `bytes`. A system without randomness has no safe way on.
pub fn fill(bytes: &mut [u8]) {
    SystemRandom::new().fill(bytes).expect("the system gives random bytes");
}

/// A random 63-bit id, never 0.
pub(crate) fn id() -> i64 {
    let mut bytes = [0; 8];
    loop {
        fill(&mut bytes);
        let id = i64::from_be_bytes(bytes) & i64::MAX;
        if id != 0 {
            return id;
        }
    }
}

/// 256 random bits from the system, in memory that is wiped.
pub fn random_key() -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    fill(&mut key[..]);
    key
}
