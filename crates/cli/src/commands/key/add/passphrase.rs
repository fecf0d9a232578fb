//! `azvault key add passphrase`

use azvault_service::{policy, slots};
use azvault_vault::{Opener, SlotKind, Try};

use super::slot::Label;
use crate::app::{App, Exit};
use crate::options::kdf::Kdf;
use crate::options::new_passphrase::NewPassphraseOptions;

/// Add a passphrase
///
/// Asks for what opens the vault now, then for the new passphrase, twice. A new slot costs what is
/// asked for, by default 256 MiB and 3 passes, never what another slot of the file happens to cost.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    new: NewPassphraseOptions,
    #[command(flatten)]
    kdf: Kdf,
    #[command(flatten)]
    label: Label,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::may_add(app, SlotKind::Passphrase)?;
        self.kdf.asked()?;
        let mut opened = slots::owner(app, Try::All)?;
        let cost = self.kdf.for_new(opened.vault.least_cost())?;
        policy::costs_enough(app, cost)?;
        let passphrase = self.new.read().ask(app)?;
        let slot = slots::prepare(app, &self.label.on(Opener::Passphrase(&passphrase), cost))?;
        super::slot::add(app, &mut opened, &slot, || {})?;
        Ok(0)
    }
}
