//! `azvault az-shim install`

use std::path::{Path, PathBuf};

use azvault_os::file::make_program;
use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_service::text::shown_path;
use azvault_vault::{Over, write_file};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;

/// Install a program `az` that answers what SDKs and Terraform ask Azure CLI for
///
/// For machines without Azure CLI: it knows `account get-access-token`, `account show`, `account
/// list` and `version`, and hands everything else to a real az behind it on the PATH, if there is
/// one. It asks nothing: while the vault is locked it says so, and credential chains go on.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder, which must be on the PATH [default: ~/.local/bin]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Replace an existing program az
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    path: String,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let folder = match &self.dir {
            Some(folder) => paths::absolute(folder)?,
            None => paths::programs()?,
        };
        let path = folder.join("az");
        let failed =
            |e: std::io::Error| Failure::new(Kind::Other, format!("{}: {e}", shown_path(&path)));
        let over = match path.symlink_metadata() {
            Err(_) => Over::Nothing,
            Ok(_) if self.force || is_shim(&path) => Over::Whatever,
            Ok(_) => {
                let what = format!("there is a program {} already", shown_path(&path));
                return Err(Failure::new(Kind::Exists, what).hint("--force replaces it"));
            }
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let own = std::env::current_exe().map_err(failed)?;
        let script = script(&own)
            .ok_or_else(|| Failure::new(Kind::Other, "azvault's own path cannot be quoted"))?;
        write_file(&path, script.as_bytes(), over, &make_program).map_err(failed)?;
        match app.ui.output {
            Output::Json => {
                app.ui.json(&Document { schema: SCHEMA, path: path.display().to_string() });
            }
            Output::Table | Output::Tsv | Output::Sarif => {
                app.ui.line(format!("installed {}", shown_path(&path)));
            }
        }
        if !paths::is_on_path(&folder) {
            app.ui.warning(format!("{} is not on the PATH", shown_path(&folder)));
        }
        Ok(0)
    }
}

/// By which a shim is known, so that it can be written anew.
const MARK: &str = "# az, answered by azvault: azvault az-shim --help";

fn script(own: &Path) -> Option<String> {
    let own = own.to_str()?.replace('\'', r"'\''");
    Some(format!("#!/bin/sh\n{MARK}\nexec '{own}' az-shim run --shim \"$0\" -- \"$@\"\n"))
}

/// Whether a file is one of ours.
pub(super) fn is_shim(path: &Path) -> bool {
    let is_small = path.metadata().is_ok_and(|facts| facts.len() < 8192);
    is_small && std::fs::read_to_string(path).is_ok_and(|text| text.contains(MARK))
}
