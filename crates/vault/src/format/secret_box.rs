//! What the box of a secret holds, and the pin by which its record names it.

use azvault_model::Secret;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::digest::hex;
use crate::error::Problem;
use crate::format::sealed_box::OVERHEAD;

/// The first 24 bytes of a box: its salt, which no other box has. In records it is in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Pin([u8; 24]);

impl Pin {
    /// That of a box that was sealed just now.
    pub(crate) fn of(sealed: &[u8]) -> Self {
        Self(*sealed.first_chunk().expect("a box has a salt"))
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        hex(&pin.0)
    }
}

impl TryFrom<String> for Pin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let salt = HEXLOWER.decode(text.as_bytes()).ok().and_then(|salt| salt.try_into().ok());
        salt.map(Self).ok_or("a pin is 24 bytes in hexadecimal")
    }
}

pub(crate) fn check_pin(sealed: &[u8], pinned: Pin) -> Result<(), Problem> {
    if sealed.len() >= OVERHEAD && Pin::of(sealed) == pinned {
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
