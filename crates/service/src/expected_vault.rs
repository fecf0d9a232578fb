//! The vault that is expected, pinned: on a machine that has not seen it yet nothing else tells
//! the right one from another.

use azvault_vault::{Sealer, Vault, VaultId, fingerprint};

use crate::app::App;
use crate::failure::{Failure, Kind};

/// Refuses a vault of another id, before anybody is asked for what opens it.
pub(crate) fn check_id(app: &App, vault: VaultId) -> Result<(), Failure> {
    match &app.options.expect_vault {
        Some(pin) if pin.vault != vault.to_string() => {
            Err(other(&format!("its id is {vault}, not {}", pin.vault)))
        }
        _ => Ok(()),
    }
}

/// Refuses keys of another fingerprint, before anything is opened with them.
pub(crate) fn check_keys(app: &App, keys: &dyn Sealer) -> Result<(), Failure> {
    let Some(pin) = &app.options.expect_vault else { return Ok(()) };
    let path = app.vault_path()?;
    let found = fingerprint(keys).map_err(|e| e.at(&path))?;
    if found == pin.fingerprint {
        return Ok(());
    }
    Err(other(&format!("its fingerprint is {found}, not {}", pin.fingerprint)))
}

/// Refuses a vault of a lower generation.
pub(crate) fn check_generation(app: &App, vault: &Vault) -> Result<(), Failure> {
    let least = app.options.expect_vault.as_ref().and_then(|pin| pin.generation);
    match (vault.generation(), least) {
        (found, Some(least)) if found < least => {
            let what = format!("the vault is older ({found}) than the expected one ({least})");
            Err(Failure::new(Kind::Integrity, what)
                .hint("put the newer vault back, or expect this one: azvault status --anchor"))
        }
        _ => Ok(()),
    }
}

fn other(why: &str) -> Failure {
    Failure::new(Kind::Integrity, format!("this is not the expected vault: {why}"))
        .hint("name the right file with --vault, or expect this one: azvault status --anchor")
}
