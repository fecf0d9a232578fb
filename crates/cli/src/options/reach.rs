//! Whom an endpoint serves, as it is typed.

use azvault_model::Context;
use azvault_service::endpoint::Reach;

/// `--all-accounts`
#[derive(clap::Args)]
pub(crate) struct ReachOption {
    /// Serve every account of the vault, not the acting one alone; the audit log has it
    #[arg(long)]
    all_accounts: bool,
}

impl ReachOption {
    /// Whom the endpoint of a command serves when that context acts.
    pub(crate) fn reach(&self, acting: Option<&Context>) -> Reach {
        if self.all_accounts { Reach::AllAccounts } else { Reach::of(acting) }
    }
}
