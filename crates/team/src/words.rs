//! Six words that two people compare, before one admits the other's device.

use std::num::NonZeroU32;

use ring::pbkdf2;

use crate::device::PublicKeys;
use crate::id::TeamId;

/// 2,048 words: the English list of BIP 39.
const ENGLISH: &str = include_str!("english.txt");

const WORDS: usize = 6;

/// Makes one guess of an attacker who looks for keys with the same words as slow as some 200,000 hashes.
const ROUNDS: NonZeroU32 = NonZeroU32::new(200_000).expect("not zero");

/// The words of an admission: of both devices' keys, of the log, and of the invitation.
pub(crate) fn words(
    team: TeamId,
    invitation: &[u8; 16],
    admin: &PublicKeys,
    device: &PublicKeys,
) -> String {
    let mut text = Vec::new();
    for keys in [admin, device] {
        text.extend_from_slice(&keys.device.0);
        text.extend_from_slice(&keys.signing);
        text.extend_from_slice(&keys.wrapping);
    }
    let salt = [b"azt1.words", &team.0[..], invitation].concat();
    let mut bits = [0; 9];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, &text, &mut bits);
    spelled(&bits)
}

/// 66 bits, 11 a word.
fn spelled(bits: &[u8; 9]) -> String {
    let all: Vec<&str> = ENGLISH.split_whitespace().collect();
    let number = bits.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let word = |at: usize| all[(number >> (72 - 11 * (at + 1))) as usize % all.len()];
    (0..WORDS).map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, spelled};

    #[test]
    fn every_eleven_bits_are_a_word_of_their_own() {
        let all: Vec<&str> = ENGLISH.split_whitespace().collect();
        assert_eq!(all.len(), 2048);
        assert!(all.is_sorted_by(|one, next| one < next));
        assert_eq!(spelled(&[0; 9]), "abandon abandon abandon abandon abandon abandon");
        assert_eq!(spelled(&[255; 9]), "zoo zoo zoo zoo zoo zoo");
        for bit in 0..66 {
            let mut bits = [0; 9];
            bits[bit / 8] |= 0x80 >> (bit % 8);
            assert_ne!(spelled(&bits), spelled(&[0; 9]), "bit {bit}");
        }
    }
}
