//! The fingerprint of a vault.

use crate::digest::hex;
use crate::error::Problem;
use crate::sealer::{Sealer, Subkey};

/// Short text by which a vault is known to people: 4 groups of 4 hexadecimal digits, from its keys.
pub fn fingerprint(sealer: &dyn Sealer) -> Result<String, Problem> {
    let tag = sealer.mac(Subkey::Anchor, b"azv1.fingerprint")?;
    let groups: Vec<String> = tag[..8].chunks(2).map(hex).collect();
    Ok(groups.join("-"))
}
