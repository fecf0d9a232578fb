//! `azvault scan`

use std::collections::BTreeMap;
use std::path::PathBuf;

use azvault_importer::folder::Source;
use azvault_importer::{Format, Outcome, places};
use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::failure::{Code, Failure};
use crate::migration::gather::{self, Pointers};
use crate::migration::report;
use crate::paths;
use crate::ui::{Tone, count, shown_path};

/// Look for Azure sign-ins that lie in clear; exit 10 when there are any
///
/// Looks in the usual places of Azure PowerShell and Azure CLI, or at the files and folders you
/// name. Reads only; needs no vault and no passphrase.
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
            Output::Table | Output::Tsv => print(app, &sources, &left_over, &totals),
        }
        if found == 0 {
            return Ok(0);
        }
        let what = format!("{} with Azure sign-ins in clear", count(found, "file"));
        Err(Failure::new(Code::Findings, what).hint("azvault migrate"))
    }
}

/// A rejected file counts: what cannot be read may well hold what it was written to hold.
pub(crate) fn lies_in_clear(source: &Source) -> bool {
    let profile = &source.found.profile;
    match source.found.outcome {
        Outcome::Accept | Outcome::Warn => {
            !profile.contexts.is_empty()
                || !profile.secrets.is_empty()
                || !profile.accounts.is_empty()
        }
        Outcome::Opaque => false,
        Outcome::Reject => !matches!(
            source.found.format,
            Format::NotAContextFile | Format::Empty | Format::AsmProfile
        ),
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

fn print(app: &App, sources: &[Source], left_over: &[places::LeftOver], totals: &Totals) {
    if !sources.is_empty() {
        report::sources(app, sources);
    }
    for item in left_over {
        let path = shown_path(&item.path);
        app.ui.toned_line(Tone::Warning, format!("  {path}: {}", item.what));
    }
    if app.ui.output == Output::Table {
        let (contexts, secrets) = (totals.contexts, totals.secrets);
        app.ui.line(match totals.files {
            0 => "no Azure sign-ins in clear".to_owned(),
            n => format!(
                "{} in clear: {}, {}",
                count(n, "file"),
                count(contexts, "context"),
                count(secrets, "secret")
            ),
        });
    }
}
