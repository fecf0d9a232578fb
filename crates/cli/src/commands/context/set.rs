//! `azvault context set`

use std::collections::BTreeMap;

use azvault_model::{ContextName, Known, Whose, rules};
use azvault_service::app::Consent;
use azvault_service::change;
use azvault_service::change::ChangeExtras;
use azvault_service::opening::Opener;
use azvault_service::{policy, subscriptions};

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
        let wanted = self.scope.request("context set", Consent::from(self.force));
        let seen = match self.online {
            true => subscriptions::seen(app, self.tenant.as_deref())?.places,
            false => Vec::new(),
        };
        let asked = rules::set::SetRequest {
            name: self.name.map(ContextName::new),
            subscription: self.subscription,
            tenant: self.tenant,
            properties: self.property.into_iter().collect::<BTreeMap<_, _>>(),
            seen,
        };
        let rule = |known: &Known<'_>| rules::set::set(known, &asked);
        let mut open = Opener::new(app).for_change().open()?;
        let acting = open.contexts.resolved()?;
        let scope = open.contexts.scope_of_change(wanted.scope)?;
        let accounts = open.contexts.accounts();
        let whose = Whose { acting: acting.as_ref(), accounts: &accounts };
        let made = rule(&open.contexts.known(scope, whose));
        for context in made.iter().flat_map(|set| &set.change.put) {
            policy::acts(app, context)?;
        }
        let nothing = ChangeExtras::default();
        let done = change::carry_out_on(app, &mut open, wanted, &nothing, &rule)?;
        output::change::say(app, &done, &done.active_line());
        Ok(0)
    }
}
