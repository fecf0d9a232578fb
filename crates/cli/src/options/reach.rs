//! Whom an endpoint serves, as it is typed.

use azvault_service::verbs::Serves;

use crate::options::name::name;

/// `--all-accounts` and `--as-identity`
#[derive(clap::Args)]
pub(crate) struct ReachOption {
    /// Serve every account of the vault, not the acting one alone; the audit log has it
    #[arg(long)]
    all_accounts: bool,
    /// Take this id of a managed identity for the acting account, which is served by its own ids
    /// anyway: a client id, object id or resource id that a tool is configured with
    #[arg(long, value_name = "ID", value_parser = name)]
    pub(crate) as_identity: Vec<String>,
}

impl ReachOption {
    /// Whom the endpoint of a command serves.
    pub(crate) fn serves(&self) -> Serves {
        if self.all_accounts { Serves::AllAccounts } else { Serves::ActingAccount }
    }
}
