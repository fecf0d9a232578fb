//! The proof: originals and vault are read again, through fresh handles, and compared.
//!
//! Every sealed copy is opened and read by the importer anew; each secret in it must be in the
//! vault by value, each context by identity. A file that is still at its place must be what was
//! sealed, byte for byte.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use azvault_contexts::{Context, Identity, Secret, SecretDescription, SecretKind};
use azvault_importer::open::{OpenError, read_once};
use azvault_importer::{Format, Found, Reading};
use azvault_vault::{Id, ImportedFile, Vault};
use serde::Serialize;

use super::present::Content;
use super::witnessed::{self, LeftOut};
use crate::app::App;
use crate::cli::Output;
use crate::commands::migrate;
use crate::failure::Failure;
use crate::ui::{Tone, count, shown_path};

/// What a comparison found.
pub(crate) struct Comparison {
    pub(crate) migration: Id,
    pub(crate) files: Vec<Compared>,
    pub(crate) contexts: usize,
    pub(crate) secrets: usize,
    pub(crate) differences: Vec<Difference>,
    /// What the originals hold and the vault does not, with the reason.
    pub(crate) left_out: Vec<LeftOut>,
}

/// One file of the migration.
pub(crate) struct Compared {
    pub(crate) file: ImportedFile,
    pub(crate) place: Place,
}

/// What is at the place of the original now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The original, byte for byte.
    Original,
    /// Nothing: it was removed, and its sealed copy is in the vault.
    Removed,
    /// Something else, or nothing although it was never removed.
    Changed,
    /// Nothing was sealed of this file: settings, which stay where they are.
    NotSealed,
}

impl Place {
    fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::NotSealed => "settings",
        }
    }
}

/// One point in which file and vault differ.
pub(crate) struct Difference {
    pub(crate) path: std::path::PathBuf,
    pub(crate) what: String,
}

/// Compares one migration, or the newest one.
pub(crate) fn compare(app: &App, vault: &Vault, id: Option<Id>) -> Result<Comparison, Failure> {
    let path = app.vault_path()?;
    let failed = |e| Failure::from_vault(e, &path);
    let content = Content::read(vault).map_err(failed)?;
    let held = Held::of(&content);
    let import = migrate::find(vault.snapshot().map_err(failed)?.into_imports(), id)?;
    let snapshot = vault.snapshot().map_err(failed)?;
    let mut comparison = Comparison {
        migration: import.id,
        files: Vec::new(),
        contexts: 0,
        secrets: 0,
        differences: Vec::new(),
        left_out: Vec::new(),
    };
    let ledger = witnessed::ledger(&content);
    let (mut identities, mut values) = (HashSet::new(), HashSet::new());
    let bar = app.ui.progress("comparing", import.value.files.len() as u64);
    for file in import.value.files {
        bar.inc(1);
        let Some(original) = &file.original else {
            if file.removed.is_none() {
                comparison.left_out.extend(witnessed::hear_settings(&ledger, &file));
            }
            comparison.files.push(Compared { file, place: Place::NotSealed });
            continue;
        };
        let sealed = snapshot.original(original).map_err(failed)?;
        let mut differ = |what: String| {
            comparison.differences.push(Difference { path: file.path.clone(), what });
        };
        let place = at_its_place(&file, &sealed, &mut differ);
        let found = read_again(&sealed, &file.path);
        if found.format.as_str() != file.format {
            differ("its sealed copy is no longer what it was".to_owned());
        }
        for context in &found.profile.contexts {
            if !held.has(context, &content) {
                let name = crate::ui::quoted(context.name.as_str());
                differ(format!("context {name} is not in the vault"));
            }
            identities.insert(context.identity());
        }
        for secret in &found.profile.secrets {
            let kind = secret.description.kind;
            if !held.holds(kind, &secret.value, &content) {
                differ(format!("a value of kind {} is not in the vault", kind.as_str()));
            }
            values.insert(held.hash(kind, &secret.value));
        }
        let heard = witnessed::hear(&ledger, &file, (&sealed, &found), &import.value.since);
        heard.differences.into_iter().for_each(differ);
        comparison.left_out.extend(heard.left_out);
        comparison.files.push(Compared { file, place });
    }
    bar.finish_and_clear();
    comparison.contexts = identities.len();
    comparison.secrets = values.len();
    Ok(comparison)
}

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
    for difference in &comparison.differences {
        let path = shown_path(&difference.path);
        app.ui.toned_line(Tone::Bad, format!("{path}: {}", difference.what));
    }
    witnessed::print(app, &comparison.left_out);
    if comparison.differences.is_empty() && app.ui.output == Output::Table {
        let (contexts, secrets) = (comparison.contexts, comparison.secrets);
        let text = format!(
            "{} and {} equal their originals, value by value",
            count(contexts, "context"),
            count(secrets, "secret")
        );
        app.ui.toned_line(Tone::Good, text);
    }
}

