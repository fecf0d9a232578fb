//! `azvault context save`

mod left_out;

use std::path::{Path, PathBuf};

use azvault_exporter::azure_powershell::{self, Credentials};
use azvault_model::{Profile, Secret};
use azvault_service::app::Consent;
use azvault_service::ask::ask;
use azvault_service::failure::{Failure, Kind};
use azvault_service::shell_word::shell_path;
use azvault_service::text::{count, shown_path};
use azvault_service::verbs::{SaveContexts, SavedForm};
use azvault_service::{create_vault, paths, policy, strength, unlock_inputs};
use azvault_vault::{Over, write_file};
use clap::ValueEnum;
use serde::Serialize;
use zeroize::Zeroizing;

use self::left_out::LeftOut;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Save all contexts with their secrets to a file (Save-AzContext)
///
/// Sealed under a passphrase of its own, for `azvault context import` on any machine. With
/// --context: that context and its account's secrets alone. For Azure PowerShell's Import-AzContext
/// (Az.Accounts 2.0 or later) the file has to be unencrypted: --format azure-powershell --plaintext.
/// What Azure PowerShell could not read is left out of that file and named, each with the reason.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file
    path: PathBuf,
    /// Its format
    #[arg(long, default_value = "sealed")]
    format: Format,
    /// Allow tokens to be in the file unencrypted
    #[arg(long)]
    plaintext: bool,
    /// Also write secrets of service principals and passwords of certificates
    #[arg(long, requires = "plaintext")]
    with_credential: bool,
    /// Read the passphrase of the sealed file from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "plaintext")]
    export_passphrase_file: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Encrypted; azvault imports it.
    Sealed,
    /// Unencrypted; Azure PowerShell imports it, and azvault too.
    AzurePowershell,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    path: String,
    format: &'static str,
    contexts: usize,
    secrets: usize,
    #[serde(flatten)]
    left_out: left_out::Document<'a>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        self.agree_with_format()?;
        if self.format == Format::AzurePowershell {
            policy::export_plaintext(app, "contexts and tokens are not saved unencrypted")?;
        }
        let path = paths::absolute(&self.path)?;
        let over = self.over(app, &path)?;
        let passphrase = match self.format {
            Format::Sealed => Some(self.passphrase(app)?),
            Format::AzurePowershell => None,
        };
        let (form, consent) = (self.form(), Consent::from(self.yes));
        let saved = ask(app, SaveContexts { form, path: path.clone(), consent })?;
        let profile = Profile::from(saved.profile);
        let (bytes, left_out) = match (&passphrase, form.credentials()) {
            (Some(passphrase), _) => (seal(app, &profile, passphrase)?, LeftOut::default()),
            (None, credentials) => write_out(&profile, credentials.unwrap_or(Credentials::Without)),
        };
        write_file(&path, &bytes, over, &|_| Ok(()))
            .map_err(|e| Failure::new(Kind::Other, format!("{}: {e}", shown_path(&path))))?;
        let document = Document {
            schema: SCHEMA,
            path: path.display().to_string(),
            format: match self.format {
                Format::Sealed => "sealed",
                Format::AzurePowershell => "azure-powershell",
            },
            contexts: profile.contexts.len() - left_out.contexts.len(),
            secrets: profile.secrets.len() - left_out.secrets.len(),
            left_out: left_out.document(),
        };
        self.say(app, &document, &path);
        left_out.say(app, &profile);
        Ok(0)
    }

    /// Unencrypted secrets are for those alone who say so.
    fn agree_with_format(&self) -> Result<(), Failure> {
        match (self.format, self.plaintext) {
            (Format::Sealed, false) | (Format::AzurePowershell, true) => Ok(()),
            (Format::AzurePowershell, false) => {
                let what = "Azure PowerShell reads contexts and tokens unencrypted only";
                Err(Failure::new(Kind::Refused, what)
                    .hint("add --plaintext, or leave --format away for a sealed file"))
            }
            (Format::Sealed, true) => Err(Failure::new(Kind::Usage, "a sealed file is encrypted")
                .hint("add --format azure-powershell, or leave --plaintext away")),
        }
    }

    fn over(&self, app: &App, path: &Path) -> Result<Over, Failure> {
        let Ok(facts) = path.symlink_metadata() else { return Ok(Over::Nothing) };
        let shown = shown_path(path);
        if !facts.is_file() {
            return Err(Failure::new(Kind::Exists, format!("{shown} is there and is no file")));
        }
        if !self.force && app.terminal().is_none() {
            return Err(Failure::new(Kind::Exists, format!("{shown} exists already"))
                .hint("add --force to replace it"));
        }
        app.confirm(Consent::from(self.force), &format!("Replace {shown}?"))?;
        Ok(Over::Whatever)
    }

    fn form(&self) -> SavedForm {
        match (self.format, self.with_credential) {
            (Format::Sealed, _) => SavedForm::Sealed,
            (Format::AzurePowershell, false) => SavedForm::Plaintext,
            (Format::AzurePowershell, true) => SavedForm::PlaintextWithCredential,
        }
    }

    /// The passphrase of a sealed file. Nothing is released before it is known.
    fn passphrase(&self, app: &App) -> Result<Secret, Failure> {
        match (&self.export_passphrase_file, app.terminal()) {
            (Some(file), _) => strength::checked(app, unlock_inputs::read_passphrase_file(file)?),
            (None, Some(mut terminal)) => {
                app.ui.note("The file gets a passphrase of its own.");
                create_vault::ask_new_passphrase(app, &mut *terminal)
            }
            (None, None) => {
                let what = "the file needs a passphrase and there is no terminal to prompt on";
                Err(Failure::new(Kind::NeedsTerminal, what)
                    .hint("name a file: --export-passphrase-file FILE"))
            }
        }
    }

    fn say(&self, app: &App, document: &Document<'_>, path: &Path) {
        let shown = shown_path(path);
        if app.ui.output == Output::Json {
            app.ui.json(document);
        } else {
            let contexts = count(document.contexts, "context");
            let secrets = count(document.secrets, "secret");
            app.ui.line(format!("saved {contexts} and {secrets} to {shown}"));
        }
        match self.format {
            Format::Sealed => {
                app.ui.note(format!("to read it: azvault context import {}", shell_path(path)));
            }
            Format::AzurePowershell => {
                app.ui.warning(format!("{shown} holds unencrypted sign-ins: remove it after use"));
                app.ui.note(
                    "Import-AzContext puts the tokens of the file in the place of those that the \
                     machine has",
                );
            }
        }
    }
}

fn seal(app: &App, profile: &Profile, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let cost = policy::usual_cost(app)?;
    let spinner = app.console.spinner("sealing");
    let sealed = azvault_vault::seal_export(profile, passphrase, cost);
    drop(spinner);
    sealed.map(Zeroizing::new).map_err(|e| Failure::new(Kind::Other, e.to_string()))
}

fn write_out(profile: &Profile, credentials: Credentials) -> (Zeroizing<Vec<u8>>, LeftOut) {
    let written = azure_powershell::write(profile, credentials);
    let left_out = LeftOut {
        secrets: written.left_out,
        contexts: written.left_contexts,
        caches: written.without_cache,
    };
    (written.bytes, left_out)
}
