//! A long log is opened in messages that an agent takes, and no more of them than it needs.

use std::cell::RefCell;
use std::rc::Rc;

use azvault_os::file::Owner;

use crate::audit::{Actor, Entry};
use crate::format::kdf::Cost;
use crate::format::key_text::RawKey;
use crate::format::keys::Keys;
use crate::format::slot::Opener;
use crate::locked::Locked;
use crate::new_slot::NewSlot;
use crate::sealer::{BATCH, Opened, Placed, Sealer, SealerError, Subkey};

/// Keys that note the sizes of the boxes of the log that they are handed at a time.
struct Noting {
    keys: Keys,
    seen: Rc<RefCell<Vec<usize>>>,
}

impl Sealer for Noting {
    fn epoch(&self) -> u32 {
        self.keys.epoch()
    }

    fn open(&self, key: Subkey, boxes: &[Placed<'_>]) -> Result<Opened, SealerError> {
        if key == Subkey::Audit {
            self.seen.borrow_mut().push(boxes.iter().map(|placed| placed.bytes.len()).sum());
        }
        self.keys.open(key, boxes)
    }

    fn seal(&self, key: Subkey, texts: &[Placed<'_>]) -> Result<Vec<Vec<u8>>, SealerError> {
        self.keys.seal(key, texts)
    }

    fn mac(&self, key: Subkey, message: &[u8]) -> Result<[u8; 32], SealerError> {
        self.keys.mac(key, message)
    }
}

#[test]
fn a_long_log_is_opened_in_few_messages_of_bounded_size() {
    let folder = tempfile::tempdir().unwrap();
    let (path, anchors) = (folder.path().join("vault.db"), folder.path().join("anchors"));
    let raw = RawKey::generate();
    let slot = NewSlot { opener: Opener::RawKey(&raw), cost: Cost::FLOOR, label: String::new() };
    let mut vault = crate::create(&path, &[slot], &anchors).unwrap();
    let (entries, size) = (10, BATCH / 4);
    let entry = |number| Entry {
        time: 1_700_000_000,
        verb: format!("{number} {}", "x".repeat(size)),
        subjects: Vec::new(),
        actor: Actor { user: Owner::of_record(1000), pid: 7, parent: None },
    };
    for number in 0..entries {
        vault.write(|writing| writing.log(entry(number))).unwrap();
    }
    drop(vault);
    let locked = Locked::open(&path).unwrap();
    let keys = locked.keys(&Opener::RawKey(&raw)).unwrap();
    let seen = Rc::default();
    let sealer = Noting { keys, seen: Rc::clone(&seen) };
    let vault = locked.unlock_with(Box::new(sealer), &anchors).unwrap();
    let log = vault.snapshot().and_then(|snapshot| snapshot.audit_log()).unwrap();
    assert_eq!(log.len(), entries);
    // Of boxes a little over a quarter of a batch, four fill one; what is left comes last.
    let seen = seen.borrow();
    let rounded: Vec<usize> = seen.iter().map(|bytes| bytes / size).collect();
    assert_eq!(rounded, [4, 4, 2]);
}
