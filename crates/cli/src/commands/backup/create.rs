//! `azvault backup create`

use std::path::{Path, PathBuf};

use azvault_service::ask::Requests;
use azvault_service::backup;
use azvault_service::backup::is_there;
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::Opener;
use azvault_service::paths;
use azvault_service::shell_word::shell_path;
use azvault_service::text::{count, shown_path};
use azvault_service::verbs::{CountVault, VerifiedCopy, VerifyCopy};
use azvault_vault::{Over, StagedVault, Verified, make_folder};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Make a backup: a copy of the vault, encrypted as it is, opened and verified before it counts
///
/// What opens the vault now opens the backup. It is written under a temporary name, made durable,
/// reopened and verified in full; only then it gets its name.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The new file [default: one named by date and generation, in `backups` beside the vault]
    file: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "file")]
    force: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    backup: String,
    vault: String,
    generation: u64,
    contexts: usize,
    secrets: usize,
    size: u64,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let over = if self.force { Over::Whatever } else { Over::Nothing };
        let file = self.file.as_deref().map(paths::absolute).transpose()?;
        if let Some(file) = &file {
            check_place(app, file, over)?;
        }
        // Who cannot open the vault makes no folder.
        let mut requests = Requests::new(app);
        requests.ask(CountVault {})?;
        let vault = Opener::new(app).locked()?;
        let folder = match &file {
            Some(file) => backup::parent(file).to_owned(),
            None => {
                let folder = backup::folder(app)?;
                make_folder(&folder).map_err(|e| backup::failure(e, &folder))?;
                folder
            }
        };
        let shown = file.clone().unwrap_or_else(|| folder.clone());
        let draft =
            StagedVault::of_vault(&vault, &folder).map_err(|e| backup::failure(e, &shown))?;
        let (file_of_copy, anchors) = (draft.path().to_owned(), draft.anchors());
        let copy = VerifyCopy { file: file_of_copy, anchors, named: shown.clone() };
        let verified = match requests.ask(copy)? {
            VerifiedCopy::Whole(verified) => verified,
            VerifiedCopy::Bad(failure) => return Err(failure),
        };
        let file = match file {
            Some(file) => file,
            None => backup::name(app, &folder, &format!("g{}", verified.generation))?,
        };
        let size = draft.size().map_err(|e| backup::failure(e, &shown))?;
        draft.place(&file, over).map_err(|e| backup::failure(e, &file))?;
        let Verified { generation, contexts, secrets, .. } = verified;
        if app.ui.output == Output::Json {
            let (schema, backup) = (SCHEMA, file.display().to_string());
            let vault = vault.vault_id().to_string();
            app.ui.json(&Document { schema, backup, vault, generation, contexts, secrets, size });
        } else {
            let (contexts, secrets) = (count(contexts, "context"), count(secrets, "secret"));
            app.ui.line(format!(
                "{}: generation {generation}, {contexts}, {secrets}, verified",
                shown_path(&file)
            ));
        }
        Ok(0)
    }
}

/// Refuses a place before anybody is asked for a passphrase.
fn check_place(app: &App, file: &Path, over: Over) -> Result<(), Failure> {
    let shown = shown_path(file);
    let folder = backup::parent(file);
    if !folder.is_dir() {
        return Err(Failure::new(Kind::NotFound, format!("{} is no folder", shown_path(folder)))
            .hint(format!("mkdir -m 700 {}", shell_path(folder))));
    }
    if is_there(file) && (over == Over::Nothing || !is_regular(file)) {
        return Err(Failure::new(Kind::Exists, format!("{shown} exists already"))
            .hint("name another file, or add --force to replace it"));
    }
    let vault = app.vault_path()?;
    let is_vaults = ["", "-journal", "-wal", "-shm"].iter().any(|ending| {
        let mut name = vault.as_os_str().to_owned();
        name.push(ending);
        same_place(file, Path::new(&name))
    });
    if is_vaults {
        return Err(Failure::new(Kind::Usage, format!("{shown} is the vault's own file"))
            .hint("name another one"));
    }
    Ok(())
}

fn is_regular(file: &Path) -> bool {
    file.symlink_metadata().is_ok_and(|facts| facts.is_file())
}

/// Whether two paths name one place, though a link may lead to its folder.
fn same_place(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| backup::parent(path).canonicalize().ok();
    one.file_name() == other.file_name() && folder(one) == folder(other)
}
