//! A comparison as it is shown: for people, and as the document that scripts rely on.

use azvault_service::migration::compare::{Comparison, Difference, OriginalState};
use azvault_service::migration::witnessed;
use azvault_service::migration::witnessed::LeftOut;
use azvault_service::text::shown_path;
use serde::Serialize;

use crate::app::App;
use crate::options::Output;
use crate::terminal::ui::Tone;

/// Prints what was compared; the answer of `migrate verify`.
pub(crate) fn print(app: &App, comparison: &Comparison) {
    if app.ui.output == Output::Json {
        app.ui.json(&Document::new(comparison));
        return;
    }
    let rows: Vec<_> = comparison
        .files
        .iter()
        .map(|compared| {
            let is_bad = matches!(compared.place, OriginalState::Changed | OriginalState::Refused);
            let tone = if is_bad { Tone::Bad } else { Tone::Good };
            vec![
                crate::terminal::ui::toned(tone, compared.place.as_str()),
                crate::terminal::ui::cell(&compared.file.format),
                crate::terminal::ui::cell(compared.file.path.display().to_string()),
            ]
        })
        .collect();
    app.ui.table(&["", "FORMAT", "FILE"], &rows);
    for (tone, points) in [
        (Tone::Quiet, &comparison.since),
        (Tone::Warning, &comparison.gone),
        (Tone::Bad, &comparison.differences),
    ] {
        for Difference { path, what } in points {
            app.ui.toned_line(tone, format!("{}: {what}", shown_path(path)));
        }
    }
    witnessed::print(app, &comparison.left_out);
    if comparison.is_equal() && app.ui.output == Output::Table {
        app.ui.toned_line(Tone::Good, comparison.verdict());
        for line in comparison.what_was_compared() {
            app.ui.line(line);
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    migration: String,
    equal: bool,
    contexts: usize,
    secrets: usize,
    accounts: usize,
    environments: usize,
    renewed: usize,
    signed_out: usize,
    files: Vec<FileView>,
    differences: Vec<DifferenceView>,
    since: Vec<DifferenceView>,
    gone: Vec<DifferenceView>,
    left_out: &'a [LeftOut],
}

#[derive(Serialize)]
struct FileView {
    path: String,
    format: String,
    place: &'static str,
}

#[derive(Serialize)]
struct DifferenceView {
    path: String,
    what: String,
}

impl DifferenceView {
    fn of(differences: &[Difference]) -> Vec<Self> {
        let view = |difference: &Difference| Self {
            path: difference.path.display().to_string(),
            what: difference.what.clone(),
        };
        differences.iter().map(view).collect()
    }
}

impl<'a> Document<'a> {
    fn new(comparison: &'a Comparison) -> Self {
        Self {
            schema: 1,
            migration: comparison.migration.to_string(),
            equal: comparison.is_equal(),
            contexts: comparison.contexts,
            secrets: comparison.secrets,
            accounts: comparison.accounts,
            environments: comparison.environments,
            renewed: comparison.renewed,
            signed_out: comparison.signed_out,
            files: comparison
                .files
                .iter()
                .map(|compared| FileView {
                    path: compared.file.path.display().to_string(),
                    format: compared.file.format.clone(),
                    place: compared.place.as_str(),
                })
                .collect(),
            differences: DifferenceView::of(&comparison.differences),
            since: DifferenceView::of(&comparison.since),
            gone: DifferenceView::of(&comparison.gone),
            left_out: &comparison.left_out,
        }
    }
}