fn at_its_place(file: &ImportedFile, sealed: &[u8], differ: &mut impl FnMut(String)) -> Place {
    match read_once(&file.path) {
        Ok(opened) if opened.bytes[..] == *sealed => Place::Original,
        Ok(_) => {
            differ("changed since it was imported: run azvault migrate run again".to_owned());
            Place::Changed
        }
        Err(OpenError::NotFound) => Place::Removed,
        Err(e) => {
            differ(format!("cannot be read again: {e}"));
            Place::Changed
        }
    }
}

fn read_again(bytes: &[u8], path: &Path) -> Found {
    let file_name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let time_zone = jiff::tz::TimeZone::system();
    let reading = Reading { file_name: &file_name, time_zone: &time_zone };
    let mut found = azvault_importer::read(bytes, &reading);
    // A certificate is one value; whose it is, another file says.
    if found.format == Format::Certificate {
        let description = SecretDescription::of(SecretKind::Certificate);
        found.hold(description, Secret::copied_from(bytes));
    }
    found
}

/// The vault's contexts and secrets, to be found by identity and by value.
struct Held {
    contexts: HashMap<Identity, Vec<usize>>,
    hasher: RandomState,
    places: HashMap<u64, Vec<usize>>,
}

impl Held {
    fn of(content: &Content) -> Self {
        let mut held =
            Self { contexts: HashMap::new(), hasher: RandomState::new(), places: HashMap::new() };
        for (at, context) in content.contexts.iter().enumerate() {
            held.contexts.entry(context.place()).or_default().push(at);
        }
        for (at, (about, value)) in content.secrets.iter().enumerate() {
            held.places.entry(held.hash(about.kind, value)).or_default().push(at);
        }
        held
    }

    /// The vault may know the home account, where the file names the user alone.
    fn has(&self, context: &Context, content: &Content) -> bool {
        let places = self.contexts.get(&context.place());
        places.into_iter().flatten().any(|at| content.contexts[*at].is_same_as(context))
    }

    fn hash(&self, kind: SecretKind, value: &Secret) -> u64 {
        // EXPOSE: hashed with a key of this run to find the value among many.
        self.hasher.hash_one((kind, value.expose()))
    }

    fn holds(&self, kind: SecretKind, value: &Secret, content: &Content) -> bool {
        let places = self.places.get(&self.hash(kind, value));
        places.into_iter().flatten().any(|at| {
            let (about, held) = &content.secrets[*at];
            about.kind == kind && held.same_as(value)
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    migration: String,
    equal: bool,
    contexts: usize,
    secrets: usize,
    files: Vec<FileView>,
    differences: Vec<DifferenceView>,
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

impl<'a> Document<'a> {
    fn new(comparison: &'a Comparison) -> Self {
        Self {
            schema: 1,
            migration: comparison.migration.to_string(),
            equal: comparison.differences.is_empty(),
            contexts: comparison.contexts,
            secrets: comparison.secrets,
            files: comparison
                .files
                .iter()
                .map(|compared| FileView {
                    path: compared.file.path.display().to_string(),
                    format: compared.file.format.clone(),
                    place: compared.place.as_str(),
                })
                .collect(),
            differences: comparison
                .differences
                .iter()
                .map(|d| DifferenceView {
                    path: d.path.display().to_string(),
                    what: d.what.clone(),
                })
                .collect(),
            left_out: &comparison.left_out,
        }
    }
}
