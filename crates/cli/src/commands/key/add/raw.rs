//! `azvault key add raw`

use std::path::PathBuf;

use azvault_service::{create_vault, policy, slots};
use azvault_vault::{Cost, Opener, RawKey, SlotKind, Try};

use super::slot::Label;
use crate::app::{App, Exit};

/// Add a raw key, for CI and system credentials
///
/// Writes 256 random bits to a new file (mode 0600), never over another. Anyone who has the file needs
/// no passphrase: --key-file FILE opens the vault alone.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The new file
    file: PathBuf,
    #[command(flatten)]
    label: Label,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::may_add(app, SlotKind::RawKey)?;
        let mut opened = slots::owner(app, Try::All)?;
        super::slot::check_room(app, &opened)?;
        let key = RawKey::generate();
        let slot = slots::prepare(app, &self.label.on(Opener::RawKey(&key), Cost::DEFAULT))?;
        let made = create_vault::write_new(&self.file, key.to_text().as_bytes())?;
        super::slot::add(app, &mut opened, &slot, || super::slot::forget(&made))?;
        Ok(0)
    }
}
