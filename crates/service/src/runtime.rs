//! The folder for sockets of this user, and what stands in for it where the system makes none.
//!
//! ```text
//! 1  $XDG_RUNTIME_DIR/azvault   as systemd and its like set it for a login
//! 2  /run/user/UID/azvault      where they make it, also for a shell that was not told (su, cron)
//! 3  /tmp/azvault-UID           azvault's own, where neither can be used (containers, WSL)
//! ```
//!
//! The first that belongs to this user alone is used, and every process of this user looks into all
//! of them for a running agent before it starts another. `TMPDIR` is not consulted: it differs from
//! shell to shell, which would hide the agent, and it may name a folder in which others can rename
//! ours. `/tmp` is the same for all, and its sticky bit keeps a name to its owner.

mod fitness;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use azvault_os::file::{Facts, Folder, create_private_folders};
use azvault_os::places;

pub use self::fitness::Unfit;
use self::fitness::{Fitness, Owner};
use crate::failure::{Failure, Kind};
use crate::paths;
use crate::text::shown_path;

/// The longest name of a socket in the folder: the id of a vault in hexadecimal, and `.sock`.
const MAX_NAME: usize = 32 + ".sock".len();

/// The most that a path to a socket may have (`sun_path` of unix(7), less its NUL).
const MAX_SOCKET_PATH: usize = 107;

/// Which of the three a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `XDG_RUNTIME_DIR`.
    Variable,
    /// `/run/user/UID`.
    System,
    /// `/tmp/azvault-UID`.
    Own,
    /// In the user's home, for files alone: no socket, so that it is never looked for.
    Home,
}

/// One place that is looked at.
#[derive(Clone, Debug)]
pub struct SocketFolder {
    pub source: Source,
    /// The folder in which ours lies; `None` where the variable is not set.
    pub base: Option<PathBuf>,
    name: String,
}

/// Why a place is passed over.
pub struct PassedOver {
    pub place: SocketFolder,
    pub because: Unfit,
}

/// What there is to use, and what was passed over on the way.
pub struct Look {
    pub used: Option<SocketFolder>,
    pub passed_over: Vec<PassedOver>,
}

impl SocketFolder {
    /// Our folder in it. It need not be there yet.
    pub fn folder(&self) -> Option<PathBuf> {
        self.base.as_ref().map(|base| base.join(&self.name))
    }

    /// Whether it belongs to this user alone, as far as it is there.
    fn fit(&self) -> Result<(), Unfit> {
        let (Some(base), Some(folder)) = (&self.base, self.folder()) else {
            return Err(Unfit::NotSet);
        };
        if !base.is_absolute() {
            return Err(Unfit::Relative);
        }
        let length = folder.as_os_str().len() + 1 + MAX_NAME;
        if length > MAX_SOCKET_PATH {
            return Err(Unfit::TooLong(length));
        }
        let above = Facts::followed(base).map_err(|e| Unfit::of_error(&e))?;
        match self.source {
            Source::Variable | Source::System => Fitness::of(&above).private(Owner::Base)?,
            Source::Own | Source::Home => Fitness::of(&above).shared()?,
        }
        // Not followed: a link here would be somebody's who leads us elsewhere.
        match Facts::of_name(&folder) {
            Ok(own) => Fitness::of(&own).private(Owner::Inner),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(Unfit::of_error(&e)),
        }
    }

    /// Makes our folder if need be. Looked at once more through a descriptor, after it is there:
    /// another user may have been faster.
    fn make(&self) -> Result<PathBuf, Unfit> {
        let (Some(base), Some(folder)) = (&self.base, self.folder()) else {
            return Err(Unfit::NotSet);
        };
        let name = self.name.as_ref();
        let above = Folder::open(base).map_err(|e| Unfit::of_open(&e))?;
        match above.create_folder(name) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(Unfit::of_open(&e)),
            _ => {}
        }
        let own = above.open_folder(name).map_err(|e| Unfit::of_open(&e))?;
        let facts = own.facts().map_err(|e| Unfit::of_open(&e))?;
        Fitness::of(&facts).private(Owner::Inner)?;
        Ok(folder)
    }
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, because } = self;
        let base = place.base.as_deref().map(shown_path).unwrap_or_default();
        let folder = place.folder().as_deref().map(shown_path).unwrap_or_default();
        match (place.source, because) {
            (_, Unfit::NotSet) => f.write_str("XDG_RUNTIME_DIR is not set"),
            (_, because) if because.is_of_inner() => write!(f, "{folder} {because}"),
            (Source::Variable, because) => write!(f, "XDG_RUNTIME_DIR, {base}, {because}"),
            (_, because) => write!(f, "{base} {because}"),
        }
    }
}

