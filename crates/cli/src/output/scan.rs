//! The survey as it is shown to people, and as the document that scripts rely on.

use std::collections::BTreeMap;
use std::path::Path;

use azvault_importer::look::{Bound, Coverage, Ended};
use azvault_service::migration::gather::From;
use azvault_service::migration::source::SourceView;
use azvault_service::paths;
use azvault_service::scan::{
    Becomes, Readers, Row, Severity, Survey, contents, next, no_sign_in, shortened,
};
use azvault_service::text::{count, shown, shown_path};
use serde::Serialize;

use crate::app::App;
use crate::output::documents::SCHEMA;
use crate::terminal::ui::{Tone, cell, toned};

/// Most files that could not be read and are listed.
const MAX_LISTED: usize = 10;

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    findings: Vec<Finding<'a>>,
    /// Scripts may ask for it. What stood here is among the findings.
    left_over: [(); 0],
    encrypted: Vec<Finding<'a>>,
    /// Files of names that azvault keeps for other products.
    kept_names: Vec<Finding<'a>>,
    totals: Totals,
    looked: Looked,
    unreadable: Vec<UnreadableView>,
    signed_out: Vec<&'a str>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Finding<'a> {
    #[serde(flatten)]
    source: &'a SourceView,
    contexts: usize,
    secrets: BTreeMap<&'static str, usize>,
    #[serde(flatten)]
    row: RowView,
}

/// What every row says.
#[derive(Serialize)]
struct RowView {
    severity: Severity,
    readable_by: Option<String>,
    closed_by: Option<String>,
    modified: Option<i64>,
    /// Whole days.
    age: Option<i64>,
    accounts: usize,
    expired: BTreeMap<&'static str, usize>,
    looks_like: BTreeMap<&'static str, usize>,
    reported: Vec<Reported>,
    next: String,
}

#[derive(Serialize)]
struct Reported {
    what: &'static str,
    revoke: &'static str,
}

#[derive(Serialize)]
struct Totals {
    files: usize,
    contexts: usize,
    secrets: usize,
    in_files: InFiles,
}

#[derive(Serialize)]
struct InFiles {
    contexts: usize,
    secrets: usize,
}

#[derive(Serialize)]
struct Looked {
    files: usize,
    folders: usize,
    complete: bool,
    interrupted: bool,
    passed: BTreeMap<&'static str, usize>,
    bounds: Vec<String>,
}

#[derive(Serialize)]
struct UnreadableView {
    path: String,
    why: String,
    next: String,
}

/// One JSON document.
pub(crate) fn json(app: &App, survey: &Survey, from: From<'_>) {
    let roots = paths::roots().ok();
    let roots = roots.as_ref();
    let row = |row: &Row| row_view(row, app.now(), next::of_row(row, from, roots));
    let known = |wanted: &dyn Fn(&Row) -> bool| -> Vec<Finding<'_>> {
        let rows = survey.rows.iter().filter(|row| wanted(row));
        rows.filter_map(|one| finding(one, row(one))).collect()
    };
    app.ui.json(&Document {
        schema: SCHEMA,
        findings: known(&Row::is_finding),
        left_over: [],
        encrypted: known(&|row| !row.is_finding() && row.holds.kept_names == 0),
        kept_names: known(&|row| !row.is_finding() && row.holds.kept_names > 0),
        totals: Totals {
            files: survey.totals.files,
            contexts: survey.totals.contexts,
            secrets: survey.totals.secrets,
            in_files: InFiles {
                contexts: survey.totals.in_files.contexts,
                secrets: survey.totals.in_files.secrets,
            },
        },
        looked: looked(survey),
        unreadable: survey
            .unreadable
            .iter()
            .map(|one| UnreadableView {
                path: one.path.display().to_string(),
                why: shown(&one.why),
                next: next::of_unreadable(&one.path),
            })
            .collect(),
        signed_out: survey.signed_out.iter().map(|name| name.as_str()).collect(),
        next: next::of_all(survey, from, roots),
    });
}

