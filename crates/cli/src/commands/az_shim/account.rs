//! `az account`, as people, the SDKs and Terraform read it (azure-cli-core `_profile.py`, and `custom.py` of
//! its module `profile`).

use std::collections::BTreeMap;

use azvault_model::{Context, ContextName, KnownAccountType, Scope, SubscriptionId};
use azvault_service::app::Consent;
use azvault_service::ask::{UnaskedReply, ask, ask_unasked};
use azvault_service::change::Run;
use azvault_service::failure::{Failure, Kind};
use azvault_service::verbs::{
    AzAccounts, AzAccountsReply, ChangeContexts, ContextChange, SelectVerb, Verb, WhichAccounts,
};
use azvault_service::{contexts, paths};
use serde::Serialize;

use super::form::{Columns, Form};
use crate::app::{App, Exit};

#[derive(clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    form: Form,
    #[arg(short, long, visible_short_alias = 'n', alias = "name")]
    subscription: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    form: Form,
    #[arg(long)]
    all: bool,
    #[arg(long)]
    refresh: bool,
}

#[derive(clap::Args)]
pub(super) struct Set {
    #[command(flatten)]
    form: Form,
    #[arg(short, long, visible_short_alias = 'n', alias = "name")]
    subscription: String,
}

#[derive(clap::Args)]
pub(super) struct Version {
    #[command(flatten)]
    form: Form,
}

/// What `account show` and `account list` say of one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    /// The cloud, as `account list` calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_name: Option<&'a str>,
    /// The cloud, as `account show` calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment_name: Option<&'a str>,
    home_tenant_id: &'a str,
    id: &'a str,
    is_default: bool,
    managed_by_tenants: [&'a str; 0],
    name: &'a str,
    state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_default_domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_display_name: Option<&'a str>,
    tenant_id: &'a str,
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    user_type: &'static str,
}

/// The table of `account list` (`_format.py`).
const LIST_COLUMNS: [(&str, &str); 6] = [
    ("name", "Name"),
    ("cloudName", "CloudName"),
    ("id", "SubscriptionId"),
    ("tenantId", "TenantId"),
    ("state", "State"),
    ("isDefault", "IsDefault"),
];

/// `az version`: go-azure-sdk wants a number from 2.0.81 up and below 3.
#[derive(Serialize)]
struct Versions {
    #[serde(rename = "azure-cli")]
    azure_cli: &'static str,
    #[serde(rename = "azure-cli-core")]
    azure_cli_core: &'static str,
    azvault: &'static str,
    extensions: BTreeMap<&'static str, &'static str>,
}

/// The release whose answers are imitated.
const IMITATED: &str = "2.91.0";

impl Version {
    pub(super) fn run(self, app: &App) -> Exit {
        let versions = Versions {
            azure_cli: IMITATED,
            azure_cli_core: IMITATED,
            azvault: env!("CARGO_PKG_VERSION"),
            extensions: BTreeMap::new(),
        };
        app.ui.raw(self.form.text(&versions, Columns::Sorted)?.as_bytes());
        Ok(0)
    }
}

/// `az --version`, for people.
pub(super) fn say_version(app: &App) {
    let own = env!("CARGO_PKG_VERSION");
    app.ui.line(format!("azure-cli  {IMITATED}, as azvault {own} answers for it"));
}

impl Show {
    pub(super) fn run(self, app: &App) -> Exit {
        let which = match self.subscription {
            Some(typed) => WhichAccounts::OfSubscription(typed),
            None => WhichAccounts::Active,
        };
        let reply = answered(app, AzAccounts { which })?;
        let shown = reply.contexts.first().and_then(|context| entry(context, &reply));
        let Entry { cloud_name, .. } = *shown.as_ref().ok_or_else(contexts::none_active)?;
        let shown =
            shown.map(|shown| Entry { environment_name: cloud_name, cloud_name: None, ..shown });
        app.ui.raw(self.form.text(&shown, Columns::Sorted)?.as_bytes());
        Ok(0)
    }
}

