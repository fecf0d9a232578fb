//! `azvault context list`

use azvault_model::rules::sign_in::SignIn;
use azvault_service::ask::ask;
use azvault_service::connect::offers;
use azvault_service::verbs::{ListContexts, ListedContext, ListedContexts};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::wide::WideOption;
use crate::output::documents::{ContextView, Marks, SCHEMA};
use crate::output::sign_in::SOON;
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Cell, Tone, cell, toned};

/// List the contexts (Get-AzContext -ListAvailable)
///
/// Sorted by tenant id, then subscription name, then context name. `*` marks the active context,
/// `default` the one that is stored as the default, `process` one that lives in this session only, `team` one that
/// a team shares. SIGN-IN
/// is what is known without asking Azure: `ok`, when it expires, or `sign-in needed`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wide: WideOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    default: Option<&'a str>,
    active: Option<&'a str>,
    contexts: Vec<ContextView<'a>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let ListedContexts { default, active, contexts, offers, .. } = ask(app, ListContexts {})?;
        let marks = Marks { default: default.as_ref(), active: active.as_ref() };
        match app.ui.output {
            Output::Json => app.ui.json(&Document {
                schema: SCHEMA,
                default: marks.default.map(|name| name.as_str()),
                active: marks.active.map(|name| name.as_str()),
                contexts: contexts
                    .iter()
                    .map(|listed| {
                        ContextView::new(&listed.context, listed.scope, marks)
                            .signed_in(listed.sign_in)
                    })
                    .collect(),
            }),
            Output::Table | Output::Tsv | Output::Sarif if contexts.is_empty() => {
                offers::say(app, &offers);
            }
            Output::Table | Output::Tsv | Output::Sarif => {
                let row = |listed| row(app, &self.wide, listed, marks);
                self.wide.print(app, &COLUMNS, contexts.iter().map(row).collect());
            }
        }
        Ok(0)
    }
}

const COLUMNS: [Column; 8] = [
    whole(""),
    shortened("NAME", 20),
    shortened("ACCOUNT", 16),
    shortened("SUBSCRIPTION", 12).left_out(3),
    whole("TENANT").left_out(2),
    whole("ENVIRONMENT").left_out(1),
    whole(""),
    whole("SIGN-IN"),
];

fn row(app: &App, wide: &WideOption, listed: &ListedContext, marks: Marks<'_>) -> Vec<Cell> {
    let view = ContextView::new(&listed.context, listed.scope, marks);
    let subscription = view.subscription.as_ref();
    let mut row = vec![
        toned(Tone::Good, if view.active { "*" } else { "" }),
        match view.mark {
            Some(_) => toned(Tone::Bad, view.name),
            None => cell(view.name),
        },
        cell(view.account.as_ref().map_or("-", |account| account.id)),
        cell(subscription.map_or("-", |s| s.name.unwrap_or(s.id))),
        cell(view.tenant.as_ref().map_or("-", |tenant| tenant.name.unwrap_or(tenant.id))),
        cell(view.environment.unwrap_or("-")),
        remark(&view),
        sign_in(app, wide, listed.sign_in),
    ];
    if app.ui.output == Output::Tsv {
        row.push(cell(subscription.map_or("", |s| s.id)));
        row.push(cell(view.tenant.as_ref().map_or("", |tenant| tenant.id)));
    }
    row
}

/// Where it lives, whether it is the default, how it is marked, and whether its subscription can be used.
fn remark(view: &ContextView<'_>) -> Cell {
    let lives = match (view.scope, view.default) {
        ("process", _) => Some("process"),
        (_, true) => Some("default"),
        (_, false) => None,
    };
    let team = view.team.map(|team| format!("team {team}"));
    let state = view.subscription.as_ref().and_then(|own| own.state);
    let state = state.filter(|state| *state != "Enabled").map(str::to_lowercase);
    let words: Vec<&str> =
        lives.into_iter().chain(team.as_deref()).chain(view.mark).chain(state.as_deref()).collect();
    let tone = match (view.mark, &state) {
        (Some(_), _) => Tone::Bad,
        (None, Some(_)) => Tone::Warning,
        (None, None) => Tone::Quiet,
    };
    toned(tone, words.join(", "))
}

fn sign_in(app: &App, wide: &WideOption, known: Option<SignIn>) -> Cell {
    match known {
        Some(SignIn::Stored) => toned(Tone::Good, "ok"),
        Some(SignIn::Until(at)) => {
            let soon = at - app.now() < SOON;
            toned(if soon { Tone::Warning } else { Tone::Good }, wide.expires(app, at))
        }
        Some(SignIn::Needed) => toned(Tone::Bad, "sign-in needed"),
        None => cell("-"),
    }
}
