//! `azvault az-shim remove`

use std::path::PathBuf;

use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_service::text::shown_path;
use serde::Serialize;

use super::real;
use super::wrapper::{self, Place};
use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Remove the program az that `az-shim install` wrote, and nothing else
///
/// A file that azvault did not write, or that was edited since, stays.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder in which it is [default: ~/.local/bin, else the first of the PATH that has one]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    path: String,
    /// What `az` means from now on; `null` where nothing does.
    real: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let path = self.path()?;
        match Place::of(&path)? {
            Place::Wrapper => {}
            Place::Free => {
                let what = format!("there is no {}", shown_path(&path));
                return Err(Failure::new(Kind::NotFound, what)
                    .hint("azvault az-shim remove --dir FOLDER, the folder it was installed in"));
            }
            Place::Foreign => {
                let what = format!("{} is not as azvault wrote it, and stays", shown_path(&path));
                return Err(
                    Failure::new(Kind::Refused, what).hint("look at it, and remove it yourself")
                );
            }
        }
        std::fs::remove_file(&path)
            .map_err(|e| Failure::new(Kind::Other, format!("{}: {e}", shown_path(&path))))?;
        let real = real::az(None);
        match app.ui.output {
            Output::Json => app.ui.json(&Document {
                schema: SCHEMA,
                path: path.display().to_string(),
                real: real.map(|real| real.display().to_string()),
            }),
            Output::Table | Output::Tsv | Output::Sarif => {
                app.ui.line(format!("removed {}", shown_path(&path)));
                if let Some(real) = real {
                    app.ui.note(format!(
                        "az means {} again, which the vault signs in only in azvault exec; a shell \
                         may remember the other: hash -r",
                        shown_path(&real)
                    ));
                }
            }
        }
        Ok(0)
    }

    fn path(&self) -> Result<PathBuf, Failure> {
        let path = wrapper::folder(self.dir.as_deref())?.join("az");
        if self.dir.is_some() || matches!(Place::of(&path)?, Place::Wrapper) {
            return Ok(path);
        }
        let mut on_path = paths::on_path("az").into_iter();
        let found = on_path.find(|az| matches!(Place::of(az), Ok(Place::Wrapper)));
        Ok(found.unwrap_or(path))
    }
}
