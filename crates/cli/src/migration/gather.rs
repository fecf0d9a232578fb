//! Finding and reading the files.

use std::path::{Path, PathBuf};

use azvault_importer::folder::{self, Reach, Source};
use azvault_importer::places::{self, Candidate};

use crate::app::{App, Consent};
use crate::failure::{Code, Failure};
use crate::paths;
use crate::prompt::Answer;
use crate::ui::{shown, shown_path};

/// What is done about files that others point to, and that nobody named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointers {
    /// They are named with the file that points, and left.
    Told,
    /// A person is asked, one by one.
    Asked,
}

impl Pointers {
    /// `--yes` agrees to the plan, and not to files that nobody named.
    pub(crate) fn of(consent: Consent) -> Self {
        if consent == Consent::Given { Self::Told } else { Self::Asked }
    }
}

/// Reads the files in the usual places, or those that were named. Nothing is written.
pub(crate) fn gather(
    app: &App,
    from: &[PathBuf],
    pointers: Pointers,
) -> Result<Vec<Source>, Failure> {
    let (candidates, mut reach) = if from.is_empty() {
        let roots = paths::roots()?;
        if !roots.home.is_dir() {
            let home = shown_path(&roots.home);
            return Err(Failure::new(Code::NotFound, format!("the home folder {home} is missing"))
                .hint("set HOME, or name the files with --from PATH"));
        }
        let reach = Reach::from(&roots.home);
        (places::usual(&roots), reach)
    } else {
        let mut candidates = Vec::new();
        let named = from.iter().map(|path| paths::absolute(path)).collect::<Result<Vec<_>, _>>()?;
        for path in &named {
            candidates.extend(places::named(path).map_err(|e| unreadable(path, &e))?);
        }
        let mut seen = std::collections::HashSet::new();
        candidates.retain(|candidate| seen.insert(candidate.path.clone()));
        let home = paths::roots().map_or_else(|_| PathBuf::from("/"), |roots| roots.home);
        (candidates, Reach::new(&home, named))
    };
    let sources = read(app, &candidates, &reach);
    if pointers == Pointers::Asked && agree(app, &sources, &mut reach)? == Answer::Yes {
        return Ok(read(app, &candidates, &reach));
    }
    Ok(sources)
}

fn read(app: &App, candidates: &[Candidate], reach: &Reach) -> Vec<Source> {
    let bar = app.ui.progress("reading", candidates.len() as u64);
    let time_zone = jiff::tz::TimeZone::system();
    let sources = folder::read_within(candidates, reach, &time_zone, &mut |path| {
        bar.inc(1);
        app.ui.detail(format!("read {}", shown_path(path)));
    });
    bar.finish_and_clear();
    sources
}

/// Asks for each file that others point to, and that nobody named. Whether one was agreed to.
fn agree(app: &App, sources: &[Source], reach: &mut Reach) -> Result<Answer, Failure> {
    let mut any = Answer::No;
    for source in sources {
        for outside in &source.outside {
            let Some(mut terminal) = app.terminal() else { return Ok(any) };
            let question = format!(
                "{} points to {}, which nobody named: {}. Read it, as if you had named it?",
                shown_path(&source.path),
                shown_path(&outside.path),
                shown(&outside.what)
            );
            if terminal.ask_yes(&question)? == Answer::Yes {
                reach.extend(&outside.path);
                any = Answer::Yes;
            }
        }
    }
    Ok(any)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::NotFound => Code::NotFound,
        _ => Code::Other,
    };
    Failure::new(code, format!("{}: {error}", shown_path(path)))
}
