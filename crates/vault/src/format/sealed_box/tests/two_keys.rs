//! AES-GCM can be made to open under two keys, to two texts: a box must not.
//!
//! The tag is GHASH_H(ad, ciphertext) ⊕ E(nonce ‖ 1), and GHASH is linear in each block of the
//! ciphertext: with two keys, one block chosen freely makes both tags the same (Len, Grubbs and
//! Ristenpart, "Partitioning Oracle Attacks", USENIX Security 2021). What of a key is needed, the
//! tags of two empty texts say.

use super::{OpenError, VaultId, box_key, decrypt, encrypt, key, open, record};

/// The field of GHASH (NIST SP 800-38D, 6.3): the leftmost bit is the coefficient of 1.
fn times(x: u128, y: u128) -> u128 {
    let (mut product, mut shifted) = (0, y);
    for bit in (0..128).rev() {
        if x >> bit & 1 == 1 {
            product ^= shifted;
        }
        let carry = shifted & 1;
        shifted = (shifted >> 1) ^ (carry * (0xe1 << 120));
    }
    product
}

/// x to the power of 2^128 - 2.
fn inverse(x: u128) -> u128 {
    let (mut result, mut square) = (1 << 127, x);
    for _ in 1..128 {
        square = times(square, square);
        result = times(result, square);
    }
    result
}

fn power(x: u128, exponent: usize) -> u128 {
    (0..exponent).fold(1 << 127, |product, _| times(product, x))
}

/// What GHASH is over: ad and ciphertext, each filled up to whole blocks, and their lengths.
fn blocks(ad: &[u8], ciphertext: &[u8]) -> Vec<u128> {
    let whole = |bytes: &[u8]| -> Vec<u128> {
        let chunks = bytes.chunks(16).map(|chunk| {
            let mut block = [0; 16];
            block[..chunk.len()].copy_from_slice(chunk);
            u128::from_be_bytes(block)
        });
        chunks.collect()
    };
    let bits = |bytes: &[u8]| bytes.len() as u128 * 8;
    [whole(ad), whole(ciphertext), vec![bits(ad) << 64 | bits(ciphertext)]].concat()
}

/// Sum of blocks times powers of H, the last with the first power.
fn ghash(h: u128, blocks: &[u128]) -> u128 {
    blocks.iter().fold(0, |sum, block| times(sum ^ block, h))
}

fn tag(okm: &[u8], ad: &[u8]) -> u128 {
    u128::from_be_bytes(encrypt(okm, ad, &mut []).as_ref().try_into().unwrap())
}

/// H and E(nonce ‖ 1) of the key and nonce in `okm`.
fn insides(okm: &[u8]) -> (u128, u128) {
    // Nothing at all: GHASH is 0. A block of zeros as ad: GHASH is its length times H.
    let mask = tag(okm, &[]);
    let length: u128 = 128 << 64;
    (times(tag(okm, &[0; 16]) ^ mask, inverse(length)), mask)
}

#[test]
fn a_box_made_to_open_under_two_keys_opens_under_one() {
    let here = record(5, 2).aad(VaultId([7; 16]), 1);
    let salt = [9; super::super::SALT];
    let keys = [key(1), key(2)];
    let okms = keys.each_ref().map(|key| box_key(key, &salt, &here));
    let [(h1, mask1), (h2, mask2)] = okms.each_ref().map(|okm| insides(okm));

    // 256 bytes like those of a record, of which the last block is chosen so that both tags agree.
    let mut ciphertext = vec![0x5a; 256];
    ciphertext[240..].fill(0);
    let known = blocks(&here, &ciphertext);
    let differs = ghash(h1, &known) ^ mask1 ^ ghash(h2, &known) ^ mask2;
    let free = times(differs, inverse(power(h1, 2) ^ power(h2, 2)));
    ciphertext[240..].copy_from_slice(&free.to_be_bytes());
    let both = ghash(h1, &blocks(&here, &ciphertext)) ^ mask1;
    ciphertext.extend(both.to_be_bytes());

    // AES-GCM takes it for genuine under both.
    let texts = okms.each_ref().map(|okm| decrypt(okm, &here, &ciphertext).unwrap());
    assert!(texts[0] != texts[1]);
    println!("control: without its commitment the box opens under both keys, to two texts");
    // A box names one of them, or none.
    let sealed = |commitment: &[u8]| [&salt[..], commitment, &ciphertext].concat();
    for (first, second) in [(0, 1), (1, 0)] {
        let sealed = sealed(&okms[first][44..76]);
        assert!(open(&keys[first], &here, &sealed).is_ok());
        let other = open(&keys[second], &here, &sealed);
        assert_eq!(other.err(), Some(OpenError::WrongKeyOrMoved));
    }
    for key in &keys {
        let opened = open(key, &here, &sealed(&[0; 32]));
        assert_eq!(opened.err(), Some(OpenError::WrongKeyOrMoved));
    }
    println!(
        "figure: 1 box built to open under two keys, by either commitment refused under the other"
    );
}
