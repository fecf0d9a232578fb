//! `az account`, as the SDKs and Terraform parse it (azure-cli-core `_profile.py`).

use azvault_model::{Context, KnownAccountType, SubscriptionId};
use azvault_service::ask::{UnaskedReply, ask_unasked};
use azvault_service::contexts;
use azvault_service::failure::{Failure, Kind};
use azvault_service::tokens::Target;
use azvault_service::verbs::{AzAccounts, AzAccountsReply, Token, Verb, Which, WhichAccounts};
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
        let target = match (self.resource.or(self.resource_type), self.scope.is_empty()) {
            (Some(resource), _) => Target::Resource(Some(resource)),
            (None, false) => Target::Scopes(self.scope),
            (None, true) => Target::Resource(None),
        };
        let verb = Token {
            subscription: self.subscription,
            target,
            tenant: self.tenant,
            claims: None,
            which: Which::Any,
            confirm: Vec::new(),
        };
        let reply = answered(app, verb)?;
        let request = reply.request.clone();
        print_as_az(app, &request, &reply.issued())?;
        Ok(0)
    }
}

impl Show {
    pub(super) fn run(self, app: &App) -> Exit {
        let which = match self.subscription {
            Some(typed) => WhichAccounts::OfSubscription(typed),
            None => WhichAccounts::Active,
        };
        let reply = answered(app, AzAccounts { which })?;
        let shown = reply.contexts.first().and_then(|context| entry(context, &reply));
        app.ui.json(&shown.ok_or_else(contexts::none_active)?);
        Ok(0)
    }
}

impl List {
    pub(super) fn run(self, app: &App) -> Exit {
        let reply = answered(app, AzAccounts { which: WhichAccounts::All })?;
        // az knows one environment at a time, and each subscription once: the active context's.
        let environment = reply.contexts.first().and_then(|first| first.environment.as_ref());
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for context in &reply.contexts {
            if context.environment.as_ref() != environment {
                continue;
            }
            let Some(entry) = entry(context, &reply) else { continue };
            if entries.iter().all(|known| SubscriptionId(known.id) != SubscriptionId(entry.id)) {
                entries.push(entry);
            }
        }
        app.ui.json(&entries);
        Ok(0)
    }
}

/// Whoever started az waits a few seconds at the most, and reads no question.
fn answered<V: Verb>(app: &App, verb: V) -> Result<V::Reply, Failure> {
    match ask_unasked(&app.without_questions(), verb)? {
        UnaskedReply::Reply(reply) => Ok(reply),
        UnaskedReply::Locked(_) => {
            Err(Failure::new(Kind::Locked, "the vault is locked").hint("azvault unlock"))
        }
    }
}

/// A context without account or tenant is nothing that az could show.
fn entry<'a>(context: &'a Context, reply: &AzAccountsReply) -> Option<Entry<'a>> {
    let account = context.account.as_ref()?;
    let tenant = context.tenant.as_ref()?;
    let subscription = context.subscription.as_ref();
    let is_person = account.account_type.known() == Some(KnownAccountType::User);
    Some(Entry {
        environment_name: context.environment.as_deref().unwrap_or("AzureCloud"),
        home_tenant_id: &tenant.id,
        id: subscription.map_or(&tenant.id, |own| &own.id),
        is_default: reply.active.as_ref().is_some_and(|name| context.name.same_as(name)),
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