fn finding(row: &Row, view: RowView) -> Option<Finding<'_>> {
    let source = row.view.as_ref()?;
    let secrets = &row.holds.by_kind;
    let secrets = secrets.iter().map(|(kind, (number, _))| (kind.as_str(), *number)).collect();
    Some(Finding { source, contexts: row.holds.contexts, secrets, row: view })
}

fn row_view(row: &Row, now: i64, next: String) -> RowView {
    let expired = row.holds.by_kind.iter().filter(|(_, (_, expired))| *expired > 0);
    RowView {
        severity: row.severity,
        readable_by: row.readers.as_ref().map(Readers::words),
        closed_by: row
            .readers
            .as_ref()
            .and_then(|readers| Some(readers.closed_by.as_ref()?.display().to_string())),
        modified: row.modified,
        age: row.modified.map(|at| days(now, at)),
        accounts: row.holds.accounts,
        expired: expired.map(|(kind, (_, number))| (kind.as_str(), *number)).collect(),
        looks_like: row.holds.looks.iter().map(|(kind, n)| (kind.as_str(), *n)).collect(),
        reported: row
            .holds
            .reported
            .iter()
            .map(|(what, revoke)| Reported { what, revoke })
            .collect(),
        next,
    }
}

fn looked(survey: &Survey) -> Looked {
    let seen = &survey.seen;
    Looked {
        files: seen.files,
        folders: seen.folders,
        complete: survey.is_complete(),
        interrupted: seen.ended == Ended::Stopped,
        passed: seen.passed.iter().map(|(what, number)| (what.words().1, *number)).collect(),
        bounds: seen.bounds.iter().map(|bound| words_of(bound, &shown_path)).collect(),
    }
}

/// Tab-separated: how bad, who can read it, age in days, path, what is in it.
pub(crate) fn tsv(app: &App, survey: &Survey) {
    let rows: Vec<_> = survey
        .rows
        .iter()
        .map(|row| {
            vec![
                cell(row.severity.as_str()),
                cell(row.readers.as_ref().map_or_else(String::new, Readers::words)),
                cell(row.modified.map_or_else(String::new, |at| days(app.now(), at).to_string())),
                cell(row.path.display().to_string()),
                cell(contents(row)),
            ]
        })
        .collect();
    app.ui.table(&[], &rows);
}

/// For people: the rows, what could not be read, what it comes to, and what was looked at.
pub(crate) fn table(app: &App, survey: &Survey, looked_in: &str) {
    let roots = paths::roots().ok();
    let short = |path: &Path| shortened(path, roots.as_ref());
    let items: Vec<_> = survey.rows.iter().map(|row| item(app, row, &short)).collect();
    if !items.is_empty() {
        app.ui.listing(&["HOW BAD", "READABLE BY", "AGE", "FILE"], &items);
        let is_closed = |row: &Row| row.readers.as_ref().is_some_and(|r| r.closed_by.is_some());
        if survey.rows.iter().any(is_closed) {
            let text = "* by its mode; today a folder above keeps them out";
            app.ui.paragraph(Tone::Quiet, text);
        }
        app.ui.line("");
    }
    for name in &survey.signed_out {
        app.ui.paragraph(Tone::Warning, &no_sign_in(name.as_str()));
    }
    for one in survey.unreadable.iter().take(MAX_LISTED) {
        let text = format!("not read: {}: {}", short(&one.path), shown(&one.why));
        app.ui.paragraph(Tone::Warning, &text);
    }
    if survey.unreadable.len() > MAX_LISTED {
        let more = survey.unreadable.len() - MAX_LISTED;
        app.ui.paragraph(Tone::Warning, &format!("not read: {more} more, see -o json"));
    }
    for bound in &survey.seen.bounds {
        app.ui.paragraph(Tone::Warning, &words_of(bound, &short));
    }
    if survey.seen.ended == Ended::Stopped {
        app.ui.paragraph(Tone::Warning, "interrupted: the rest was not looked at");
    }
    app.ui.paragraph(Tone::Plain, &in_all(survey, looked_in));
    app.ui.paragraph(Tone::Quiet, &looked_at(&survey.seen, survey.unreadable.len()));
}

