//! `azvault key add key-file`

use std::path::PathBuf;

use azvault_service::{create_vault, policy, slots};
use azvault_vault::{Opener, SlotKind, Try};

use super::slot::Label;
use crate::app::{App, Exit};
use crate::options::kdf::Kdf;
use crate::options::new_passphrase::NewPassphraseOptions;

/// Add a passphrase that opens together with a key file
///
/// The file is made (mode 0600) if it is not there. A stolen vault is useless to someone who guesses the
/// passphrase and has not the file. To open: --key-file FILE, and the passphrase.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The key file: one that is there, or a new one
    file: PathBuf,
    #[command(flatten)]
    new: NewPassphraseOptions,
    #[command(flatten)]
    kdf: Kdf,
    #[command(flatten)]
    label: Label,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::may_add(app, SlotKind::PassphraseAndKeyFile)?;
        self.kdf.asked()?;
        let mut opened = slots::owner(app, Try::All)?;
        super::slot::check_room(app, &opened)?;
        let cost = self.kdf.for_new(opened.vault.least_cost())?;
        policy::costs_enough(app, cost)?;
        let passphrase = self.new.read().ask(app)?;
        let (key_file, made) = create_vault::key_file(app, &self.file)?;
        let opener = Opener::PassphraseAndKeyFile { passphrase: &passphrase, key_file: &key_file };
        let slot = slots::prepare(app, &self.label.on(opener, cost))?;
        super::slot::add(app, &mut opened, &slot, || {
            let _ = made.as_ref().map(super::slot::forget);
        })?;
        Ok(0)
    }
}
