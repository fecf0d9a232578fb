//! `azvault key rotate`

use std::path::PathBuf;

use azvault_service::app::Consent;
use azvault_service::create_vault::Recovery;
use azvault_service::rotation;
use azvault_service::rotation::{Others, RotationOptions};
use azvault_service::slots;
use azvault_vault::Try;

use crate::app::{App, Exit};
use crate::output;

/// Draw new keys and encrypt everything with them
///
/// For when someone else may have a key: after it, old keys and removed slots open nothing that the
/// vault has from then on. Slots stay whose secret is at hand: what opened the vault, --also, the
/// keyring, passphrases that you are asked for. A recovery code is replaced by a fresh one. All other
/// slots go. It lists the credentials that a holder of the old keys could have read: they have to be
/// revoked, which new keys do not do.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A file with the secret of another slot that is to stay: a passphrase in its first line, a raw
    /// key, or a key file that goes with one of the passphrases (may be repeated)
    #[arg(long, value_name = "FILE")]
    also: Vec<PathBuf>,
    /// Do nothing if a slot would have to go
    #[arg(long, conflicts_with = "yes")]
    keep_or_fail: bool,
    /// Write the fresh recovery code to this new file (mode 0600) instead of the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "no_recovery")]
    recovery_file: Option<PathBuf>,
    /// Make no fresh recovery code: the old ones go
    #[arg(long)]
    no_recovery: bool,
    /// Do not ask whether slots may go
    #[arg(short, long)]
    yes: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let opened = slots::owner(app, Try::All)?;
        let options = RotationOptions {
            also: self.also,
            others: if self.keep_or_fail { Others::Stay } else { Others::Go },
            consent: Consent::from(self.yes),
            recovery: match (self.no_recovery, self.recovery_file) {
                (true, _) => Recovery::None,
                (false, Some(file)) => Recovery::File(file),
                (false, None) => Recovery::Shown,
            },
        };
        output::rotation::show(app, &rotation::rotate(app, opened, &options)?);
        Ok(0)
    }
}