/// The places, in their order; one that the variable names as well is there once.
fn places() -> Vec<SocketFolder> {
    let variable = paths::runtime_variable();
    let system = places::runtime_folder_of_login();
    let place = |source, base, name: String| SocketFolder { source, base, name };
    let mut places = Vec::from([place(Source::Variable, variable.clone(), "azvault".to_owned())]);
    if variable.as_ref() != Some(&system) {
        places.push(place(Source::System, Some(system), "azvault".to_owned()));
    }
    places.push(place(
        Source::Own,
        Some(places::shared_folder().to_owned()),
        places::name_of_user("azvault"),
    ));
    places
}

/// Looks for the place to use.
pub fn look() -> Look {
    let mut passed_over = Vec::new();
    for place in places() {
        match place.fit() {
            Ok(()) => return Look { used: Some(place), passed_over },
            Err(because) => passed_over.push(PassedOver { place, because }),
        }
    }
    Look { used: None, passed_over }
}

/// The folder that is used; it need not be there yet.
pub fn folder() -> Result<PathBuf, Failure> {
    let Look { used, passed_over } = look();
    used.and_then(|place| place.folder()).ok_or_else(|| none(&passed_over))
}

/// The folder that is used, made if need be.
pub fn made() -> Result<PathBuf, Failure> {
    let Look { used, mut passed_over } = look();
    let Some(place) = used else { return Err(none(&passed_over)) };
    place.make().map_err(|because| {
        passed_over.push(PassedOver { place, because });
        none(&passed_over)
    })
}

/// Every folder of this user, the one that is used first: an agent that a shell with another
/// environment started is in one of them. Also those that others can enter by now: nothing is started
/// there, and who listens is known by the kernel's word.
pub fn folders() -> Vec<PathBuf> {
    let is_own = |place: &SocketFolder| matches!(place.fit(), Ok(()) | Err(Unfit::Lax(..)));
    places().into_iter().filter(is_own).filter_map(|place| place.folder()).collect()
}

/// For files that need no socket: the folder that is used, else a private one in the user's home. It
/// is on a disk, and the same for every process, so that what is left in it is found and removed.
pub(crate) fn for_files() -> Result<PathBuf, Failure> {
    made().or_else(|none| {
        let own = paths::private()?;
        let (base, name) = (own.parent().map(Path::to_owned), own.file_name());
        let name = name.unwrap_or_default().to_string_lossy().into_owned();
        if let Some(base) = &base {
            let made = create_private_folders(base);
            made.map_err(|_| none)?;
        }
        SocketFolder { source: Source::Home, base, name }.make().map_err(|because| {
            let own = shown_path(&own);
            let what = format!("no folder for the files of this command: {own} {because}");
            Failure::new(Kind::Unsupported, what).hint(format!("ls -ld {own}"))
        })
    })
}

/// The base that a login of this user has, if it can be used.
pub(crate) fn of_login() -> Option<PathBuf> {
    let places = places();
    let system = places.iter().find(|place| place.source == Source::System)?;
    system.fit().ok().and_then(|()| system.base.clone())
}

/// There is none, and what to type for one.
fn none(passed_over: &[PassedOver]) -> Failure {
    let because: Vec<String> = passed_over.iter().map(PassedOver::to_string).collect();
    let what = format!("no folder for the agent's socket: {}", because.join("; "));
    Failure::new(Kind::Unsupported, what).hint(advice(passed_over))
}

/// One line to type, after which there is a folder.
pub fn advice(passed_over: &[PassedOver]) -> String {
    let own = passed_over.iter().find(|one| one.place.source == Source::Own);
    match own.map(|own| &own.because) {
        Some(Unfit::Lax(Owner::Inner, _)) => {
            let own = places::shared_folder().join(places::name_of_user("azvault"));
            format!("chmod 700 {}", own.display())
        }
        // What others can rename in /tmp is not made there either.
        Some(because) if !because.is_of_inner() => {
            "export XDG_RUNTIME_DIR=\"$(mktemp -d -p ~)\"".to_owned()
        }
        _ => "export XDG_RUNTIME_DIR=\"$(mktemp -d)\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME, MAX_SOCKET_PATH, SocketFolder, Source, Unfit};

    #[test]
    fn a_path_that_is_too_long_for_a_socket_is_told_before_it_is_tried() {
        let name = "n".repeat(MAX_NAME);
        let base = tempfile::tempdir().unwrap();
        let short = base.path().join("r");
        std::fs::create_dir(&short).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&short, mode).unwrap();
        let place = |base: &std::path::Path, name: &str| SocketFolder {
            source: Source::Variable,
            base: Some(base.to_owned()),
            name: name.to_owned(),
        };
        assert_eq!(place(&short, "azvault").fit(), Ok(()));
        // The longest name that fits, and one byte more.
        let room = MAX_SOCKET_PATH - MAX_NAME - 2 - short.as_os_str().len();
        let longest = place(&short, &"n".repeat(room));
        assert_eq!(longest.fit(), Ok(()));
        let folder = longest.make().unwrap();
        std::os::unix::net::UnixListener::bind(folder.join(name)).unwrap();
        let long = place(&short, &"n".repeat(room + 1));
        assert_eq!(long.fit(), Err(Unfit::TooLong(MAX_SOCKET_PATH + 1)));
    }
}
