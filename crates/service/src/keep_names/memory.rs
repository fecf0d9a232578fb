//! What azvault wrote last for a product. It lies in the state folder, and is as readable as the file itself.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use azvault_model::KeptNames;
use azvault_os::file::create_private_folders;
use azvault_os::lock::{self, Share};
use azvault_vault::{Over, write_file};
use serde::{Deserialize, Serialize};

use super::NamedProduct;
use super::on_disk::Stamp;
use crate::failure::{Failure, Kind};
use crate::paths;
use crate::text::shown_path;

/// How long another command may take that does the same.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize, Deserialize)]
pub(super) struct Memory {
    /// Whose contexts they are.
    pub(super) vault: PathBuf,
    pub(super) file: PathBuf,
    /// How the file was when it was last written or read.
    pub(super) stamp: Option<Stamp>,
    pub(super) names: KeptNames,
}

impl Memory {
    /// `None` where no names are kept, and where what was written is not understood any more: the file then
    /// stays as it is until a person asks again.
    pub(super) fn of(product: NamedProduct) -> Result<Option<Self>, Failure> {
        let path = path(product)?;
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(product, &e)),
        }
    }

    /// Keeps it, with the file as it is now.
    pub(super) fn keep(self, product: NamedProduct) -> Result<(), Failure> {
        let path = path(product)?;
        let kept = Self { stamp: Stamp::of(&self.file), ..self };
        let text =
            serde_json::to_vec(&kept).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
        let written = path.parent().map_or(Ok(()), create_private_folders);
        let written = written.and_then(|()| write_file(&path, &text, Over::Whatever, &|_| Ok(())));
        written.map(drop).map_err(|e| failed(product, &e))
    }

    pub(super) fn forget(product: NamedProduct) -> Result<(), Failure> {
        match fs::remove_file(path(product)?) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(failed(product, &e)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// One command at a time brings a file up to date; `None` where another one has it in hand for long.
    pub(super) fn turn(product: NamedProduct) -> Result<Option<File>, Failure> {
        let path = path(product)?.with_extension("lock");
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|e| failed(product, &e))?;
        let tried = lock::within(&file, Share::Nothing, PATIENCE);
        let is_held = tried.map_err(|e| failed(product, &e))?.is_held();
        Ok(is_held.then_some(file))
    }
}

fn path(product: NamedProduct) -> Result<PathBuf, Failure> {
    Ok(paths::kept_names()?.join(format!("{}.json", product.as_str())))
}

fn failed(product: NamedProduct, error: &std::io::Error) -> Failure {
    let path = path(product).map(|path| shown_path(&path)).unwrap_or_default();
    Failure::new(Kind::Other, format!("{path}: {error}"))
}
