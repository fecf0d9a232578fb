//! Finding and reading the files.

use std::path::{Path, PathBuf};

use azvault_importer::folder::{self, Source};
use azvault_importer::places;

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::paths;
use crate::ui::shown_path;

/// Reads the files in the usual places, or those that were named. Nothing is written.
pub(crate) fn gather(app: &App, from: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let (candidates, home) = if from.is_empty() {
        let roots = paths::roots()?;
        if !roots.home.is_dir() {
            let home = shown_path(&roots.home);
            return Err(Failure::new(Code::NotFound, format!("the home folder {home} is missing"))
                .hint("set HOME, or name the files with --from PATH"));
        }
        (places::usual(&roots), roots.home)
    } else {
        let mut candidates = Vec::new();
        for path in from {
            let path = paths::absolute(path)?;
            candidates.extend(places::named(&path).map_err(|e| unreadable(&path, &e))?);
        }
        let mut seen = std::collections::HashSet::new();
        candidates.retain(|candidate| seen.insert(candidate.path.clone()));
        (candidates, paths::roots().map_or_else(|_| PathBuf::from("/"), |roots| roots.home))
    };
    let bar = app.ui.progress("reading", candidates.len() as u64);
    let time_zone = jiff::tz::TimeZone::system();
    let sources = folder::read_all(&candidates, &home, &time_zone, &mut |path| {
        bar.inc(1);
        app.ui.detail(format!("read {}", shown_path(path)));
    });
    bar.finish_and_clear();
    Ok(sources)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::NotFound => Code::NotFound,
        _ => Code::Other,
    };
    Failure::new(code, format!("{}: {error}", shown_path(path)))
}
