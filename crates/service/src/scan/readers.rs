//! Who can read a file: by its mode and owner, and whether a folder above keeps them out today. A
//! copy of the file, in a backup or an archive, has its mode and not that folder.

use std::path::{Path, PathBuf};

use azvault_os::file::{Facts, Others, Owner, Permissions};

/// Who, by mode and owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    OwnerAlone,
    Group,
    Everybody,
    /// It is not this user's own: the other one can.
    OtherUser(Owner),
}

/// Who can read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readers {
    pub who: Who,
    /// The folder above that keeps others out.
    pub closed_by: Option<PathBuf>,
}

impl Readers {
    pub(super) fn of(path: &Path, permissions: Permissions, owner: Owner) -> Self {
        let who = who(permissions, owner, Owner::own());
        let closed_by = match who {
            Who::Group => closed_above(path, Others::Group),
            Who::Everybody => closed_above(path, Others::Everyone),
            Who::OwnerAlone | Who::OtherUser(_) => None,
        };
        Self { who, closed_by }
    }

    /// For a person.
    pub fn words(&self) -> String {
        match self.who {
            Who::OwnerAlone => "only you".to_owned(),
            Who::Group => "you and a group".to_owned(),
            Who::Everybody => "everybody on this machine".to_owned(),
            Who::OtherUser(owner) => format!("user {}", owner.number()),
        }
    }

    /// In a column.
    pub fn word(&self) -> String {
        let star = if self.closed_by.is_some() { "*" } else { "" };
        match self.who {
            Who::OwnerAlone => "only you".to_owned(),
            Who::Group => format!("group{star}"),
            Who::Everybody => format!("everybody{star}"),
            Who::OtherUser(owner) => format!("user {}", owner.number()),
        }
    }
}

fn who(permissions: Permissions, owner: Owner, own: Owner) -> Who {
    match permissions.readers() {
        Some(Others::Everyone) => Who::Everybody,
        _ if owner != own => Who::OtherUser(owner),
        Some(Others::Group) => Who::Group,
        None => Who::OwnerAlone,
    }
}

/// The nearest folder above that those cannot pass.
fn closed_above(path: &Path, others: Others) -> Option<PathBuf> {
    let folders = path.ancestors().skip(1);
    let keeps_out = |facts: Facts| !facts.permissions().lets_through(others);
    let mut closed = folders.filter(|folder| Facts::followed(folder).is_ok_and(keeps_out));
    closed.next().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use azvault_os::file::{Others, Owner, Permissions as Mode};

    use super::{Who, closed_above, who};

    #[test]
    fn mode_and_owner_say_who_can_read() {
        for (mode, uid, wanted) in [
            (0o600, 7, Who::OwnerAlone),
            (0o700, 7, Who::OwnerAlone),
            (0o622, 7, Who::OwnerAlone),
            (0o640, 7, Who::Group),
            (0o644, 7, Who::Everybody),
            (0o604, 7, Who::Everybody),
            (0o600, 0, Who::OtherUser(Owner::of_record(0))),
            (0o644, 0, Who::Everybody),
        ] {
            let (mode, owner) = (Mode::of_record(mode), Owner::of_record(uid));
            assert_eq!(who(mode, owner, Owner::of_record(7)), wanted, "{mode} {owner}");
        }
    }

    #[test]
    fn a_folder_above_can_keep_others_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::set_permissions(&inner, Permissions::from_mode(0o710)).unwrap();
        assert_eq!(closed_above(&inner.join("file"), Others::Everyone), Some(inner.clone()));
        assert_ne!(closed_above(&inner.join("file"), Others::Group), Some(inner));
    }
}
