//! The plan as it is shown: for people, and as the document that scripts rely on.

use std::collections::{BTreeMap, BTreeSet};

use azvault_importer::Outcome;
use azvault_importer::folder::Source;
use azvault_model::Scope;
use azvault_model::rules::import::Action;
use azvault_service::migration::proposal::Proposal;
use azvault_service::migration::remarks::remarks;
use azvault_service::migration::source::{SourceView, note};
use azvault_service::migration::unused;
use azvault_service::paths;
use azvault_service::scan::shortened as shortened_path;
use azvault_service::text::{count, quoted};
use serde::Serialize;

use crate::app::App;
use crate::options::Output;
use crate::output::documents::{ContextView, Marks, SCHEMA};
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Tone, cell, toned};

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    sources: Vec<SourceView>,
    contexts: Vec<PlannedContext<'a>>,
    default: Option<&'a str>,
    autosave: Option<&'static str>,
    secrets: Vec<PlannedSecret<'a>>,
    remarks: Vec<String>,
    totals: Totals,
}

#[derive(Serialize)]
struct PlannedContext<'a> {
    #[serde(flatten)]
    context: ContextView<'a>,
    source: String,
    action: &'static str,
}

#[derive(Serialize)]
struct PlannedSecret<'a> {
    kind: &'static str,
    account: Option<&'a str>,
    tenant: Option<&'a str>,
    client_id: Option<&'a str>,
    environment: Option<&'a str>,
    resource: Option<&'a str>,
    expires_on: Option<i64>,
    family_id: Option<&'a str>,
    sources: Vec<String>,
    action: &'static str,
}

#[derive(Serialize)]
struct Totals {
    sources: usize,
    accepted: usize,
    warned: usize,
    rejected: usize,
    opaque: usize,
    reported: usize,
    contexts: usize,
    accounts: usize,
    secrets: usize,
    by_kind: BTreeMap<&'static str, usize>,
}

/// Prints the plan.
pub(crate) fn print(app: &App, proposal: &Proposal) {
    if app.ui.output == Output::Json {
        app.ui.json(&document(proposal));
        return;
    }
    if app.ui.output == Output::Tsv {
        contexts(app, proposal);
        return;
    }
    sources(app, &proposal.sources);
    if !proposal.plan.contexts.is_empty() {
        app.ui.line("");
        contexts(app, proposal);
    }
    app.ui.line("");
    for line in summary(proposal) {
        app.ui.paragraph(Tone::Plain, &line);
    }
}

/// The files, with the remarks of each below the table.
pub(crate) fn sources(app: &App, sources: &[Source]) {
    let roots = paths::roots().ok();
    let path = |source: &Source| shortened_path(&source.path, roots.as_ref());
    let rows: Vec<_> = sources
        .iter()
        .map(|source| {
            let view = SourceView::new(source);
            let cells = vec![
                toned(tone(source.found.outcome), view.outcome),
                cell(view.format),
                cell(view.mode.unwrap_or_else(|| "-".to_owned())),
                cell(path(source)),
            ];
            (cells, Vec::new())
        })
        .collect();
    app.ui.listing(&["", "FORMAT", "MODE", "FILE"], &rows);
    for source in sources {
        for remark in &source.found.notes {
            let tone = tone(source.found.outcome);
            app.ui.toned_line(tone, format!("  {}: {}", path(source), note(remark)));
        }
        let revokes: BTreeSet<_> = source.found.reported.iter().map(|one| one.revoke).collect();
        for revoke in revokes {
            app.ui.toned_line(Tone::Warning, format!("  {}: to revoke: {revoke}", path(source)));
        }
    }
}

const CONTEXTS: [Column; 5] = [
    whole(""),
    shortened("CONTEXT", 20),
    shortened("ACCOUNT", 16),
    shortened("SUBSCRIPTION", 12).left_out(1),
    whole(""),
];

