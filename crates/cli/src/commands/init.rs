//! `azvault init`

use std::path::PathBuf;

use azvault_vault::Cost;
use clap::ValueEnum;

use crate::app::App;
use crate::creation::{self, Recovery};
use crate::failure::{Code, Failure};
use crate::ui::shown_path;

/// Create a vault
///
/// Asks for a passphrase, or offers a generated one; with --passphrase-file it asks nothing. A
/// recovery code is printed once, to stderr: whoever has it and the vault needs no passphrase.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How much work a guess at the passphrase costs
    #[arg(long, default_value = "default", conflicts_with_all = ["kdf_memory", "kdf_passes"])]
    kdf: Kdf,
    /// Memory of the key derivation, in MiB
    #[arg(long, value_name = "MIB", requires = "kdf_passes")]
    kdf_memory: Option<u32>,
    /// Passes of the key derivation over that memory
    #[arg(long, value_name = "N", requires = "kdf_memory")]
    kdf_passes: Option<u32>,
    /// Write the recovery code to this new file (mode 0600) instead of stderr
    #[arg(long, value_name = "FILE", conflicts_with = "no_recovery")]
    recovery_file: Option<PathBuf>,
    /// Make no recovery code: without the passphrase the vault is lost
    #[arg(long)]
    no_recovery: bool,
    /// Also write a raw key to this new file (mode 0600) that opens the vault alone, for CI
    #[arg(long, value_name = "FILE")]
    raw_key_file: Option<PathBuf>,
}

/// Presets of Argon2id.
#[derive(Clone, Copy, ValueEnum)]
enum Kdf {
    /// 64 MiB, 3 passes.
    Interactive,
    /// 256 MiB, 3 passes.
    Default,
    /// 1 GiB, 4 passes.
    Paranoid,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let wanted = creation::Wanted {
            cost: self.cost()?,
            recovery: match (self.no_recovery, self.recovery_file) {
                (true, _) => Recovery::None,
                (false, Some(file)) => Recovery::File(file),
                (false, None) => Recovery::Shown,
            },
            raw_key_file: self.raw_key_file,
        };
        let (vault, _) = creation::create(app, wanted)?;
        let path = app.vault_path()?;
        match app.ui.output {
            crate::cli::Output::Json => app.ui.json(&creation::document(&path, &vault)?),
            _ => app.ui.line(format!("created {}", shown_path(&path))),
        }
        Ok(0)
    }

    fn cost(&self) -> Result<Cost, Failure> {
        let (Some(mib), Some(passes)) = (self.kdf_memory, self.kdf_passes) else {
            return Ok(match self.kdf {
                Kdf::Interactive => Cost::INTERACTIVE,
                Kdf::Default => Cost::DEFAULT,
                Kdf::Paranoid => Cost::PARANOID,
            });
        };
        Cost::new(mib.saturating_mul(1024), passes, 1).map_err(|e| {
            Failure::new(Code::Usage, e.to_string())
                .hint("--kdf-memory 19 to 1024, --kdf-passes 1 to 16, their product 38 to 4096")
        })
    }
}
