//! `azvault status`

use azvault_contexts::AutosaveMode;
use azvault_vault::{Error, Locked};
use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::commands::context;
use crate::failure::Failure;
use crate::ui::{cell, shown_path};
use crate::unlock;

/// Show where the vault is, whether it is locked, and which context acts
///
/// Asks nothing: contexts and counts are shown when a passphrase or key is given.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document {
    schema: u8,
    vault: String,
    state: &'static str,
    agent: Option<()>,
    active: Option<String>,
    default: Option<String>,
    autosave: Option<Autosave>,
    contexts: Option<usize>,
    secrets: Option<usize>,
}

#[derive(Serialize)]
struct Autosave {
    mode: &'static str,
    because: &'static str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let path = app.vault_path()?;
        let mut document = Document {
            schema: 1,
            vault: path.display().to_string(),
            state: "locked",
            agent: None,
            active: app.global.context.clone(),
            default: None,
            autosave: None,
            contexts: None,
            secrets: None,
        };
        match Locked::open(&path) {
            Err(Error::NotThere) => document.state = "absent",
            Err(e) => return Err(Failure::from_vault(e, &path)),
            Ok(_) if unlock::is_given(app) => unlocked(app, &mut document)?,
            Ok(_) => {}
        }
        match app.ui.output {
            Output::Json => app.ui.json(&document),
            Output::Table | Output::Tsv => print(app, &document, &shown_path(&path)),
        }
        Ok(0)
    }
}

fn unlocked(app: &App, document: &mut Document) -> Result<(), Failure> {
    let vault = unlock::vault(app)?;
    let path = app.vault_path()?;
    let failed = |e| Failure::from_vault(e, &path);
    let listed = context::listed(app, &vault)?;
    let snapshot = vault.snapshot().map_err(failed)?;
    let (mode, because) = match snapshot.settings().autosave {
        Some(mode) => (mode, "stored in the vault"),
        None => (AutosaveMode::CurrentUser, "nothing is stored, and autosave is on by default"),
    };
    document.state = "unlocked";
    document.active = listed.active.map(|name| name.as_str().to_owned());
    document.default = listed.default.map(|name| name.as_str().to_owned());
    document.autosave = Some(Autosave { mode: mode.as_str(), because });
    document.contexts = Some(listed.contexts.len());
    document.secrets = Some(snapshot.secrets().len());
    Ok(())
}

fn print(app: &App, document: &Document, path: &str) {
    let number = |n: Option<usize>| n.map_or_else(|| "sealed".to_owned(), |n| n.to_string());
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![vec![cell("vault"), cell(path)], vec![cell("state"), cell(document.state)]];
    if document.state != "absent" {
        rows.push(vec![cell("active"), cell(name(&document.active))]);
        rows.push(vec![cell("default"), cell(name(&document.default))]);
        if let Some(autosave) = &document.autosave {
            let text = format!("{} ({})", autosave.mode, autosave.because);
            rows.push(vec![cell("autosave"), cell(text)]);
        }
        rows.push(vec![cell("contexts"), cell(number(document.contexts))]);
        rows.push(vec![cell("secrets"), cell(number(document.secrets))]);
    }
    app.ui.table(&["", ""], &rows);
    if document.state == "absent" {
        app.ui.note("no vault yet: azvault migrate makes one and moves your sign-ins into it");
    }
}
