//! The vault that is expected, pinned: on a machine that has not seen it yet nothing else tells
//! the right one from another.

use std::fmt;
use std::str::FromStr;

use azvault_vault::{Error, Sealer, Vault, VaultId, fingerprint};

use crate::app::App;
use crate::failure::{Code, Failure};

/// `ID:FINGERPRINT` or `ID:FINGERPRINT:GENERATION`.
#[derive(Clone)]
pub struct Pin {
    vault: String,
    fingerprint: String,
    /// The least that the vault may have.
    generation: Option<u64>,
}

impl Pin {
    /// As it is printed, to be given to another machine.
    pub fn of(vault: &Vault) -> Result<Self, Error> {
        Ok(Self {
            vault: vault.id().to_string(),
            fingerprint: vault.fingerprint()?,
            generation: Some(vault.generation()),
        })
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.vault, self.fingerprint)?;
        self.generation.map_or(Ok(()), |generation| write!(f, ":{generation}"))
    }
}

impl FromStr for Pin {
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

/// Refuses a vault of another id, before anybody is asked for what opens it.
pub fn check_id(app: &App, vault: VaultId) -> Result<(), Failure> {
    match &app.options.expect_vault {
        Some(pin) if pin.vault != vault.to_string() => {
            Err(other(&format!("its id is {vault}, not {}", pin.vault)))
        }
        _ => Ok(()),
    }
}

/// Refuses keys of another fingerprint, before anything is opened with them.
pub fn check_keys(app: &App, keys: &dyn Sealer) -> Result<(), Failure> {
    let Some(pin) = &app.options.expect_vault else { return Ok(()) };
    let path = app.vault_path()?;
    let found = fingerprint(keys).map_err(|e| e.at(&path))?;
    if found == pin.fingerprint {
        return Ok(());
    }
    Err(other(&format!("its fingerprint is {found}, not {}", pin.fingerprint)))
}

/// Refuses a vault of a lower generation.
pub fn check_generation(app: &App, vault: &Vault) -> Result<(), Failure> {
    let least = app.options.expect_vault.as_ref().and_then(|pin| pin.generation);
    match (vault.generation(), least) {
        (found, Some(least)) if found < least => {
            let what = format!("the vault is older ({found}) than the expected one ({least})");
            Err(Failure::new(Code::Integrity, what)
                .hint("put the newer vault back, or expect this one: azvault status --anchor"))
        }
        _ => Ok(()),
    }
}

fn other(why: &str) -> Failure {
    Failure::new(Code::Integrity, format!("this is not the expected vault: {why}"))
        .hint("name the right file with --vault, or expect this one: azvault status --anchor")
}

#[cfg(test)]
mod tests {
    use super::Pin;

    #[test]
    fn a_pin_is_read_as_it_is_printed_and_nothing_else_is_one() {
        let id = "00112233445566778899aabbccddeeff";
        for text in [format!("{id}:0123-4567-89ab-cdef"), format!("{id}:0123-4567-89ab-cdef:7")] {
            assert_eq!(text.parse::<Pin>().unwrap().to_string(), text);
            assert_eq!(text.to_uppercase().parse::<Pin>().unwrap().to_string(), text);
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
            assert!(text.parse::<Pin>().is_err(), "{text}");
        }
    }
}
