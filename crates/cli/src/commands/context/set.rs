//! `azvault context set`

use std::collections::BTreeMap;

use azvault_contexts::{ContextName, rules};

use crate::app::{App, Consent};
use crate::change::{self, ScopeOption};
use crate::subscriptions;
use crate::ui::quoted;

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
        let done = change::carry_out(app, wanted, &|known| rules::set::set(known, &asked))?;
        let active = done.active.as_ref().map_or("", |name| name.as_str());
        done.say(app, &format!("{} is active {}", quoted(active), done.place()));
        Ok(0)
    }
}
