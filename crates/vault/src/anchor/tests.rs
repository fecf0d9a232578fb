//! What this machine remembers of a vault, and who can make it remember something else.

use std::os::unix::fs::MetadataExt;

use super::{AnchorFound, Seen, check, path, recall, remember, replace};
use crate::keys::{Key, Keys};
use crate::{Error, VaultId};

const VAULT: VaultId = VaultId([7; 16]);

struct Machine {
    folder: tempfile::TempDir,
}

fn keys(epoch: u32) -> Keys {
    Keys::derive(&Key::random(), VAULT, epoch)
}

fn seen(generation: u64) -> Seen<'static> {
    Seen { epoch: 1, generation, head: "h" }
}

impl Machine {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn remember(&self, keys: &Keys, seen: Seen<'_>) {
        remember(self.folder.path(), keys, VAULT, seen).unwrap();
    }

    fn check(&self, keys: &Keys, seen: Seen<'_>) -> Result<AnchorFound, Error> {
        check(&recall(self.folder.path(), VAULT)?, keys, VAULT, seen)
    }

    fn is_older(&self, keys: &Keys, generation: u64) -> bool {
        match self.check(keys, seen(generation)) {
            Ok(_) => false,
            Err(Error::RolledBack { .. }) => true,
            Err(e) => panic!("{e}"),
        }
    }

    /// Puts another text into the anchor.
    fn forge(&self, from: &str, to: &str) {
        let file = path(self.folder.path(), VAULT);
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{text}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    }

    /// Another file each time that it is written.
    fn inode(&self) -> u64 {
        path(self.folder.path(), VAULT).metadata().unwrap().ino()
    }
}

#[test]
fn an_anchor_never_goes_back_unless_nobody_with_the_key_wrote_it() {
    let machine = Machine::new();
    let (keys, others) = (keys(1), keys(1));
    machine.remember(&keys, seen(8));
    // A process that read the vault before, and is late to remember it.
    machine.remember(&keys, seen(7));
    assert!(machine.is_older(&keys, 7) && !machine.is_older(&keys, 8));
    machine.remember(&keys, seen(9));
    assert!(machine.is_older(&keys, 8) && !machine.is_older(&keys, 9));
    // What was recalled before a writer went further does not speak against what came before.
    let recalled = recall(machine.folder.path(), VAULT).unwrap();
    machine.remember(&keys, seen(10));
    check(&recalled, &keys, VAULT, seen(9)).unwrap();
    // A forged one keeps nobody from remembering.
    machine.remember(&others, seen(99));
    assert!(!machine.is_older(&keys, 1));
    machine.remember(&keys, seen(11));
    assert!(machine.is_older(&keys, 10) && !machine.is_older(&keys, 11));
    assert_eq!(std::fs::read_dir(machine.folder.path()).unwrap().count(), 1);
}

#[test]
fn an_anchor_that_was_altered_is_mended_by_the_next_command_and_a_good_one_stays() {
    let machine = Machine::new();
    let keys = keys(1);
    machine.remember(&keys, seen(8));
    let written = machine.inode();
    machine.remember(&keys, seen(8));
    assert_eq!(machine.inode(), written, "nothing new was seen");
    for (from, to) in [
        // Its number, and not what proves it; and the other way round.
        ("\"generation\":8", "\"generation\":7"),
        ("\"generation\":8", "\"generation\":9"),
        ("\"head\":\"h\"", "\"head\":\"i\""),
        ("\"mac\":\"", "\"mac\":\"0"),
    ] {
        machine.forge(from, to);
        assert_eq!(machine.check(&keys, seen(8)).unwrap(), AnchorFound::Broken, "{to}");
        machine.remember(&keys, seen(8));
        assert_eq!(machine.check(&keys, seen(8)).unwrap(), AnchorFound::Good, "{to}");
        assert!(machine.is_older(&keys, 7), "{to}");
    }
}

#[test]
fn who_has_the_keys_of_before_a_rotation_makes_nobody_forget_it() {
    let machine = Machine::new();
    let (before, after) = (keys(1), keys(2));
    let rotated = Seen { epoch: 2, generation: 9, head: "h" };
    machine.remember(&before, seen(8));
    machine.remember(&after, rotated);
    machine.remember(&before, seen(10));
    assert!(machine.is_older(&before, 10));
    assert_eq!(machine.check(&after, rotated).unwrap(), AnchorFound::Good);
    // Unless somebody decided so.
    replace(machine.folder.path(), &before, VAULT, seen(10)).unwrap();
    assert_eq!(machine.check(&before, seen(10)).unwrap(), AnchorFound::Good);
}

#[test]
fn an_anchor_that_cannot_be_read_is_an_error_and_not_none() {
    let machine = Machine::new();
    let keys = keys(1);
    assert_eq!(machine.check(&keys, seen(1)).unwrap(), AnchorFound::None);
    std::fs::create_dir(path(machine.folder.path(), VAULT)).unwrap();
    assert!(matches!(machine.check(&keys, seen(1)), Err(Error::Io(_))));
}
