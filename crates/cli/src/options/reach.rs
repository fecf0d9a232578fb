//! Whom an endpoint serves, as it is typed.

use std::time::Duration;

use azvault_service::endpoint::Bounds;
use azvault_service::verbs::Serves;

use crate::app::App;
use crate::options::duration::duration;
use crate::options::name::name;

/// `--all-accounts` and `--as-identity`
#[derive(clap::Args, Default)]
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

/// `--only-tenant`, `--only-resource` and `--expires-in`
#[derive(clap::Args, Default)]
pub(crate) struct BoundsOption {
    /// Hand out tokens for this tenant alone, by its id or domain; may be given again
    #[arg(long, value_name = "TENANT", value_parser = name)]
    only_tenant: Vec<String>,
    /// Hand out tokens for this resource alone, named as azvault token takes it; may be given again
    #[arg(long, value_name = "RESOURCE", value_parser = name)]
    only_resource: Vec<String>,
    /// Hand out no token after this time: 8h, 45m [default: as long as it runs]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    expires_in: Option<Duration>,
}

impl BoundsOption {
    /// What is handed out at most, from now on.
    pub(crate) fn bounds(&self, app: &App) -> Bounds {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        Bounds {
            tenants: self.only_tenant.clone(),
            resources: self.only_resource.clone(),
            expires: self.expires_in.map(|time| app.now().saturating_add(seconds(time))),
        }
    }
}
