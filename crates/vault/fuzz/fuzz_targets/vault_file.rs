//! A vault file that somebody edited: a few bytes of a good one are replaced, then it is opened by
//! its raw key, read and verified. It may refuse or be the same; it may not crash.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Cost, Locked, NewSlot, Opener, Problem, RawKey};
use libfuzzer_sys::fuzz_target;

struct World {
    folder: tempfile::TempDir,
    key: RawKey,
    good: Vec<u8>,
}

impl World {
    fn path(&self) -> PathBuf {
        self.folder.path().join("vault.db")
    }

    fn anchors(&self) -> PathBuf {
        self.folder.path().join("anchors")
    }
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World { folder, key: RawKey::generate(), good: Vec::new() };
    let slot =
        NewSlot { opener: Opener::RawKey(&world.key), cost: Cost::FLOOR, label: String::new() };
    let mut vault =
        azvault_vault::create(&world.path(), &[slot], &world.anchors()).expect("a vault");
    vault
        .write(|writing| -> Result<(), Problem> {
            let about = SecretDescription::of(SecretKind::RefreshToken);
            writing.add_secret(&about, &Secret::copied_from(b"token"), 0).map(drop)
        })
        .expect("a secret");
    drop(vault);
    world.good = fs::read(world.path()).expect("the file");
    world
});

fuzz_target!(|data: &[u8]| {
    let world = &*WORLD;
    let mut file = world.good.clone();
    // Each edit: two bytes of place within 64 KiB, one byte of value.
    for edit in data.chunks_exact(3).take(64) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % file.len();
        file[at] = edit[2];
    }
    fs::write(world.path(), &file).expect("writing");
    let _ = fs::remove_file(world.folder.path().join("vault.db-journal"));
    let opened = Locked::open(&world.path())
        .and_then(|locked| locked.unlock(&Opener::RawKey(&world.key), &world.anchors()));
    if let Ok(vault) = opened {
        let _ = vault.verify_all();
    }
});
