//! Files: what the system says of them, and how they are opened, made and replaced.
//!
//! Nothing here follows a link or waits for another program unless its name says so.

mod facts;
mod folder;
mod open;
pub mod path_as_bytes;
mod replace;
mod set;
mod version;
mod watch;

pub use self::facts::{Facts, FileIdentity, Kind, Others, Owner, Permissions, Privacy, Volume};
pub use self::folder::{Folder, Naming};
pub use self::open::{
    Refusal, create_new_private, open_or_create_private, open_unfollowed, open_without_waiting,
    read_at, refusal,
};
pub use self::replace::{Over, rename_over};
pub use self::set::{
    create_private_folder, create_private_folders, is_in_memory, make_link, make_private,
    make_program, path_bytes, path_of_bytes, set_modified, set_permissions,
};
pub use self::version::FileVersion;
pub use self::watch::FolderWatch;

#[cfg(test)]
mod tests;
