//! What the box of a secret holds, and the pin by which its record names it.

use azvault_model::Secret;
use zeroize::Zeroizing;

use crate::digest::hex;
use crate::error::Problem;
use crate::format::sealed_box::OVERHEAD;

/// The first 24 bytes of a box, in hexadecimal: its salt, which no other box has.
pub(crate) fn pin(sealed: &[u8]) -> String {
    hex(&sealed[..24])
}

pub(crate) fn check_pin(sealed: &[u8], pinned: &str) -> Result<(), Problem> {
    if sealed.len() >= OVERHEAD && pin(sealed) == pinned {
        Ok(())
    } else {
        Err(Problem::tampered("a box is not the one that its record names"))
    }
}

/// A secret's plaintext: its length as 32 bits, the value, zeros up to a multiple of 256.
pub(crate) fn pad(secret: &Secret) -> Zeroizing<Vec<u8>> {
    let size = (4 + secret.len()).next_multiple_of(256);
    let mut padded = Zeroizing::new(Vec::with_capacity(size));
    padded.extend_from_slice(&u32::try_from(secret.len()).unwrap_or(u32::MAX).to_be_bytes());
    // EXPOSE: copied into the plaintext of its box.
    padded.extend_from_slice(secret.expose());
    padded.resize(size, 0);
    padded
}

pub(crate) fn unpad(padded: &[u8]) -> Result<Secret, Problem> {
    let misshapen = || Problem::tampered("a secret of another form");
    let (length, rest) = padded.split_first_chunk::<4>().ok_or_else(misshapen)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| misshapen())?;
    Ok(Secret::copied_from(rest.get(..length).ok_or_else(misshapen)?))
}