fn item(
    app: &App,
    row: &Row,
    short: &dyn Fn(&Path) -> String,
) -> (Vec<crate::terminal::ui::Cell>, Vec<String>) {
    let tone = match row.severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warning,
        Severity::Low => Tone::Quiet,
    };
    let cells = vec![
        toned(tone, row.severity.as_str()),
        cell(row.readers.as_ref().map_or_else(|| "-".to_owned(), Readers::word)),
        cell(row.modified.map_or_else(|| "-".to_owned(), |at| age(days(app.now(), at)))),
        cell(short(&row.path)),
    ];
    let mut below = vec![contents(row)];
    below.extend(row.view.iter().flat_map(|view| view.notes.iter().cloned()));
    let mut revoked = Vec::new();
    for (_, revoke) in &row.holds.reported {
        if !revoked.contains(revoke) {
            revoked.push(*revoke);
        }
    }
    let is_left = row.becomes == Becomes::Left && row.is_finding();
    below.extend((is_left && revoked.is_empty()).then(|| BY_HAND.to_owned()));
    below.extend(revoked.into_iter().map(|revoke| format!("revoke: {revoke}")));
    (cells, below)
}

/// What is done about a file that `migrate` leaves, and of which no product says what revokes it.
const BY_HAND: &str = "not imported: revoke what it holds, then remove it if nothing uses it";

fn in_all(survey: &Survey, looked_in: &str) -> String {
    let totals = &survey.totals;
    if totals.files == 0 {
        let but = if survey.is_complete() { "" } else { ", but not all of it could be looked at" };
        return format!("no Azure sign-ins were found {looked_in}{but}");
    }
    let mut text = format!(
        "{}: {}, {}",
        totals.words(),
        count(totals.contexts, "context"),
        count(totals.secrets, "secret")
    );
    let once = (totals.contexts, totals.secrets);
    let each = (totals.in_files.contexts, totals.in_files.secrets);
    if once != each {
        let (contexts, secrets) = (count(each.0, "context"), count(each.1, "secret"));
        text.push_str(&format!(", each counted once (file by file: {contexts}, {secrets})"));
    }
    text
}

/// What was looked at, in one sentence, and what was passed by.
fn looked_at(seen: &Coverage, unread: usize) -> String {
    let mut text =
        format!("looked at {} in {}", count(seen.files, "file"), count(seen.folders, "folder"));
    if unread > 0 {
        text.push_str(&format!("; {unread} could not be read"));
    }
    let passed: Vec<String> = seen
        .passed
        .iter()
        .map(|(what, number)| {
            let (one, several) = what.words();
            format!("{number} {}", if *number == 1 { one } else { several })
        })
        .collect();
    if !passed.is_empty() {
        text.push_str(&format!("; passed by: {}", passed.join(", ")));
    }
    text
}

fn words_of(bound: &Bound, short: &dyn Fn(&Path) -> String) -> String {
    match bound {
        Bound::Entries { at, most } => format!(
            "not all of it was looked at: {} ended the search after {most} entries; name a smaller \
             folder",
            short(at)
        ),
        Bound::Depth { at, most } => format!(
            "not looked at: {} and what else lies more than {most} folders deep; name it",
            short(at)
        ),
        Bound::Bytes { at, most } => format!(
            "not all of it was looked at: {} bytes were read when it came to {}; name a smaller \
             folder",
            most,
            short(at)
        ),
    }
}

fn days(now: i64, at: i64) -> i64 {
    (now - at).max(0) / 86_400
}

/// An age in few letters.
fn age(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1..=99 => format!("{days} d"),
        100..=729 => format!("{} mo", days / 30),
        _ => format!("{} y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::{age, days};

    #[test]
    fn an_age_is_short() {
        for (number, text) in [(0, "today"), (1, "1 d"), (99, "99 d"), (100, "3 mo"), (800, "2 y")]
        {
            assert_eq!(age(number), text);
        }
        assert_eq!((days(86_400, 0), days(0, 5)), (1, 0));
    }
}
