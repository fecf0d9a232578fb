//! Finding and reading the files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use azvault_importer::folder::{self, Reach, Source};
use azvault_importer::look::{At, Bounds, Coverage, Looked, Unknown, WHOLE, Watch, look};
use azvault_importer::places::Candidate;

use crate::app::{App, Consent};
use crate::console::{Answer, Progress, Work};
use crate::failure::{Failure, Kind};
use crate::paths;
use crate::text::{count, shown, shown_path};

/// What is done about files that others point to, and that nobody named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pointers {
    /// They are named with the file that points, and left.
    Told,
    /// A person is asked, one by one.
    Asked,
}

impl Pointers {
    /// `--yes` agrees to the plan, and not to files that nobody named.
    pub fn of(consent: Consent) -> Self {
        if consent == Consent::Given { Self::Told } else { Self::Asked }
    }
}

/// Where files are looked for.
#[derive(Clone, Copy)]
pub enum From<'a> {
    /// The usual places.
    Usual,
    /// Files and folders that were named.
    Named(&'a [PathBuf]),
    /// The whole home folder.
    Home,
}

impl<'a> From<'a> {
    /// Those that were named; the usual places where nothing was.
    pub fn of(paths: &'a [PathBuf]) -> Self {
        if paths.is_empty() { Self::Usual } else { Self::Named(paths) }
    }
}

/// Who is asked for more than files that a format knows.
pub trait Curious {
    /// A file that no format knows, in a product's folder or named.
    fn unknown(&mut self, file: Unknown);
    /// Whether somebody pressed Ctrl-C.
    fn is_stopped(&self) -> bool;
}

/// Nobody: files that no format knows are not imported.
struct Incurious;

impl Curious for Incurious {
    fn unknown(&mut self, _: Unknown) {}
    fn is_stopped(&self) -> bool {
        false
    }
}

/// The files that were read, and what was looked at to find them.
pub struct Gathered {
    pub sources: Vec<Source>,
    pub seen: Coverage,
}

/// Reads the files in the products' places, or those that were named. Nothing is written.
pub fn gather(app: &App, from: &[PathBuf], pointers: Pointers) -> Result<Gathered, Failure> {
    let place = match SearchRoots::of(From::of(from))? {
        SearchRoots::Usual(roots) => SearchRoots::Products(roots),
        named => named,
    };
    let mut reach = place.reach();
    let gathered = place.read(app, &reach, &mut Incurious)?;
    if pointers == Pointers::Asked && agree(app, &gathered.sources, &mut reach)? == Answer::Yes {
        return place.read(app, &reach, &mut Incurious);
    }
    Ok(gathered)
}

/// As [`gather`], with somebody who looks at the files that no format knows. Asks nothing.
pub fn survey(app: &App, from: From<'_>, curious: &mut dyn Curious) -> Result<Gathered, Failure> {
    let place = SearchRoots::of(from)?;
    place.read(app, &place.reach(), curious)
}

/// What is looked at, with absolute paths.
enum SearchRoots {
    Products(azvault_importer::places::Roots),
    Usual(azvault_importer::places::Roots),
    Home(azvault_importer::places::Roots),
    Named(Vec<PathBuf>),
}

impl SearchRoots {
    fn of(from: From<'_>) -> Result<Self, Failure> {
        if let From::Named(named) = from {
            let mut seen = HashSet::new();
            let mut paths =
                named.iter().map(|path| paths::absolute(path)).collect::<Result<Vec<_>, _>>()?;
            paths.retain(|path| seen.insert(path.clone()));
            for path in &paths {
                path.symlink_metadata().map_err(|error| unreadable(path, &error))?;
            }
            return Ok(Self::Named(paths));
        }
        let roots = paths::roots()?;
        if !roots.home.is_dir() {
            let home = shown_path(&roots.home);
            return Err(Failure::new(Kind::NotFound, format!("the home folder {home} is missing"))
                .hint("set HOME, or name the files with --from PATH"));
        }
        Ok(if matches!(from, From::Home) { Self::Home(roots) } else { Self::Usual(roots) })
    }

    /// How far files may lead: the usual places are the home folder.
    fn reach(&self) -> Reach {
        let (reach, current) = match self {
            Self::Products(roots) | Self::Usual(roots) | Self::Home(roots) => {
                (Reach::from(&roots.home), roots.current.clone())
            }
            Self::Named(paths) => {
                let home = paths::roots().map_or_else(|_| PathBuf::from("/"), |roots| roots.home);
                (Reach::new(&home, paths.clone()), None)
            }
        };
        match current {
            Some(current) => reach.at(&current),
            None => reach,
        }
    }

    fn read(
        &self,
        app: &App,
        reach: &Reach,
        curious: &mut dyn Curious,
    ) -> Result<Gathered, Failure> {
        let at = match self {
            Self::Products(roots) => At::Products(roots),
            Self::Usual(roots) => At::Usual(roots),
            Self::Home(roots) => At::Home(roots),
            Self::Named(paths) => At::Named(paths),
        };
        let bar = match self {
            Self::Home(_) => app.console.begin("looking", Work::PartsOf(WHOLE)),
            Self::Products(_) | Self::Usual(_) | Self::Named(_) => app.console.spinner("looking"),
        };
        let mut telling = Telling { app, bar, far: 0, files: 0, curious };
        let looked = look(at, reach, &Bounds::default(), &mut telling);
        drop(telling.bar);
        let Looked { candidates, seen } = looked.map_err(|error| {
            Failure::new(Kind::Other, format!("files were not listed: {error}"))
        })?;
        let sources = read(app, &candidates, reach);
        Ok(Gathered { sources, seen })
    }
}

/// Tells on the terminal how far looking has come.
struct Telling<'a> {
    app: &'a App,
    bar: Box<dyn Progress>,
    /// How much of the whole was looked at.
    far: u64,
    files: usize,
    curious: &'a mut dyn Curious,
}

/// How many files are looked at between two words about it.
const STEP: usize = 100;

impl Watch for Telling<'_> {
    fn reading(&mut self, path: &Path) {
        self.files += 1;
        if self.files.is_multiple_of(STEP) {
            self.tell();
        }
        self.app.console.detail(format!("looked at {}", shown_path(path)));
    }

    fn unknown(&mut self, file: Unknown) {
        self.curious.unknown(file);
    }

    fn came(&mut self, far: u64) {
        if self.far != far {
            self.far = far;
            self.bar.set_position(far);
            self.tell();
        }
    }

    fn is_stopped(&self) -> bool {
        self.curious.is_stopped()
    }
}

impl Telling<'_> {
    fn tell(&self) {
        self.bar.set_message(format!("looking: {}", count(self.files, "file")));
    }
}

fn read(app: &App, candidates: &[Candidate], reach: &Reach) -> Vec<Source> {
    let bar = app.console.progress("reading", candidates.len() as u64);
    let time_zone = jiff::tz::TimeZone::system();
    let sources = folder::read_within(candidates, reach, &time_zone, &mut |path| {
        bar.step();
        app.console.detail(format!("read {}", shown_path(path)));
    });
    drop(bar);
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
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Kind::NotFound,
        _ => Kind::Other,
    };
    Failure::new(kind, format!("{}: {error}", shown_path(path)))
}
