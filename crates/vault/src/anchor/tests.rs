//! What this machine remembers of a vault, and who can make it remember something else.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::{AnchorFound, HighWaterMark, check, recall, remember, replace, succession, tag};
use crate::error::{AnchorMismatch, Problem, StorageError};
use crate::format::fingerprint::fingerprint;
use crate::format::id::VaultId;
use crate::format::key::Key;
use crate::format::keys::Keys;
use crate::store::BUSY;

const VAULT: VaultId = VaultId([7; 16]);

struct Machine {
    folder: tempfile::TempDir,
}

fn keys(epoch: u32) -> Keys {
    Keys::derive(&Key::random(), VAULT, epoch)
}

fn seen(generation: u64) -> HighWaterMark<'static> {
    of_epoch(1, generation, &[])
}

fn of_epoch(epoch: u32, generation: u64, former: &[String]) -> HighWaterMark<'_> {
    HighWaterMark { epoch, generation, head: "h", former }
}

impl Machine {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn remember(&self, keys: &Keys, seen: HighWaterMark<'_>) {
        remember(self.folder.path(), keys, VAULT, seen, BUSY).unwrap();
    }

    fn check(&self, keys: &Keys, seen: HighWaterMark<'_>) -> Result<AnchorFound, Problem> {
        check(&recall(self.folder.path(), VAULT)?, keys, VAULT, seen)
    }

    fn is_older(&self, keys: &Keys, generation: u64) -> bool {
        match self.check(keys, seen(generation)) {
            Ok(_) => false,
            Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { .. })) => true,
            Err(e) => panic!("{e}"),
        }
    }

    fn is_another(&self, keys: &Keys, seen: HighWaterMark<'_>) -> bool {
        match self.check(keys, seen) {
            Ok(_) => false,
            Err(Problem::AnchorMismatch(AnchorMismatch::Another { found, .. })) => {
                found == fingerprint(keys).unwrap()
            }
            Err(e) => panic!("{e}"),
        }
    }

    fn path(&self, keys: &Keys) -> PathBuf {
        self.folder.path().join(format!("{VAULT}-{}", fingerprint(keys).unwrap()))
    }

    /// Puts another text into the anchor.
    fn forge(&self, keys: &Keys, from: &str, to: &str) {
        let file = self.path(keys);
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{text}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    }

    /// An anchor as versions before this one wrote it.
    fn write_old(&self, keys: &Keys, epoch: u32, generation: u64) -> PathBuf {
        let mut anchor: super::Anchor = serde_json::from_value(serde_json::json!({
            "vault": VAULT.to_string(), "epoch": epoch, "generation": generation, "head": "h", "mac": "",
        }))
        .unwrap();
        anchor.mac = tag(keys, VAULT, &anchor).unwrap();
        let path = self.folder.path().join(VAULT.to_string());
        std::fs::write(&path, serde_json::to_vec(&anchor).unwrap()).unwrap();
        path
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn an_anchor_never_goes_back() {
    let machine = Machine::new();
    let keys = keys(1);
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
    assert_eq!(machine.names().len(), 1);
}

#[test]
fn a_vault_with_my_vaults_id_changes_nothing_of_mine() {
    let machine = Machine::new();
    let mine = keys(2);
    machine.remember(&mine, of_epoch(2, 8, &[]));
    let before = std::fs::read(machine.path(&mine)).unwrap();
    let made_up = ["0".repeat(64)];
    // Of my epoch, a later and an earlier one, with more and fewer generations, with and without a
    // claim to be what came of mine.
    for (epoch, generation) in [(2, 1), (2, 8), (2, 99), (3, 1), (3, 99), (9, 9), (1, 1), (1, 99)] {
        let theirs = keys(epoch);
        for former in [&[][..], &made_up] {
            assert!(machine.is_another(&theirs, of_epoch(epoch, generation, former)));
        }
        // Not even if somebody takes it for the right one.
        replace(machine.folder.path(), &theirs, VAULT, of_epoch(epoch, generation, &[])).unwrap();
        assert_eq!(std::fs::read(machine.path(&mine)).unwrap(), before);
        assert_eq!(
            machine.check(&theirs, of_epoch(epoch, generation, &[])).unwrap(),
            AnchorFound::Good
        );
        assert_eq!(machine.check(&mine, of_epoch(2, 8, &[])).unwrap(), AnchorFound::Good);
        std::fs::remove_file(machine.path(&theirs)).unwrap();
    }
}

#[test]
fn what_comes_of_a_rotation_is_known_again_and_what_was_before_it_refused() {
    let machine = Machine::new();
    let (first, second, third) = (keys(1), keys(2), keys(3));
    let former: Vec<_> = [&first, &second].map(|keys| succession(keys).unwrap()).into();
    machine.remember(&first, seen(8));
    // Two rotations later, on another machine.
    let rotated = of_epoch(3, 12, &former);
    assert_eq!(machine.check(&third, rotated).unwrap(), AnchorFound::Good);
    // Not one that was made of an older copy.
    let older = machine.check(&third, of_epoch(3, 8, &former));
    assert!(matches!(
        older,
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 8, seen: 8 }))
    ));
    machine.remember(&third, rotated);
    assert!(!machine.path(&first).exists());
    for (epoch, keys) in [(1, &first), (2, &second)] {
        let refused = machine.check(keys, of_epoch(epoch, 99, &[]));
        assert!(
            matches!(
                refused,
                Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 99, seen: 12 }))
            ),
            "{epoch}"
        );
        // A late process does not bring it back either.
        machine.remember(keys, of_epoch(epoch, 99, &[]));
        assert_eq!(machine.names().len(), 1);
    }
    // Unless somebody decided so.
    replace(machine.folder.path(), &first, VAULT, seen(13)).unwrap();
    assert_eq!(machine.check(&first, seen(13)).unwrap(), AnchorFound::Good);
    assert!(!machine.path(&third).exists());
}

