//! `azvault subscription list`

use azvault_model::{Subscription, Tenant};
use azvault_service::ask::ask;
use azvault_service::subscriptions;
use azvault_service::verbs::{ListSubscriptions, ListedSubscription};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::options::wide::WideOption;
use crate::output::documents::{SCHEMA, SubscriptionView, TenantView};
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Cell, Tone, cell, toned};

/// List the subscriptions that your contexts know (Get-AzSubscription)
///
/// They come from the vault. With --refresh Azure is asked: for what the account of the active context
/// sees in its tenant, or in the one of --tenant. Nothing is changed by it: azvault context set and
/// azvault connect make contexts.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Those of this tenant alone
    #[arg(long, value_name = "ID")]
    #[arg(value_parser = name)]
    tenant: Option<String>,
    /// Ask Azure
    #[arg(long)]
    refresh: bool,
    #[command(flatten)]
    wide: WideOption,
}

const COLUMNS: [Column; 6] = [
    shortened("NAME", 16),
    whole("ID"),
    whole("STATE"),
    whole("TENANT").left_out(2),
    whole("ENVIRONMENT").left_out(1),
    shortened("CONTEXTS", 12).left_out(3),
];

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    refreshed: bool,
    subscriptions: Vec<Row<'a>>,
}

/// A subscription, and which contexts are on it.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    subscription: SubscriptionView<'a>,
    tenant: Option<TenantView<'a>>,
    environment: Option<&'a str>,
    contexts: Vec<&'a str>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let tenant = self.tenant.clone();
        let listed = match self.refresh {
            true => subscriptions::refreshed(app, tenant)?,
            false => ask(app, ListSubscriptions { tenant })?.subscriptions,
        };
        print(app, &self, listed.iter().map(row).collect());
        Ok(0)
    }
}

fn view(subscription: &Subscription) -> SubscriptionView<'_> {
    SubscriptionView {
        id: &subscription.id,
        name: subscription.name.as_deref(),
        state: subscription.state.as_deref(),
    }
}

fn of_tenant(tenant: &Tenant) -> TenantView<'_> {
    TenantView { id: &tenant.id, name: tenant.name.as_deref() }
}

fn row(listed: &ListedSubscription) -> Row<'_> {
    Row {
        subscription: view(&listed.subscription),
        tenant: listed.tenant.as_ref().map(of_tenant),
        environment: listed.environment.as_deref(),
        contexts: listed.contexts.iter().map(String::as_str).collect(),
    }
}

/// One that cannot be used stands out.
fn state(state: Option<&str>) -> Cell {
    let tone = if state.is_none_or(|own| own == "Enabled") { Tone::Plain } else { Tone::Warning };
    toned(tone, state.unwrap_or("-"))
}

fn print(app: &App, args: &Args, subscriptions: Vec<Row<'_>>) {
    if app.ui.output == Output::Json {
        app.ui.json(&Document { schema: SCHEMA, refreshed: args.refresh, subscriptions });
        return;
    }
    if subscriptions.is_empty() {
        app.ui.note(match args.refresh {
            true => "the account sees no subscription there",
            false => "no context has a subscription: add --refresh to ask Azure",
        });
        return;
    }
    let rows: Vec<_> = subscriptions
        .iter()
        .map(|row| {
            let tenant = row.tenant.as_ref().map_or("-", |t| t.name.unwrap_or(t.id));
            vec![
                cell(row.subscription.name.unwrap_or("-")),
                cell(row.subscription.id),
                state(row.subscription.state),
                cell(tenant),
                cell(row.environment.unwrap_or("-")),
                cell(row.contexts.join(", ")),
            ]
        })
        .collect();
    args.wide.print(app, &COLUMNS, rows);
}