fn contexts(app: &App, proposal: &Proposal) {
    let default = proposal.plan.default.as_ref();
    let rows: Vec<_> = proposal
        .plan
        .contexts
        .iter()
        .map(|planned| {
            let view =
                ContextView::new(&planned.item, Scope::User, Marks { default, active: default });
            let subscription = view.subscription.as_ref();
            let tone = match planned.action {
                Action::Add | Action::Update => Tone::Good,
                Action::Same => Tone::Quiet,
                Action::Conflict => Tone::Warning,
            };
            vec![
                toned(tone, planned.action.as_str()),
                cell(view.name),
                cell(view.account.as_ref().map_or("-", |account| account.id)),
                cell(subscription.map_or("-", |s| s.name.unwrap_or(s.id))),
                toned(Tone::Quiet, if view.default { "default" } else { "" }),
            ]
        })
        .collect();
    app.ui.columns(&CONTEXTS, rows);
}

fn summary(proposal: &Proposal) -> Vec<String> {
    let totals = totals(proposal);
    let words = |(kind, number): (&&str, &usize)| count(*number, &kind.replace('_', " "));
    let kinds: Vec<String> = totals.by_kind.iter().map(words).collect();
    let mut lines = vec![format!(
        "{}, {}, {}{}",
        count(totals.contexts, "context"),
        count(totals.accounts, "account"),
        count(totals.secrets, "secret"),
        if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) },
    )];
    lines.push(match &proposal.plan.default {
        Some(name) => format!("default context: {}", quoted(name.as_str())),
        None => "default context: none, because no file names one".to_owned(),
    });
    if let Some(mode) = proposal.plan.autosave {
        lines.push(format!("autosave: {}", mode.as_str()));
    }
    lines.extend(remarks(proposal));
    lines.extend(unused::line(proposal));
    lines
}

fn document(proposal: &Proposal) -> Document<'_> {
    let plan = &proposal.plan;
    let path = |number: usize| proposal.sources[number].path.display().to_string();
    let default = plan.default.as_ref();
    Document {
        schema: SCHEMA,
        sources: proposal.sources.iter().map(SourceView::new).collect(),
        contexts: plan
            .contexts
            .iter()
            .map(|planned| PlannedContext {
                context: ContextView::new(
                    &planned.item,
                    Scope::User,
                    Marks { default, active: default },
                ),
                source: planned.sources.first().map_or_else(String::new, |n| path(*n)),
                action: planned.action.as_str(),
            })
            .collect(),
        default: default.map(|name| name.as_str()),
        autosave: plan.autosave.map(|mode| mode.as_str()),
        secrets: plan
            .secrets
            .iter()
            .map(|planned| {
                let about = &planned.item;
                PlannedSecret {
                    kind: about.kind.as_str(),
                    account: about.account.as_deref(),
                    tenant: about.tenant.as_deref(),
                    client_id: about.client_id.as_deref(),
                    environment: about.environment.as_deref(),
                    resource: about.target.as_deref(),
                    expires_on: about.expires_on,
                    family_id: about.family_id.as_deref(),
                    sources: planned.sources.iter().map(|n| path(*n)).collect(),
                    action: planned.action.as_str(),
                }
            })
            .collect(),
        remarks: remarks(proposal),
        totals: totals(proposal),
    }
}

fn totals(proposal: &Proposal) -> Totals {
    let with = |outcome| proposal.sources.iter().filter(|s| s.found.outcome == outcome).count();
    let mut by_kind = BTreeMap::new();
    for planned in &proposal.plan.secrets {
        *by_kind.entry(planned.item.kind.as_str()).or_insert(0) += 1;
    }
    Totals {
        sources: proposal.sources.len(),
        accepted: with(Outcome::Accept),
        warned: with(Outcome::Warn),
        rejected: with(Outcome::Reject),
        opaque: with(Outcome::Opaque),
        reported: with(Outcome::Report),
        contexts: proposal.plan.contexts.len(),
        accounts: proposal.plan.people,
        secrets: proposal.plan.secrets.len(),
        by_kind,
    }
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Accept => Tone::Good,
        Outcome::Warn | Outcome::Report | Outcome::Opaque => Tone::Warning,
        Outcome::Reject => Tone::Bad,
    }
}
