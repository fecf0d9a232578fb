//! `azvault key add recovery`

use std::path::PathBuf;

use azvault_service::{create_vault, policy, slots};
use azvault_vault::{Cost, Opener, RecoveryCode, SlotKind, Try};

use super::slot::Label;
use crate::app::{App, Exit};

/// Add a recovery code
///
/// It is printed once, on the terminal; without one it needs --recovery-file. It opens the vault
/// without the passphrase, and is taken wherever a passphrase is.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the code to this new file (mode 0600) instead of the terminal
    #[arg(long, value_name = "FILE")]
    recovery_file: Option<PathBuf>,
    #[command(flatten)]
    label: Label,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        policy::may_add(app, SlotKind::RecoveryCode)?;
        if self.recovery_file.is_none() {
            create_vault::check_shown(app, "key add recovery")?;
        }
        let mut opened = slots::owner(app, Try::All)?;
        super::slot::check_room(app, &opened)?;
        let code = RecoveryCode::generate();
        let new = self.label.on(Opener::RecoveryCode(&code), Cost::DEFAULT);
        let slot = slots::prepare(app, &new)?;
        let Some(file) = &self.recovery_file else {
            super::slot::add(app, &mut opened, &slot, || {})?;
            create_vault::show_once(app, &code);
            return Ok(0);
        };
        let made = create_vault::write_new(file, code.to_text().as_bytes())?;
        super::slot::add(app, &mut opened, &slot, || super::slot::forget(&made))?;
        Ok(0)
    }
}