impl List {
    pub(super) fn run(self, app: &App) -> Exit {
        let reply = answered(app, AzAccounts { which: WhichAccounts::All })?;
        let first = reply.contexts.first().and_then(|first| first.environment.as_deref());
        let all = entries(&reply, |_| true);
        let (shown, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|entry| {
            self.all || (entry.cloud_name == Some(cloud(first)) && entry.state == "Enabled")
        });
        if left.iter().any(|entry| entry.state != "Enabled") && !self.form.only_show_errors {
            app.ui.warning("accounts whose state is not Enabled are left out: --all shows them");
        }
        if self.refresh && !self.form.only_show_errors {
            app.ui.warning("--refresh is left out: azvault connect --account USER looks again");
        }
        app.ui.raw(self.form.text(&shown, Columns::Named(&LIST_COLUMNS))?.as_bytes());
        Ok(0)
    }
}

impl Set {
    /// As `azvault use` in a session; elsewhere it is the default of all shells, as az has it.
    pub(super) fn run(self, app: &App) -> Exit {
        let quiet = app.without_questions();
        let which = WhichAccounts::OfSubscription(self.subscription);
        let reply = answered(app, AzAccounts { which })?;
        let name = reply.contexts.first().map(|context| context.name.clone());
        let name = name.ok_or_else(contexts::none_active)?;
        let scope = paths::session().map(|_| Scope::Process);
        let (replace, destroy) = (Consent::Ask, Consent::Ask);
        let change = ContextChange::Select { name, by: SelectVerb::Use };
        let done = ask(&quiet, ChangeContexts { change, scope, replace, destroy, run: Run::Real })?;
        if !self.form.only_show_errors {
            app.ui.note(done.active_line());
        }
        done.say_remarks(app);
        Ok(0)
    }
}

/// az's entries of these contexts: az knows each subscription once.
pub(super) fn entries(
    reply: &AzAccountsReply,
    wanted: impl Fn(&Context) -> bool,
) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for context in reply.contexts.iter().filter(|context| wanted(context)) {
        let Some(entry) = entry(context, reply) else { continue };
        let is_same = |known: &Entry<'_>| SubscriptionId(known.id) == SubscriptionId(entry.id);
        if !entries.iter().any(is_same) {
            entries.push(entry);
        }
    }
    entries
}

/// Prints the accounts of who is signed in now, as `az login` does.
pub(super) fn print_signed_in(app: &App, form: &Form) -> Result<(), Failure> {
    let reply = answered(app, AzAccounts { which: WhichAccounts::All })?;
    let first = reply.contexts.first();
    let shown =
        entries(&reply, |context| first.is_some_and(|first| first.is_of_the_account_of(context)));
    app.ui.raw(form.text(&shown, Columns::Named(&LIST_COLUMNS))?.as_bytes());
    Ok(())
}

/// Asks nobody anything: who started az waits a few seconds at the most, and reads no question.
pub(super) fn answered<V: Verb>(app: &App, verb: V) -> Result<V::Reply, Failure> {
    match ask_unasked(&app.without_questions(), verb)? {
        UnaskedReply::Reply(reply) => Ok(reply),
        UnaskedReply::Locked(_) => {
            Err(Failure::new(Kind::Locked, "the vault is locked").hint("azvault unlock"))
        }
    }
}

fn cloud(environment: Option<&str>) -> &str {
    environment.unwrap_or("AzureCloud")
}

/// A context without account or tenant is nothing that az could show.
fn entry<'a>(context: &'a Context, reply: &AzAccountsReply) -> Option<Entry<'a>> {
    let account = context.account.as_ref()?;
    let tenant = context.tenant.as_ref()?;
    let subscription = context.subscription.as_ref();
    let is_person = account.account_type.known() == Some(KnownAccountType::User);
    // A context has the one or the other.
    let is_domain = |name: &&str| name.contains('.') && !name.contains(' ');
    let named = tenant.name.as_deref();
    let is_active = |name: &ContextName| context.name.same_as(name);
    Some(Entry {
        cloud_name: Some(cloud(context.environment.as_deref())),
        environment_name: None,
        home_tenant_id: &tenant.id,
        id: subscription.map_or(&tenant.id, |own| &own.id),
        is_default: reply.active.as_ref().is_some_and(is_active),
        managed_by_tenants: [],
        name: subscription
            .map_or("N/A(tenant level account)", |own| own.name.as_deref().unwrap_or(&own.id)),
        state: subscription.and_then(|own| own.state.as_deref()).unwrap_or("Enabled"),
        tenant_default_domain: named.filter(is_domain),
        tenant_display_name: named.filter(|name| !is_domain(name)),
        tenant_id: &tenant.id,
        user: User {
            name: &account.id,
            user_type: if is_person { "user" } else { "servicePrincipal" },
        },
    })
}
