//! `azvault scan`

use std::collections::BTreeMap;
use std::path::PathBuf;

use azvault_importer::folder::Source;
use azvault_importer::formats::table::{Holds, row};
use azvault_importer::{Outcome, places};
use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::failure::{Code, Failure};
use crate::migration::gather::{self, Pointers};
use crate::migration::report;
use crate::paths;
use crate::ui::{Tone, count, shown_path, word};

/// Look for unencrypted Azure sign-ins; exit 10 when it finds any
///
/// Looks in the usual places of Azure PowerShell and Azure CLI, or at the files and folders you
/// name, and nowhere else: a copy under another name, or a file of another tool, is found only where
/// it is named. Reads only; needs no vault and no passphrase.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files or folders to look at instead of the usual places
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    findings: Vec<Finding>,
    left_over: Vec<LeftOver>,
    totals: Totals,
}

#[derive(Serialize)]
struct Finding {
    #[serde(flatten)]
    source: report::SourceView,
    contexts: usize,
    secrets: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct LeftOver {
    path: String,
    what: &'static str,
}

#[derive(Serialize)]
struct Totals {
    files: usize,
    contexts: usize,
    secrets: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let sources = gather::gather(app, &self.paths, Pointers::Told)?;
        let left_over =
            if self.paths.is_empty() { places::left_over(&paths::roots()?) } else { Vec::new() };
        let findings: Vec<&Source> = sources.iter().filter(|s| lies_in_clear(s)).collect();
        let totals = Totals {
            files: findings.len(),
            contexts: findings.iter().map(|s| s.found.profile.contexts.len()).sum(),
            secrets: findings.iter().map(|s| s.found.profile.secrets.len()).sum(),
        };
        let found = totals.files;
        match app.ui.output {
            Output::Json => app.ui.json(&Document {
                schema: 1,
                findings: findings.iter().map(|source| finding(source)).collect(),
                left_over: left_over
                    .iter()
                    .map(|l| LeftOver { path: l.path.display().to_string(), what: l.what })
                    .collect(),
                totals,
            }),
            Output::Table | Output::Tsv => self.print(app, &sources, &left_over, &totals),
        }
        if found == 0 {
            return Ok(0);
        }
        let what = format!("{} with unencrypted Azure sign-ins", count(found, "file"));
        let from = self.paths.iter().map(|path| format!(" --from {}", word(path)));
        let next = format!("azvault migrate{}", from.collect::<String>());
        Err(Failure::new(Code::Findings, what).hint(next))
    }

    fn print(
        &self,
        app: &App,
        sources: &[Source],
        left_over: &[places::LeftOver],
        totals: &Totals,
    ) {
        if !sources.is_empty() {
            report::sources(app, sources);
        }
        for item in left_over {
            let path = shown_path(&item.path);
            app.ui.toned_line(Tone::Warning, format!("  {path}: {}", item.what));
        }
        if app.ui.output == Output::Table {
            app.ui.line(self.in_all(totals, left_over.len()));
        }
    }

    /// What was found, and where it was looked for: elsewhere there may be more.
    fn in_all(&self, totals: &Totals, others: usize) -> String {
        if totals.files > 0 {
            return format!(
                "{} unencrypted: {}, {}",
                count(totals.files, "file"),
                count(totals.contexts, "context"),
                count(totals.secrets, "secret")
            );
        }
        let looked = if self.paths.is_empty() { USUAL_PLACES } else { "in what was named" };
        match others {
            0 => format!("no Azure sign-ins were found {looked}"),
            some => format!(
                "no Azure sign-ins were found {looked}, but {} of Azure tools with other secrets",
                count(some, "file")
            ),
        }
    }
}

/// Where it is looked when nothing is named.
pub(crate) const USUAL_PLACES: &str = "in the usual places";

/// A rejected file counts: what cannot be read may well hold what it was written to hold.
pub(crate) fn lies_in_clear(source: &Source) -> bool {
    let profile = &source.found.profile;
    match source.found.outcome {
        Outcome::Accept | Outcome::Warn => {
            !profile.contexts.is_empty()
                || !profile.secrets.is_empty()
                || !profile.accounts.is_empty()
        }
        Outcome::Report => true,
        Outcome::Opaque => false,
        Outcome::Reject => row(source.found.format).holds != Holds::Nothing,
    }
}

fn finding(source: &Source) -> Finding {
    let mut secrets = BTreeMap::new();
    for held in &source.found.profile.secrets {
        *secrets.entry(held.description.kind.as_str()).or_insert(0) += 1;
    }
    Finding {
        source: report::SourceView::new(source),
        contexts: source.found.profile.contexts.len(),
        secrets,
    }
}
