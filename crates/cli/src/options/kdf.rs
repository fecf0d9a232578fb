//! What a guess at a passphrase shall cost, as it is typed.

use azvault_service::failure::{Failure, Kind};
use azvault_vault::Cost;
use clap::ValueEnum;

/// Options of every verb that wraps a key under a passphrase.
#[derive(clap::Args)]
pub(crate) struct Kdf {
    /// How much work a guess at the passphrase costs
    #[arg(long, value_name = "KDF", conflicts_with_all = ["kdf_memory", "kdf_passes"])]
    kdf: Option<Preset>,
    /// Memory of the key derivation, in MiB
    #[arg(long, value_name = "MIB", requires = "kdf_passes")]
    kdf_memory: Option<u32>,
    /// Passes of the key derivation over that memory
    #[arg(long, value_name = "N", requires = "kdf_memory")]
    kdf_passes: Option<u32>,
}

/// Presets of Argon2id.
#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    /// 64 MiB, 3 passes.
    Interactive,
    /// 256 MiB, 3 passes.
    Default,
    /// 1 GiB, 4 passes.
    Paranoid,
}

impl Kdf {
    /// What was asked for; `None` if nothing was.
    pub(crate) fn asked(&self) -> Result<Option<Cost>, Failure> {
        let (Some(mib), Some(passes)) = (self.kdf_memory, self.kdf_passes) else {
            return Ok(self.kdf.map(|preset| match preset {
                Preset::Interactive => Cost::INTERACTIVE,
                Preset::Default => Cost::DEFAULT,
                Preset::Paranoid => Cost::PARANOID,
            }));
        };
        Cost::new(mib.saturating_mul(1024), passes, 1).map(Some).map_err(|e| {
            Failure::new(Kind::Usage, e.to_string())
                .hint("--kdf-memory 19 to 1024, --kdf-passes 1 to 16, their product 38 to 4096")
        })
    }

    /// What a new slot gets: what was asked for, else the default, or more where the vault allows
    /// no less. Never what a slot of the file happens to have.
    pub(crate) fn for_new(&self, least: Option<Cost>) -> Result<Cost, Failure> {
        let by_default = least.unwrap_or(Cost::DEFAULT).dearer_of(Cost::DEFAULT);
        Ok(self.asked()?.unwrap_or(by_default))
    }
}

/// A cost, in words.
pub(crate) fn words(cost: Cost) -> String {
    format!("{} MiB, {} passes", cost.memory_kib() / 1024, cost.passes())
}
