//! `azvault key add keyring`

use azvault_service::keyring::Entry;
use azvault_service::{policy, slots};
use azvault_vault::{Cost, Opener, RawKey, SlotKind, Try};

use super::slot::Label;
use crate::app::{App, Exit};

/// Add a key that the keyring of the desktop keeps
///
/// The vault then opens unasked while the keyring is unlocked. That is for the disk alone: who steals
/// it has not the keyring's key, but every program of yours can read what the keyring has. Needs
/// secret-tool (Debian, Ubuntu: libsecret-tools).
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    label: Label,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::may_add(app, SlotKind::Keyring)?;
        let mut opened = slots::owner(app, Try::All)?;
        super::slot::check_room(app, &opened)?;
        let key = RawKey::generate();
        let slot = slots::prepare(app, &self.label.on(Opener::Keyring(&key), Cost::DEFAULT))?;
        // The keyring first: a slot whose key is nowhere would be one that nothing opens.
        let entry = Entry::new(opened.vault.id(), slot.salt());
        entry.store(&key)?;
        super::slot::add(app, &mut opened, &slot, || drop(entry.clear()))?;
        Ok(0)
    }
}
