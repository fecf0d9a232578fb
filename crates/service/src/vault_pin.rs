//! The vault that is expected, pinned: `--expect-vault`.

use std::fmt;
use std::str::FromStr;

use azvault_vault::{Error, Vault};

/// `ID:FINGERPRINT` or `ID:FINGERPRINT:GENERATION`.
#[derive(Clone)]
pub struct VaultPin {
    pub(crate) vault: String,
    pub(crate) fingerprint: String,
    /// The least that the vault may have.
    pub(crate) generation: Option<u64>,
}

impl VaultPin {
    /// As it is printed, to be given to another machine.
    pub fn of(vault: &Vault) -> Result<Self, Error> {
        Ok(Self {
            vault: vault.id().to_string(),
            fingerprint: vault.fingerprint()?,
            generation: Some(vault.generation()),
        })
    }
}

impl fmt::Display for VaultPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.vault, self.fingerprint)?;
        self.generation.map_or(Ok(()), |generation| write!(f, ":{generation}"))
    }
}

impl FromStr for VaultPin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        let is_hex = |text: &str, digits| {
            text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let mut parts = text.split(':');
        let (vault, mark) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let generation = parts.next().map(str::parse).transpose();
        let is_mark = mark.split('-').count() == 4 && mark.split('-').all(|part| is_hex(part, 4));
        match generation {
            Ok(generation) if is_hex(vault, 32) && is_mark && parts.next().is_none() => {
                Ok(Self { vault: vault.to_owned(), fingerprint: mark.to_owned(), generation })
            }
            _ => Err(
                "ID:FINGERPRINT or ID:FINGERPRINT:GENERATION, as azvault status --anchor has it",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::VaultPin;

    #[test]
    fn a_pin_is_read_as_it_is_printed_and_nothing_else_is_one() {
        let id = "00112233445566778899aabbccddeeff";
        for text in [format!("{id}:0123-4567-89ab-cdef"), format!("{id}:0123-4567-89ab-cdef:7")] {
            assert_eq!(text.parse::<VaultPin>().unwrap().to_string(), text);
            assert_eq!(text.to_uppercase().parse::<VaultPin>().unwrap().to_string(), text);
        }
        for text in [
            String::new(),
            id.to_owned(),
            format!("{id}:"),
            format!("{id}:0123-4567-89ab"),
            format!("{id}:0123-4567-89ab-cdeg"),
            format!("{id}:0123456789abcdef"),
            format!("{id}0:0123-4567-89ab-cdef"),
            format!("{id}:0123-4567-89ab-cdef:"),
            format!("{id}:0123-4567-89ab-cdef:x"),
            format!("{id}:0123-4567-89ab-cdef:-1"),
            format!("{id}:0123-4567-89ab-cdef:1:2"),
        ] {
            assert!(text.parse::<VaultPin>().is_err(), "{text}");
        }
    }
}
