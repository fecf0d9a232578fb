//! `azvault context set`

use std::collections::BTreeMap;

use azvault_model::{ContextName, rules};
use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::subscriptions;
use azvault_service::verbs::ContextChange;

use crate::app::{App, Exit};
use crate::options::change::ScopeOption;
use crate::options::name::name;
use crate::output;

/// Make a subscription or a tenant the active context (Set-AzContext)
///
/// Account and environment come from the context that acts: the one that status shows, or that
/// --context names. Subscriptions and tenants are found by id or name among those that your contexts
/// know; any other one is given by its id, or found with --online. Where another account's context is all
/// that leads to a tenant, in which the account was never seen, you are asked. Without a name the context is called `Subscription Name (subscription-id)`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name to store it under
    #[arg(value_parser = name)]
    name: Option<String>,
    /// Id or name of the subscription
    #[arg(long, value_name = "ID|NAME", required_unless_present_any = ["tenant", "name"])]
    #[arg(value_parser = name)]
    subscription: Option<String>,
    /// Id of the tenant, or the name that a context has for it
    #[arg(long, value_name = "ID|NAME")]
    #[arg(value_parser = name)]
    tenant: Option<String>,
    /// Ask Azure for a subscription that no context knows
    #[arg(long, requires = "subscription")]
    online: bool,
    /// Set an extended property of the context
    #[arg(long, value_name = "NAME=VALUE", value_parser = property)]
    property: Vec<(String, String)>,
    #[command(flatten)]
    scope: ScopeOption,
    /// Do not ask: replace another context of that name, take a tenant in which the account was never
    /// seen
    #[arg(long)]
    force: bool,
}

fn property(text: &str) -> Result<(String, String), &'static str> {
    let (property, value) = text.split_once('=').ok_or("a property is NAME=VALUE")?;
    Ok((name(property)?, value.to_owned()))
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let seen = match self.online {
            true => subscriptions::visible(app, self.tenant.clone())?,
            false => Vec::new(),
        };
        let asked = rules::set::SetRequest {
            name: self.name.map(ContextName::new),
            subscription: self.subscription,
            tenant: self.tenant,
            properties: self.property.into_iter().collect::<BTreeMap<_, _>>(),
            seen,
        };
        let force = Consent::from(self.force);
        let done = ask(app, self.scope.change(ContextChange::Set(asked), force))?;
        output::change::say(app, &done, &done.active_line());
        Ok(0)
    }
}
