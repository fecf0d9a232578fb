//! `azvault context set`

use std::collections::BTreeMap;

use azvault_contexts::{ContextName, Known, rules};

use crate::app::{App, Consent};
use crate::change::{self, Brought, ScopeOption};
use crate::contexts::Contexts;
use crate::ui::quoted;
use crate::{policy, subscriptions};

/// Make a subscription or a tenant the active context (Set-AzContext)
///
/// Account and environment come from the active context, or from the one that --context names.
/// Subscriptions are found by id or name among those that your contexts know; any other one is
/// given by its id, or found with --online. Without a name the context is called `Subscription Name (subscription-id)`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name to store it under
    name: Option<String>,
    /// Id or name of the subscription
    #[arg(long, value_name = "ID|NAME", required_unless_present_any = ["tenant", "name"])]
    subscription: Option<String>,
    /// Id of the tenant
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Ask Azure for a subscription that no context knows
    #[arg(long, requires = "subscription")]
    online: bool,
    /// Set an extended property of the context
    #[arg(long, value_name = "NAME=VALUE", value_parser = property)]
    property: Vec<(String, String)>,
    #[command(flatten)]
    scope: ScopeOption,
    /// Replace another context of that name without asking
    #[arg(long)]
    force: bool,
}

fn property(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a property is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let wanted = self.scope.wanted("context set", Consent::from(self.force));
        let seen = match self.online {
            true => subscriptions::seen(app, self.tenant.as_deref())?.places,
            false => Vec::new(),
        };
        let asked = rules::set::Wanted {
            base: app.given().map(|given| given.name),
            name: self.name.map(ContextName::new),
            subscription: self.subscription,
            tenant: self.tenant,
            properties: self.property.into_iter().collect::<BTreeMap<_, _>>(),
            seen,
        };
        let rule = |known: &Known<'_>| rules::set::set(known, &asked);
        let (mut vault, contexts) = Contexts::open_to_change(app)?;
        let scope = contexts.scope_of_change(wanted.scope)?;
        for context in rule(&contexts.known(scope)).iter().flat_map(|set| &set.change.put) {
            policy::acts(app, context)?;
        }
        let (opened, nothing) = ((&mut vault, contexts), Brought::default());
        let done = change::carry_out_on(app, opened, wanted, &nothing, &rule)?;
        let active = done.active.as_ref().map_or("", |name| name.as_str());
        done.say(app, &format!("{} is active {}", quoted(active), done.place()));
        Ok(0)
    }
}
