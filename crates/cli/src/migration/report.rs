//! The plan as it is shown: for people, and as the document that scripts rely on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use azvault_importer::folder::Source;
use azvault_importer::open::Stat;
use azvault_importer::{Note, Outcome, Product};
use azvault_model::Scope;
use azvault_model::rules::import::{Action, Origin, Remark};
use serde::Serialize;

use super::proposal::Proposal;
use super::unused;
use crate::app::App;
use crate::cli::Output;
use crate::documents::{ContextView, Marks, SCHEMA};
use crate::scan::print::no_sign_in;
use crate::ui::{Tone, cell, count, quoted, shown, shown_path, toned};

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

/// One file, as `scan` and `migrate plan` print it.
#[derive(Serialize)]
pub(crate) struct SourceView {
    path: String,
    format: &'static str,
    product: &'static str,
    mode: Option<String>,
    size: Option<u64>,
    outcome: &'static str,
    notes: Vec<String>,
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

impl SourceView {
    pub(crate) fn new(source: &Source) -> Self {
        Self {
            path: source.path.display().to_string(),
            format: source.found.format.as_str(),
            product: source.found.product.as_str(),
            mode: source.stat.map(|stat| stat.permissions.to_string()),
            size: source.stat.map(|stat| stat.size),
            outcome: source.found.outcome.as_str(),
            notes: source.found.notes.iter().map(note).collect(),
        }
    }

    /// Of a file that no format knows.
    pub(crate) fn unknown(path: &Path, stat: &Stat) -> Self {
        Self {
            path: path.display().to_string(),
            format: "unknown-file",
            product: Product::Unknown.as_str(),
            mode: Some(stat.permissions.to_string()),
            size: Some(stat.size),
            outcome: Outcome::Reject.as_str(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn format(&self) -> &'static str {
        self.format
    }

    /// In words, safe to show.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }
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
        app.ui.line(line);
    }
}

/// The files, with the remarks of each below the table.
pub(crate) fn sources(app: &App, sources: &[Source]) {
    let rows: Vec<_> = sources
        .iter()
        .map(|source| {
            let view = SourceView::new(source);
            vec![
                toned(tone(source.found.outcome), view.outcome),
                cell(view.format),
                cell(view.mode.unwrap_or_else(|| "-".to_owned())),
                cell(view.path),
            ]
        })
        .collect();
    app.ui.table(&["", "FORMAT", "MODE", "FILE"], &rows);
    for source in sources {
        for remark in &source.found.notes {
            let tone = tone(source.found.outcome);
            app.ui.toned_line(tone, format!("  {}: {}", shown_path(&source.path), note(remark)));
        }
        let revokes: BTreeSet<_> = source.found.reported.iter().map(|one| one.revoke).collect();
        for revoke in revokes {
            let line = format!("  {}: to revoke: {revoke}", shown_path(&source.path));
            app.ui.toned_line(Tone::Warning, line);
        }
    }
}

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
    app.ui.table(&["", "CONTEXT", "ACCOUNT", "SUBSCRIPTION", ""], &rows);
}

fn summary(proposal: &Proposal) -> Vec<String> {
    let totals = totals(proposal);
    let kinds: Vec<String> =
        totals.by_kind.iter().map(|(kind, n)| format!("{n} {}", kind.replace('_', " "))).collect();
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

/// Names that are kept apart although some machines take them for one.
pub(crate) fn names_alike(proposal: &Proposal) -> Vec<String> {
    let of_plan = proposal.plan.remarks.iter();
    let alike = of_plan.filter(|one| matches!(one, Remark::NamesAlike(_)));
    alike.map(|one| remark(one, proposal)).collect()
}

/// What the user should know of the plan as a whole, and of what was looked at to make it.
fn remarks(proposal: &Proposal) -> Vec<String> {
    let of_plan = proposal.plan.remarks.iter().map(|r| remark(r, proposal));
    let signed_out = proposal.signed_out.iter().map(|name| no_sign_in(name.as_str()));
    let unread =
        proposal.seen.unread.iter().map(|unread| {
            format!("not read: {}: {}", shown_path(&unread.path), shown(&unread.why))
        });
    of_plan.chain(signed_out).chain(unread).collect()
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
                let about = &planned.item.description;
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
        *by_kind.entry(planned.item.description.kind.as_str()).or_insert(0) += 1;
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

fn remark(remark: &Remark, proposal: &Proposal) -> String {
    let name = |name: &azvault_model::ContextName| quoted(name.as_str());
    match remark {
        Remark::DefaultsDiffer { taken, other, others } => {
            let product = match others {
                Origin::AzurePowerShell => "another Azure PowerShell file",
                Origin::AzureCli => "Azure CLI",
            };
            format!(
                "{product} has {} as its default; {} is taken, --default NAME takes another",
                name(other),
                name(taken)
            )
        }
        Remark::DefaultStays { present, incoming } => format!(
            "the vault's default {} stays; the files have {}: --default NAME changes it",
            name(present),
            name(incoming)
        ),
        Remark::Renamed { from, to } => {
            format!("{} is kept as {}, because its name is taken", name(from), name(to))
        }
        Remark::NamesAlike(names) => {
            let names: Vec<_> = names.iter().map(name).collect();
            format!(
                "{} are different names here, and one name to Azure PowerShell in some languages: all \
                 are kept",
                names.join(" and ")
            )
        }
        Remark::FilesDiffer { name: context, source } => format!(
            "{} says something else of {}: the first file's word is taken",
            shown_path(&proposal.sources[*source].path),
            name(context)
        ),
    }
}

fn note(note: &Note) -> String {
    if note.place.is_empty() {
        shown(&note.text)
    } else {
        format!("{}: {}", shown(&note.place), shown(&note.text))
    }
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Accept => Tone::Good,
        Outcome::Warn | Outcome::Report | Outcome::Opaque => Tone::Warning,
        Outcome::Reject => Tone::Bad,
    }
}
