//! `azvault init`

use std::path::PathBuf;

use azvault_service::ask::Requests;
use azvault_service::create_vault;
use azvault_service::create_vault::Recovery;
use azvault_service::text::shown_path;
use azvault_service::unlock_inputs::has_unattended_input;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::kdf::Kdf;

/// Create a vault
///
/// Asks for a passphrase, or offers a generated one; with --passphrase-file it asks nothing. A
/// recovery code is printed once, on the terminal; without one it needs --recovery-file or
/// --no-recovery. It opens the vault without the passphrase.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    kdf: Kdf,
    /// Write the recovery code to this new file (mode 0600) instead of
    /// the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "no_recovery")]
    recovery_file: Option<PathBuf>,
    /// Make no recovery code: without the passphrase the vault is lost
    #[arg(long)]
    no_recovery: bool,
    /// Also write a raw key to this new file (mode 0600) that opens the vault alone, for CI
    #[arg(long, value_name = "FILE")]
    raw_key_file: Option<PathBuf>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let request = create_vault::NewVaultRequest {
            verb: "init",
            cost: self.kdf.for_new(None)?,
            recovery: match (self.no_recovery, self.recovery_file) {
                (true, _) => Recovery::None,
                (false, Some(file)) => Recovery::File(file),
                (false, None) => Recovery::Shown,
            },
            raw_key_file: self.raw_key_file,
        };
        let (vault, given) = create_vault::create(app, request)?;
        let path = app.vault_path()?;
        match app.ui.output {
            Output::Json => app.ui.json(&create_vault::document(&path, &vault)?),
            _ => app.ui.line(format!("created {}", shown_path(&path))),
        }
        drop(vault);
        // Who typed the passphrase just now is not asked for it by the next command.
        if !app.options.no_agent && !has_unattended_input(app) {
            Requests::of_new_vault(app, given)?;
        }
        Ok(0)
    }
}
