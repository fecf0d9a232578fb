//! Whether a new passphrase withstands guessing, for vaults and for sealed files alike.

use azvault_model::Secret;
use azvault_vault::passphrase_bits;

use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::policy;

/// A new passphrase with less is refused. At the default cost, guessing through 30 bits takes a
/// processor some decades; what has less is a word, a date, a pattern of the keyboard.
const MIN_BITS: u32 = 30;

/// From here on nothing is said. Three random words have more.
const GOOD_BITS: u32 = 40;

/// How a passphrase that may be used stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    Good,
    /// Allowed; a person is told, with the estimate in bits.
    Fair(u32),
}

/// Refuses a new passphrase that is too easy to guess, by the built-in limit or by a policy's.
pub fn check(app: &App, passphrase: &Secret) -> Result<Strength, Failure> {
    let bits = passphrase_bits(passphrase);
    policy::withstands_guessing(app, bits)?;
    if bits < MIN_BITS {
        let what = format!(
            "the new passphrase is too easy to guess: about {bits} bits, and {MIN_BITS} are needed"
        );
        return Err(Failure::new(Kind::Refused, what).hint(
            "take 4 random words, or make a file with one: (umask 077; head -c 16 /dev/urandom | \
             base64 >FILE)",
        ));
    }
    Ok(if bits < GOOD_BITS { Strength::Fair(bits) } else { Strength::Good })
}

/// As [`check`], for one that was handed over by a file or a descriptor.
pub fn checked(app: &App, passphrase: Secret) -> Result<Secret, Failure> {
    check(app, &passphrase).map(|_| passphrase)
}
