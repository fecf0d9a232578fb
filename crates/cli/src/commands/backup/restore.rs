//! `azvault backup restore`

use std::path::PathBuf;

use azvault_service::backup;
use azvault_service::backup::{is_there, restore};
use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_service::text::{count, shown_path};
use azvault_vault::{Locked, Over, Problem, StagedVault, make_folder};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Put a backup in the vault's place, here or on another machine
///
/// It is copied first, the file alone, then opened with what opened the vault when the backup was
/// made (passphrase, key file, recovery code or raw key), whatever the agent has, and verified in
/// full; then it takes the vault's place at once. That it was restored stands in its audit log. One
/// that is older than the vault that this machine has seen is restored only if a person at the
/// terminal says so, or with --accept-older; it continues beyond the generation that was seen.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The backup
    file: PathBuf,
    /// Replace the existing vault; it is kept among the backups
    #[arg(long)]
    force: bool,
    /// Do not ask whether to restore the backup although it is older: it is at this generation
    #[arg(long, value_name = "GENERATION")]
    accept_older: Option<u64>,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    vault: String,
    id: String,
    /// Of the backup.
    restored_generation: u64,
    /// The vault's, from now on.
    generation: u64,
    /// Whether this machine had seen as much, or more.
    rolled_back: bool,
    contexts: usize,
    secrets: usize,
    kept: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let (place, file) = (app.vault_path()?, paths::absolute(&self.file)?);
        if is_there(&place) && !self.force {
            return Err(Failure::new(Kind::Exists, format!("{} exists", shown_path(&place)))
                .hint("add --force: the existing vault is kept among the backups"));
        }
        if !is_there(&file) {
            return Err(Failure::new(
                Kind::NotFound,
                format!("{}: no such file", shown_path(&file)),
            )
            .hint("azvault backup list, for those beside the vault"));
        }
        let of_file = |e: Problem| backup::failure(e, &file);
        let folder = backup::parent(&place);
        make_folder(folder).map_err(|e| e.at(&place))?;
        let draft = StagedVault::of_file(&file, folder).map_err(of_file)?;
        let copy = backup::open(app, &draft, &file)?;
        let spinner = app.console.spinner("verifying");
        let verified = copy.verify_all();
        drop(spinner);
        let verified = verified.map_err(|e| of_file(e.problem))?;
        let keys = copy.sealer();
        drop(copy);
        let (id, generation, rolled_back) =
            restore::goes_on(app, &draft, &keys, &file, self.accept_older)?;

        let before = Locked::open(&place).ok().map(|locked| locked.vault_id());
        let backups = backup::folder(app)?;
        make_folder(&backups).map_err(|e| backup::failure(e, &backups))?;
        let kept = backup::name(app, &backups, "replaced")?;
        let kept = match draft.replace(&place, &kept).map_err(|e| e.at(&place))? {
            Over::Whatever => Some(kept),
            Over::Nothing => None,
        };
        restore::remember(app, &keys);
        for vault in before.into_iter().chain([id]) {
            restore::lock(app, vault);
        }

        let (contexts, secrets) = (verified.contexts, verified.secrets);
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: SCHEMA,
                vault: place.display().to_string(),
                id: id.to_string(),
                restored_generation: verified.generation,
                generation,
                rolled_back,
                contexts,
                secrets,
                kept: kept.map(|path| path.display().to_string()),
            });
            return Ok(0);
        }
        let (contexts, secrets) = (count(contexts, "context"), count(secrets, "secret"));
        app.ui.line(format!(
            "restored {}: {contexts}, {secrets}, verified; generation {} goes on as {generation}",
            shown_path(&place),
            verified.generation
        ));
        if let Some(kept) = kept {
            app.ui.line(format!("the vault that was there is kept: {}", shown_path(&kept)));
        }
        Ok(0)
    }
}