#[test]
fn an_anchor_that_was_altered_is_mended_by_the_next_command_and_a_good_one_stays() {
    let machine = Machine::new();
    let keys = keys(1);
    let inode = || machine.path(&keys).metadata().unwrap().ino();
    machine.remember(&keys, seen(8));
    let written = inode();
    machine.remember(&keys, seen(8));
    assert_eq!(inode(), written, "nothing new was seen");
    for (from, to) in [
        // Its number, and not what proves it; and the other way round.
        ("\"generation\":8", "\"generation\":7"),
        ("\"generation\":8", "\"generation\":9"),
        ("\"epoch\":1", "\"epoch\":2"),
        ("\"head\":\"h\"", "\"head\":\"i\""),
        ("\"proof\":\"", "\"proof\":\"0"),
        ("\"mac\":\"", "\"mac\":\"0"),
        ("{", ""),
    ] {
        machine.forge(&keys, from, to);
        assert_eq!(machine.check(&keys, seen(8)).unwrap(), AnchorFound::Broken, "{to}");
        machine.remember(&keys, seen(8));
        assert_eq!(machine.check(&keys, seen(8)).unwrap(), AnchorFound::Good, "{to}");
        assert!(machine.is_older(&keys, 7), "{to}");
    }
}

#[test]
fn an_anchor_of_an_earlier_version_holds_until_the_vaults_own_is_written() {
    let machine = Machine::new();
    let mine = keys(2);
    let old = machine.write_old(&mine, 2, 8);
    let theirs = keys(2);
    assert!(machine.is_another(&theirs, of_epoch(2, 9, &[])));
    // It proves nothing of another epoch.
    assert!(machine.is_another(&keys(3), of_epoch(3, 9, &[])));
    let older = machine.check(&keys(1), of_epoch(1, 9, &[]));
    assert!(matches!(
        older,
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 9, seen: 8 }))
    ));
    let older = machine.check(&mine, of_epoch(2, 7, &[]));
    assert!(matches!(
        older,
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: 7, seen: 8 }))
    ));
    assert_eq!(machine.check(&mine, of_epoch(2, 8, &[])).unwrap(), AnchorFound::Good);
    machine.remember(&mine, of_epoch(2, 8, &[]));
    assert!(!old.exists() && machine.path(&mine).exists());
    // A damaged one is as none, and is told.
    std::fs::remove_file(machine.path(&mine)).unwrap();
    std::fs::write(&old, "{").unwrap();
    assert_eq!(machine.check(&mine, of_epoch(2, 8, &[])).unwrap(), AnchorFound::Broken);
}

#[test]
fn what_is_no_anchor_is_neither_read_nor_removed() {
    let machine = Machine::new();
    let keys = keys(1);
    let strangers = [
        "notes".to_owned(),
        ".anchor-x1y2z3".to_owned(),
        format!("{VAULT}.bak"),
        format!("{VAULT}-0000-0000-0000"),
        format!("{VAULT}-0000-0000-0000-00000"),
        format!("{VAULT}-0000-0000-0000-0000-0000"),
        VaultId([0xab; 16]).to_string().to_uppercase(),
        VaultId([0xab; 16]).to_string(),
    ];
    for name in &strangers {
        std::fs::write(machine.folder.path().join(name), "mine").unwrap();
    }
    machine.remember(&keys, seen(1));
    replace(machine.folder.path(), &keys, VAULT, seen(1)).unwrap();
    assert_eq!(machine.names().len(), strangers.len() + 1);
}

#[test]
fn an_anchor_that_cannot_be_read_is_an_error_and_not_none() {
    let keys = keys(1);
    let machine = Machine::new();
    assert_eq!(machine.check(&keys, seen(1)).unwrap(), AnchorFound::None);
    std::fs::create_dir(machine.path(&keys)).unwrap();
    assert!(matches!(machine.check(&keys, seen(1)), Err(Problem::Storage(StorageError::Io(_)))));
    // A link is not followed, and a FIFO not waited for.
    let machine = Machine::new();
    std::os::unix::fs::symlink("/dev/zero", machine.path(&keys)).unwrap();
    assert!(matches!(machine.check(&keys, seen(1)), Err(Problem::Storage(StorageError::Io(_)))));
    let machine = Machine::new();
    let made = std::process::Command::new("mkfifo").arg(machine.path(&keys)).status().unwrap();
    assert!(made.success());
    assert!(matches!(machine.check(&keys, seen(1)), Err(Problem::Storage(StorageError::Io(_)))));
}
