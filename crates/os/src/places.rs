//! Where the system keeps what is of one user.

use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, Xdg};

use crate::file::Owner;

/// Where this user keeps files: of others, and of one program.
#[derive(Clone, Debug)]
pub struct UserFolders {
    /// The user's own folder.
    pub home: PathBuf,
    /// What a program keeps for good.
    pub data: PathBuf,
    /// What it remembers of this machine.
    pub state: PathBuf,
    /// What the user sets.
    pub settings: PathBuf,
}

/// Those of a program; `None` for a user without a folder.
pub fn folders_of(program: &str) -> Option<UserFolders> {
    let base = Xdg::new().ok()?;
    Some(UserFolders {
        home: base.home_dir().to_owned(),
        data: base.data_dir().join(program),
        state: base.state_dir().unwrap_or_else(|| base.data_dir()).join(program),
        settings: base.config_dir().join(program),
    })
}

/// Where those who administer this machine set something for all its users. A constant: what could name
/// another folder could hide this one.
pub fn settings_of_machine(program: &str) -> PathBuf {
    Path::new("/etc").join(program)
}

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
