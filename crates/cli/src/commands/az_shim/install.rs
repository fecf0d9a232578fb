//! `azvault az-shim install`

use std::path::{Path, PathBuf};

use azvault_os::file::make_program;
use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_service::shell_word::shell_path;
use azvault_service::text::shown_path;
use azvault_vault::{Over, write_file};
use serde::Serialize;

use super::real;
use super::wrapper::{self, Place};
use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Install a program az in front of Azure CLI that the vault signs in
///
/// It answers account and token lines itself, in milliseconds: account show, list, set, clear and
/// get-access-token, login and logout. All others it hands to the real az, the next on the PATH, as
/// `azvault exec` does: az's own settings and extensions stay. Where there is no real az it stands
/// alone, which is enough for the SDKs and Terraform. It asks nothing: while the vault is locked it
/// says so at once.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// The folder, which must come before the real az's on the PATH [default: ~/.local/bin]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    path: String,
    /// Whether `az` means it.
    is_first: bool,
    /// The real az behind it; `null` where it stands alone.
    real: Option<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let folder = wrapper::folder(self.dir.as_deref())?;
        let path = folder.join("az");
        let failed =
            |e: std::io::Error| Failure::new(Kind::Other, format!("{}: {e}", shown_path(&path)));
        let over = match Place::of(&path)? {
            Place::Free => Over::Nothing,
            Place::Wrapper => Over::Whatever,
            Place::Foreign => {
                let what = format!("{} exists, and azvault did not write it", shown_path(&path));
                return Err(Failure::new(Kind::Exists, what)
                    .hint("azvault az-shim install --dir FOLDER, a folder before it on the PATH"));
            }
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let own = std::env::current_exe().map_err(failed)?;
        let text = wrapper::text(&own)
            .ok_or_else(|| Failure::new(Kind::Other, "azvault's own path cannot be quoted"))?;
        write_file(&path, text.as_bytes(), over, &make_program).map_err(failed)?;
        let first = paths::on_path("az").into_iter().find(|az| az.is_file());
        let is_first = first.as_ref().is_some_and(|first| is_same(first, &path));
        let real = real::az(Some(&path));
        match app.ui.output {
            Output::Json => app.ui.json(&Document {
                schema: SCHEMA,
                path: path.display().to_string(),
                is_first,
                real: real.as_ref().map(|real| real.display().to_string()),
            }),
            Output::Table | Output::Tsv | Output::Sarif => {
                app.ui.line(format!("installed {}", shown_path(&path)));
                match &real {
                    Some(real) => app.ui.note(format!(
                        "account and token lines are answered by the vault, all others by {}",
                        shown_path(real)
                    )),
                    None => app.ui.note(
                        "no other az is on the PATH: account and token lines work, all others need \
                         Azure CLI",
                    ),
                }
            }
        }
        if !is_first {
            let put = format!("export PATH={}:\"$PATH\"", shell_path(&folder));
            app.ui.warning(match first {
                Some(first) => format!("az still means {}: {put}", shown_path(&first)),
                None => format!("{} is not on the PATH: {put}", shown_path(&folder)),
            });
        }
        Ok(0)
    }
}

/// Whether two names are of one file, by whichever links they lead to it.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| Some(one) == real(other))
}
