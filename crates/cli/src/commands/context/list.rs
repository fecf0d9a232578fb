//! `azvault context list`

use azvault_service::ask::ask;
use azvault_service::connect::offers;
use azvault_service::verbs::{ListContexts, ListedContext, ListedContexts};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::{ContextView, Marks, SCHEMA};
use crate::terminal::ui::{Tone, cell, toned};

/// List the contexts (Get-AzContext -ListAvailable)
///
/// Sorted by tenant id, then subscription name, then context name. `*` marks the active context,
/// `default` the one that is stored as the default, `process` one that lives in this session only.
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
    pub(crate) fn run(self, app: &App) -> Exit {
        let ListedContexts { default, active, contexts, offers } = ask(app, ListContexts {})?;
        let marks = Marks { default: default.as_ref(), active: active.as_ref() };
        match app.ui.output {
            Output::Json => app.ui.json(&Document {
                schema: SCHEMA,
                default: marks.default.map(|name| name.as_str()),
                active: marks.active.map(|name| name.as_str()),
                contexts: contexts
                    .iter()
                    .map(|listed| ContextView::new(&listed.context, listed.scope, marks))
                    .collect(),
            }),
            Output::Table | Output::Tsv | Output::Sarif if contexts.is_empty() => {
                offers::say(app, &offers);
            }
            Output::Table | Output::Tsv | Output::Sarif => print(app, &contexts, marks),
        }
        Ok(0)
    }
}

fn print(app: &App, contexts: &[ListedContext], marks: Marks<'_>) {
    let rows: Vec<_> = contexts.iter().map(|listed| row(listed, marks)).collect();
    app.ui.table(&["", "NAME", "ACCOUNT", "SUBSCRIPTION", "TENANT", "ENVIRONMENT", ""], &rows);
}

fn row(listed: &ListedContext, marks: Marks<'_>) -> Vec<crate::terminal::ui::Cell> {
    let view = ContextView::new(&listed.context, listed.scope, marks);
    let subscription = view.subscription.as_ref();
    let remark = match (view.scope, view.default) {
        ("process", _) => "process",
        (_, true) => "default",
        (_, false) => "",
    };
    vec![
        toned(Tone::Good, if view.active { "*" } else { "" }),
        cell(view.name),
        cell(view.account.as_ref().map_or("-", |account| account.id)),
        cell(subscription.map_or("-", |s| s.name.unwrap_or(s.id))),
        cell(view.tenant.as_ref().map_or("-", |tenant| tenant.name.unwrap_or(tenant.id))),
        cell(view.environment.unwrap_or("-")),
        toned(Tone::Quiet, remark),
    ]
}
