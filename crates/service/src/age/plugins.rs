//! Programs of plugins. Each is found once, when a way is added: on the PATH, as age finds it. It must be
//! one that root alone can change, because it is handed what opens the vault. Its place is kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use crate::failure::{Failure, Kind};
use crate::shell_word::shell_path;
use crate::text::shown_path;
use crate::{paths, system_program};

/// The program of a plugin.
pub(super) fn program(name: &str) -> String {
    format!("age-plugin-{name}")
}

/// Where the programs of these plugins are.
pub(super) fn found<'a>(
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut found = BTreeMap::new();
    for name in names {
        let program = program(name);
        let path = paths::on_path(&program).into_iter().find(|path| path.is_file());
        let path = path.ok_or_else(|| not_there(&program))?;
        check(&path)?;
        let text = path.to_str().ok_or_else(|| {
            let what = format!("the path of the plugin is no text: {}", shown_path(&path));
            Failure::new(Kind::Usage, what).hint("mv it to a path of plain characters")
        })?;
        found.insert(name.to_owned(), text.to_owned());
    }
    Ok(found)
}

/// Refuses a program that others than root can change.
fn check(path: &Path) -> Result<(), Failure> {
    if system_program::is_of_root(path) {
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default();
    let what = format!(
        "{} could be replaced by others than root, and would get what opens the vault",
        shown_path(path)
    );
    let target = Path::new("/usr/local/bin").join(name);
    Err(Failure::new(Kind::Refused, what).hint(format!(
        "sudo install -m 755 {} {}, then the command again",
        shell_path(path),
        shell_path(&target)
    )))
}

/// The PATH on which age finds the programs of a way, and no others of their names: each where it was when
/// the way was added.
pub(super) fn search_path(programs: &BTreeMap<String, String>) -> Result<OsString, Failure> {
    let mut folders: Vec<&Path> = Vec::new();
    for (name, place) in programs {
        let (path, program) = (Path::new(place), program(name));
        if !path.exists() {
            return Err(gone(&program, path));
        }
        check(path)?;
        folders.extend(path.parent());
    }
    for (name, place) in programs {
        let program = program(name);
        let first = folders.iter().map(|folder| folder.join(&program)).find(|path| path.exists());
        if first.as_deref() != Some(Path::new(place)) {
            let first = first.unwrap_or_default();
            let what = format!("there is a second {program}: {}", shown_path(&first));
            return Err(Failure::new(Kind::Refused, what).hint(ADD_AGAIN));
        }
    }
    std::env::join_paths(folders)
        .map_err(|e| Failure::new(Kind::Other, format!("the folders of the plugins: {e}")))
}

const ADD_AGAIN: &str =
    "unlock in another way, then azvault key add age once more, and azvault key remove ID";

fn gone(program: &str, path: &Path) -> Failure {
    let what = format!("{program} is not there any more: it was {}", shown_path(path));
    Failure::new(Kind::Unsupported, what)
        .hint("install it there, or use another way to unlock: azvault key list")
}

fn not_there(program: &str) -> Failure {
    let what =
        format!("this recipient or identity needs the plugin {program}, which is not on the PATH");
    Failure::new(Kind::Unsupported, what)
        .hint(format!("install it, so that root alone can change it: command -v {program}"))
}
