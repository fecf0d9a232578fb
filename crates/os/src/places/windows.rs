//! Where the system keeps what is of one user.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use windows_sys::Win32::UI::Shell::{
    FOLDERID_LocalAppData, FOLDERID_Profile, FOLDERID_ProgramData, FOLDERID_RoamingAppData,
};

use crate::file::Owner;
use crate::win32::{folders, users};

/// Where this user keeps files: of others, and of one program.
#[derive(Clone, Debug)]
pub struct UserFolders {
    /// The user's own folder.
    pub home: PathBuf,
    /// What a program keeps for good, on this machine: what the system seals is of use here alone.
    pub data: PathBuf,
    /// What it remembers of this machine.
    pub state: PathBuf,
    /// What the user sets.
    pub settings: PathBuf,
}

/// Those of a program; `None` for a user without a folder. Variables say where, as they do to the products; without
/// them the system.
pub fn folders_of(program: &str) -> Option<UserFolders> {
    let folder = |variable: &str, id| {
        let named = std::env::var_os(variable).map(PathBuf::from);
        named.filter(|path| path.is_absolute()).or_else(|| folders::known(id))
    };
    let local = folder("LOCALAPPDATA", &FOLDERID_LocalAppData)?;
    Some(UserFolders {
        home: folder("USERPROFILE", &FOLDERID_Profile)?,
        state: local.join(format!("{program}-state")),
        data: local.join(program),
        settings: folder("APPDATA", &FOLDERID_RoamingAppData)?.join(program),
    })
}

/// Where those who administer this machine set something for all its users. The system says where, and no variable:
/// what could name another folder could hide this one.
pub fn settings_of_machine(program: &str) -> PathBuf {
    let known = folders::known(&FOLDERID_ProgramData);
    known.unwrap_or_else(|| PathBuf::from(r"C:\ProgramData")).join(program)
}

/// The folder of this user for what lives as long as a command.
pub fn runtime_folder_of_login() -> PathBuf {
    folders_of("azvault").map_or_else(|| shared_folder().to_owned(), |folders| folders.state)
}

/// The folder for temporary files of the user: there is none for everybody.
pub fn shared_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(std::env::temp_dir)
}

/// A name in a shared folder that is of one program and one user.
pub fn name_of_user(program: &str) -> String {
    format!("{program}-{}", users::own().text())
}

/// Whether a number that the system names users by is this user's.
pub fn is_this_user(number: u32) -> bool {
    Owner::of_record(number).is_own()
}

/// There is no folder in memory.
pub fn folder_in_memory() -> &'static Path {
    Path::new(r"\\.\nowhere")
}

#[cfg(test)]
mod tests {
    #[test]
    fn folders_are_of_this_user_and_memory_lies_apart_from_data() {
        let folders = super::folders_of("azvault").unwrap();
        for folder in [&folders.home, &folders.data, &folders.state, &folders.settings] {
            assert!(folder.is_absolute(), "{}", folder.display());
        }
        assert!(!folders.state.starts_with(&folders.data));
        assert!(super::settings_of_machine("azvault").ends_with("ProgramData/azvault"));
        assert!(super::name_of_user("azvault").starts_with("azvault-S-1-5-"));
    }
}
