//! `az account`, as the SDKs and Terraform parse it (azure-cli-core `_profile.py`).

use azvault_model::{AccountId, SubscriptionId};
use azvault_model::{Context, KnownAccountType};
use azvault_service::contexts;
use azvault_service::contexts::{Contexts, Seen};
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::{OpenVault, Opener};
use azvault_service::text::quoted;
use azvault_service::tokens;
use azvault_service::tokens::{Target, TokenRequest};
use serde::Serialize;

use super::run::Common;
use crate::app::{App, Exit};
use crate::commands::token::print_as_az;

#[derive(clap::Args)]
pub(super) struct GetAccessToken {
    #[command(flatten)]
    common: Common,
    #[arg(long, conflicts_with_all = ["scope", "resource_type"])]
    resource: Option<String>,
    #[arg(long, num_args = 1..)]
    scope: Vec<String>,
    #[arg(long)]
    resource_type: Option<String>,
    #[arg(short, long, conflicts_with = "subscription")]
    tenant: Option<String>,
    #[arg(short, long, visible_short_alias = 'n', alias = "name")]
    subscription: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    common: Common,
    #[arg(short, long, visible_short_alias = 'n', alias = "name")]
    subscription: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
    #[arg(long)]
    all: bool,
    #[arg(long)]
    refresh: bool,
}

/// One entry of `az account list`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    environment_name: &'a str,
    home_tenant_id: &'a str,
    id: &'a str,
    is_default: bool,
    managed_by_tenants: [&'a str; 0],
    name: &'a str,
    state: &'a str,
    tenant_id: &'a str,
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    user_type: &'static str,
}

/// `az version`: go-azure-sdk wants a number from 2.0.81 up and below 3.
#[derive(Serialize)]
pub(super) struct Version {
    #[serde(rename = "azure-cli")]
    azure_cli: &'static str,
    #[serde(rename = "azure-cli-core")]
    azure_cli_core: &'static str,
    azvault: &'static str,
    extensions: std::collections::BTreeMap<&'static str, &'static str>,
}

impl Version {
    pub(super) fn new() -> Self {
        // The release whose answers are imitated.
        let imitated = "2.91.0";
        Self {
            azure_cli: imitated,
            azure_cli_core: imitated,
            azvault: env!("CARGO_PKG_VERSION"),
            extensions: Default::default(),
        }
    }
}

impl GetAccessToken {
    pub(super) fn run(self, app: &App) -> Exit {
        let mut open = open(app)?;
        let context = chosen(&open.contexts, self.subscription.as_deref())?.context;
        let to = match (self.resource.or(self.resource_type), self.scope.is_empty()) {
            (Some(resource), _) => Target::Resource(Some(resource)),
            (None, false) => Target::Scopes(self.scope),
            (None, true) => Target::Resource(None),
        };
        let wanted = TokenRequest::new(&open.contexts, context, to, self.tenant)?;
        let issued = tokens::token(app, &mut open, &wanted)?;
        print_as_az(app, &wanted, &issued)?;
        Ok(0)
    }
}

impl Show {
    pub(super) fn run(self, app: &App) -> Exit {
        let contexts = open(app)?.contexts;
        let seen = chosen(&contexts, self.subscription.as_deref())?;
        let active = contexts.acting()?.context;
        app.ui.json(&entry(seen.context, active).ok_or_else(contexts::none_active)?);
        Ok(0)
    }
}

impl List {
    pub(super) fn run(self, app: &App) -> Exit {
        let contexts = open(app)?.contexts;
        let active = contexts.acting()?.context;
        let seen = contexts.seen();
        // az knows one environment at a time, and each subscription once: the active context's.
        let fits = |context: &&Context| context.environment == active.environment;
        let mut entries: Vec<Entry<'_>> = Vec::new();
        let others = seen.iter().map(|seen| seen.context).filter(fits);
        for context in std::iter::once(active).chain(others) {
            let Some(entry) = entry(context, active) else { continue };
            if entries.iter().all(|known| SubscriptionId(known.id) != SubscriptionId(entry.id)) {
                entries.push(entry);
            }
        }
        app.ui.json(&entries);
        Ok(0)
    }
}

/// Whoever started az waits a few seconds at the most, and reads no question.
fn open(app: &App) -> Result<OpenVault, Failure> {
    Opener::new(&app.without_questions()).open()
}

/// The active context, or one of the subscription; of several, one of the active account.
fn chosen<'a>(contexts: &'a Contexts, subscription: Option<&str>) -> Result<Seen<'a>, Failure> {
    let active = contexts.acting();
    let Some(wanted) = subscription else { return active };
    let has = |seen: &&Seen<'_>| {
        seen.context.subscription.as_ref().is_some_and(|own| {
            SubscriptionId(&own.id) == SubscriptionId(wanted)
                || own.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    fn account(context: &Context) -> Option<AccountId<'_>> {
        context.account.as_ref().map(|own| AccountId(&own.id))
    }
    let seen = contexts.seen();
    if let Ok(active) = active.as_ref()
        && has(&active)
    {
        return Ok(*active);
    }
    let own = active.as_ref().ok().and_then(|active| account(active.context));
    let mut found: Vec<Seen<'a>> = seen.into_iter().filter(|seen| has(&seen)).collect();
    found.sort_by_key(|seen| account(seen.context) != own);
    found.first().copied().ok_or_else(|| {
        let wanted = quoted(wanted);
        Failure::new(Kind::NotFound, format!("no context has the subscription {wanted}."))
            .hint("azvault context list, then az account set or azvault use")
    })
}

/// A context without account or tenant is nothing that az could show.
fn entry<'a>(context: &'a Context, active: &Context) -> Option<Entry<'a>> {
    let account = context.account.as_ref()?;
    let tenant = context.tenant.as_ref()?;
    let subscription = context.subscription.as_ref();
    let is_person = account.account_type.known() == Some(KnownAccountType::User);
    Some(Entry {
        environment_name: context.environment.as_deref().unwrap_or("AzureCloud"),
        home_tenant_id: &tenant.id,
        id: subscription.map_or(&tenant.id, |own| &own.id),
        is_default: context.name.same_as(&active.name),
        managed_by_tenants: [],
        name: subscription
            .map_or("N/A(tenant level account)", |own| own.name.as_deref().unwrap_or(&own.id)),
        state: subscription.and_then(|own| own.state.as_deref()).unwrap_or("Enabled"),
        tenant_id: &tenant.id,
        user: User {
            name: &account.id,
            user_type: if is_person { "user" } else { "servicePrincipal" },
        },
    })
}
