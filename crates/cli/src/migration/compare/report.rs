//! A comparison as it is shown: for people, and as the document that scripts rely on.

use serde::Serialize;

use super::{Comparison, Difference, Place};
use crate::app::App;
use crate::cli::Output;
use crate::migration::witnessed::{self, LeftOut};
use crate::ui::{Tone, count, shown_path};

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
            let tone = if compared.place == Place::Changed { Tone::Bad } else { Tone::Good };
            vec![
                crate::ui::toned(tone, compared.place.as_str()),
                crate::ui::cell(&compared.file.format),
                crate::ui::cell(compared.file.path.display().to_string()),
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

impl Comparison {
    /// The result in one line, if nothing differs.
    pub(crate) fn verdict(&self) -> String {
        let (contexts, secrets) = (self.contexts, self.secrets);
        let mut text = format!(
            "proven: {} and {} equal their originals",
            count(contexts, "context"),
            count(secrets, "secret")
        );
        if !self.since.is_empty() {
            text.push_str(", but for what was renewed or changed since");
        }
        text.push_str("; the witness found nothing else");
        text
    }

    fn what_was_compared(&self) -> [String; 2] {
        let environments = match self.environments {
            0 => String::new(),
            number => format!(", {}", count(number, "custom environment")),
        };
        [
            "compared: of contexts the name, account, tenant, subscription, cloud, properties and all \
             other members; of secrets the value and whose it is"
                .to_owned(),
            format!(
                "          {}{environments}, the default, the autosave mode; files in their place byte \
                 by byte",
                count(self.accounts, "account")
            ),
        ]
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
