//! The one primitive: a box that commits to its key and to its associated data (AAD).
//!
//! ```text
//! SEAL(K, aad, pt):  salt = random(24)
//!                   okm  = HKDF-SHA256(salt, ikm = K, info = "azv1.seal" ‖ aad, 76 bytes)
//!                   ct   = AES-256-GCM(key = okm[0:32], nonce = okm[32:44], aad = aad, pt)
//!                   box  = salt ‖ okm[44:76] ‖ ct
//! ```
//!
//! Every box has a key of its own, so there is no nonce to count and none to repeat. The 32 bytes
//! in the middle commit to key, salt and place: AES-GCM alone can be opened under two keys.
//!
//! Both functions leave key bytes on the stack: anyone who calls them does so within
//! `memory::with_stack_wiped`, once for a whole batch of boxes.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, Tag, UnboundKey};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::format::key::{Key, expand};
use crate::memory::WipedKey;
use crate::random;

/// What a box is longer than what it holds.
pub(crate) const OVERHEAD: usize = 72;

const SALT: usize = 24;
const HEADER: usize = 56;

/// Why a box does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The commitment differs.
    #[error("wrong key, or a box that was moved")]
    WrongKeyOrMoved,
    /// The commitment fits and the ciphertext does not, or the box is too short.
    #[error("a damaged box")]
    Damaged,
}

/// Seals `plaintext` for the place `aad`, with a fresh salt.
pub(crate) fn seal(key: &Key, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut salt = [0; SALT];
    random::fill(&mut salt);
    seal_with_salt(key, aad, plaintext, &salt)
}

/// As [`seal`] with a salt that is given: for the worked example of the specification alone.
fn seal_with_salt(key: &Key, aad: &[u8], plaintext: &[u8], salt: &[u8; SALT]) -> Vec<u8> {
    // The plaintext is encrypted where the box will be: no second copy of it is made.
    let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len());
    let okm = box_key(key, salt, aad);
    sealed.extend_from_slice(salt);
    sealed.extend_from_slice(&okm[44..76]);
    sealed.extend_from_slice(plaintext);
    let tag = encrypt(&okm, aad, &mut sealed[HEADER..]);
    sealed.extend_from_slice(tag.as_ref());
    sealed
}

/// Opens a box at the place `aad`. No plaintext leaves before commitment and tag both hold.
pub(crate) fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    if sealed.len() < OVERHEAD {
        return Err(OpenError::Damaged);
    }
    let okm = box_key(key, &sealed[..SALT], aad);
    if !bool::from(okm[44..76].ct_eq(&sealed[SALT..HEADER])) {
        return Err(OpenError::WrongKeyOrMoved);
    }
    decrypt(&okm, aad, &sealed[HEADER..])
}

/// The worked example of `docs/vault-format.md`: a box from fixed key and salt.
pub fn worked_example(key: [u8; 32], salt: [u8; SALT], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    seal_with_salt(&Key::copied_from(&key), aad, plaintext, &salt)
}

fn box_key(key: &Key, salt: &[u8], aad: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut okm = Zeroizing::new(vec![0; 76]);
    expand(salt, key.bytes(), &[b"azv1.seal", aad], &mut okm);
    okm
}

/// Encrypts in place under the key and nonce of one box; gives the tag.
fn encrypt(okm: &[u8], aad: &[u8], text: &mut [u8]) -> Tag {
    let (aead, nonce) = aead(okm);
    aead.key()
        .seal_in_place_separate_tag(nonce, Aad::from(aad), text)
        .expect("a box is far below the limit of AES-GCM")
}

/// Decrypts under the key and nonce of one box, if the tag at the end holds.
fn decrypt(okm: &[u8], aad: &[u8], ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    let (aead, nonce) = aead(okm);
    let length = aead
        .key()
        .open_in_place(nonce, Aad::from(aad), &mut plaintext)
        .map_err(|_| OpenError::Damaged)?
        .len();
    plaintext.truncate(length);
    Ok(plaintext)
}

fn aead(okm: &[u8]) -> (WipedKey, Nonce) {
    let key = UnboundKey::new(&AES_256_GCM, &okm[..32]).expect("32 bytes are an AES-256 key");
    let nonce = Nonce::try_assume_unique_for_key(&okm[32..44]).expect("12 bytes are a nonce");
    (WipedKey::new(LessSafeKey::new(key)), nonce)
}

#[cfg(test)]
mod tests;
