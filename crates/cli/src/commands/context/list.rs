//! `azvault context list`

use azvault_contexts::Context;
use serde::Serialize;

use super::Listed;
use crate::app::App;
use crate::cli::Output;
use crate::documents::{ContextView, SCHEMA};
use crate::ui::{Tone, cell, toned};
use crate::unlock;

/// List the contexts (Get-AzContext -ListAvailable)
///
/// Sorted by tenant id, then subscription name, then context name. `*` marks the active context,
/// `default` the one that is stored as the default.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    default: Option<&'a str>,
    active: Option<&'a str>,
    contexts: Vec<ContextView<'a>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let vault = unlock::vault(app)?;
        let listed = super::listed(app, &vault)?;
        match app.ui.output {
            Output::Json => app.ui.json(&document(&listed)),
            Output::Table | Output::Tsv => print(app, &listed),
        }
        Ok(0)
    }
}

fn document(listed: &Listed) -> Document<'_> {
    let (default, active) = (listed.default.as_ref(), listed.active.as_ref());
    Document {
        schema: SCHEMA,
        default: default.map(|name| name.as_str()),
        active: active.map(|name| name.as_str()),
        contexts: listed.contexts.iter().map(|c| ContextView::new(c, default, active)).collect(),
    }
}

fn print(app: &App, listed: &Listed) {
    if listed.contexts.is_empty() {
        app.ui.note("no contexts yet: azvault migrate");
    }
    let rows: Vec<_> = listed.contexts.iter().map(|context| row(context, listed)).collect();
    if !rows.is_empty() {
        app.ui.table(&["", "NAME", "ACCOUNT", "SUBSCRIPTION", "TENANT", "ENVIRONMENT", ""], &rows);
    }
}

fn row(context: &Context, listed: &Listed) -> Vec<crate::ui::Cell> {
    let view = ContextView::new(context, listed.default.as_ref(), listed.active.as_ref());
    let subscription = view.subscription.as_ref();
    vec![
        toned(Tone::Good, if view.active { "*" } else { "" }),
        cell(view.name),
        cell(view.account.as_ref().map_or("-", |account| account.id)),
        cell(subscription.map_or("-", |s| s.name.unwrap_or(s.id))),
        cell(view.tenant.as_ref().map_or("-", |tenant| tenant.name.unwrap_or(tenant.id))),
        cell(view.environment.unwrap_or("-")),
        toned(Tone::Quiet, if view.default { "default" } else { "" }),
    ]
}
