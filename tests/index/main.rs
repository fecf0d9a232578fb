//! A handle that stays open: what it verified is true as long as the file is as it was, and not a
//! moment longer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "the proof reads the figures from there")]

mod attacks;
mod counts;
mod flushes;
mod together;

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use azvault_model::{Context, ContextName, Kept};
use azvault_test_support::vault::{World, entry};
use azvault_vault::{
    Keys, Locked, Opened, Opener, Placed, Problem, Sealer, SealerError, Subkey, Vault,
};

/// What a handle asked of its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Asked {
    opened: usize,
    sealed: usize,
    macs: usize,
}

/// Keys that count what is asked of them.
struct Counting {
    keys: Keys,
    asked: Rc<Cell<Asked>>,
}

impl Counting {
    fn add(&self, opened: usize, sealed: usize, macs: usize) {
        let before = self.asked.get();
        self.asked.set(Asked {
            opened: before.opened + opened,
            sealed: before.sealed + sealed,
            macs: before.macs + macs,
        });
    }
}

impl Sealer for Counting {
    fn epoch(&self) -> u32 {
        self.keys.epoch()
    }

    fn open(&self, key: Subkey, boxes: &[Placed<'_>]) -> Result<Opened, SealerError> {
        self.add(boxes.len(), 0, 0);
        self.keys.open(key, boxes)
    }

    fn seal(&self, key: Subkey, texts: &[Placed<'_>]) -> Result<Vec<Vec<u8>>, SealerError> {
        self.add(0, texts.len(), 0);
        self.keys.seal(key, texts)
    }

    fn mac(&self, key: Subkey, message: &[u8]) -> Result<[u8; 32], SealerError> {
        self.add(0, 0, usize::from(key == Subkey::Mac));
        self.keys.mac(key, message)
    }
}

/// A vault with a handle that stays open.
struct Held {
    world: World,
    vault: Vault,
    asked: Rc<Cell<Asked>>,
}

impl Held {
    /// With so many contexts.
    fn with(number: usize) -> Self {
        let world = World::new();
        let mut vault = world.create_bare(&world.path(), &world.join("anchors"));
        let names = (0..number).map(|number| context(&format!("context {number}")));
        vault
            .write(|writing| -> Result<(), Problem> {
                names.into_iter().try_for_each(|new| writing.put_context(None, &new).map(drop))?;
                writing.log(entry("migrate run"))
            })
            .unwrap();
        drop(vault);
        let asked = Rc::new(Cell::new(Asked::default()));
        let locked = Locked::open(&world.path()).unwrap();
        let keys = locked.keys(&Opener::RawKey(world.raw())).unwrap();
        let sealer = Counting { keys, asked: Rc::clone(&asked) };
        let vault = locked.unlock_with(Box::new(sealer), &world.join("anchors")).unwrap();
        vault.snapshot().unwrap();
        Self { world, vault, asked }
    }

    fn path(&self) -> PathBuf {
        self.world.path()
    }

    /// What something asks of the keys.
    fn asks<T>(&mut self, work: impl FnOnce(&mut Vault) -> T) -> (T, Asked) {
        let before = self.asked.get();
        let result = work(&mut self.vault);
        let after = self.asked.get();
        let asked = Asked {
            opened: after.opened - before.opened,
            sealed: after.sealed - before.sealed,
            macs: after.macs - before.macs,
        };
        (result, asked)
    }

    /// Another handle, as of another process.
    fn other(&self) -> Vault {
        self.world.open(&self.path(), &self.world.join("anchors")).unwrap()
    }

    /// What a handle that has just been opened reads is what the held one says.
    fn says_what_is_there(&self) {
        assert_eq!(read(&self.vault), read(&self.other()));
        self.other().verify_all().unwrap();
    }
}

/// Everything that records hold, with ids and revisions.
fn read(vault: &Vault) -> Vec<String> {
    let snapshot = vault.snapshot().unwrap();
    let mut all: Vec<String> = snapshot
        .contexts()
        .iter()
        .map(|stored| {
            let json = serde_json::to_string(&stored.value).unwrap();
            format!("{:?} {} {json} {}", stored.id, stored.revision, stored.value.kept.as_json())
        })
        .collect();
    let accounts = snapshot.accounts().iter();
    all.extend(accounts.map(|s| format!("{:?} {} {:?}", s.id, s.revision, s.value)));
    let environments = snapshot.environments().iter();
    all.extend(environments.map(|s| format!("{:?} {} {:?}", s.id, s.revision, s.value)));
    all.extend(snapshot.secrets().iter().map(|secret| format!("{secret:?}")));
    let imports = snapshot.imports().iter();
    all.extend(imports.map(|s| format!("{:?} {} {:?}", s.id, s.revision, s.value.since)));
    all.push(format!("{:?}", snapshot.settings()));
    all.push(format!("{:?}", snapshot.audit_log().unwrap()));
    all
}

fn context(name: &str) -> Context {
    Context {
        kept: Kept::new(r#"{"/Odd":1.50}"#.to_owned().into()),
        ..azvault_test_support::vault::context(name, "s1")
    }
}

fn named(name: &str) -> ContextName {
    ContextName::new(name)
}
