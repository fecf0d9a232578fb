//! Where the system keeps what is of one user.

use std::path::{Path, PathBuf};

use crate::file::Owner;

/// The folder that a login of this user has for sockets, as systemd and its like make it.
pub fn runtime_folder_of_login() -> PathBuf {
    Path::new("/run/user").join(Owner::own().number())
}

/// The folder in which everybody may have files, and nobody rename another's.
pub fn shared_folder() -> &'static Path {
    Path::new("/tmp")
}

/// A name in a shared folder that is of one program and one user.
pub fn name_of_user(program: &str) -> String {
    format!("{program}-{}", Owner::own().number())
}

/// Whether a number that the system names users by is this user's.
pub fn is_this_user(number: u32) -> bool {
    rustix::process::geteuid().as_raw() == number
}

/// Where there is a folder in memory for everybody.
pub fn folder_in_memory() -> &'static Path {
    Path::new("/dev/shm")
}

#[cfg(test)]
mod tests {
    use crate::file::{Facts, Owner};

    #[test]
    fn names_of_a_user_are_of_the_user_who_runs_this() {
        let own = Owner::own().number();
        assert_eq!(super::runtime_folder_of_login().file_name().unwrap(), own.as_str());
        assert_eq!(super::name_of_user("program"), format!("program-{own}"));
    }

    #[test]
    fn the_shared_folder_keeps_names_to_their_owners() {
        let facts = Facts::followed(super::shared_folder()).unwrap();
        let permissions = facts.permissions();
        assert!(permissions.writers().is_none() || permissions.keeps_names_to_owners());
    }
}
