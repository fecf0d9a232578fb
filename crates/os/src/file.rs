//! Files: what the system says of them, and how they are opened, made and replaced.
//!
//! Nothing here follows a link or waits for another program unless its name says so.

#[cfg_attr(windows, path = "file/windows/asked.rs")]
mod asked;
mod facts;
#[cfg_attr(windows, path = "file/windows/folder.rs")]
mod folder;
#[cfg_attr(windows, path = "file/windows/open.rs")]
mod open;
mod outcomes;
mod owner;
pub mod path_as_bytes;
mod permissions;
#[cfg_attr(windows, path = "file/windows/replace.rs")]
mod replace;
#[cfg_attr(windows, path = "file/windows/set.rs")]
mod set;
mod version;
#[cfg_attr(windows, path = "file/windows/watch.rs")]
mod watch;

pub use self::facts::{Facts, Kind, Volume};
pub use self::folder::Folder;
pub use self::open::{
    create_new_private, open_or_create_private, open_unfollowed, open_without_waiting, read_at,
    refusal,
};
pub use self::outcomes::{Naming, Over, Refusal};
pub use self::owner::Owner;
pub use self::permissions::{Others, Permissions, Privacy};
pub use self::replace::{REPLACES_OPEN_FILES, rename_over};
pub use self::set::{
    INHERITS_FROM_FOLDER, create_private_folder, create_private_folders, is_in_memory, make_link,
    make_private, make_program, path_bytes, path_of_bytes, set_modified, set_permissions,
};
pub use self::version::{FileIdentity, FileVersion};
pub use self::watch::FolderWatch;

#[cfg(test)]
#[cfg(unix)]
mod tests;
#[cfg(test)]
#[cfg(windows)]
#[path = "file/windows/tests.rs"]
mod tests;
