//! What a handle has verified of its vault, for as long as the file stays as it was.
//!
//! A vault may be open for hours. Before each use its file is looked at: unchanged, what was verified
//! is true, and no box is opened again; changed in any way, everything is verified again. A change
//! of its own the handle knows without reading it.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use azvault_os::file::FileVersion;

use crate::error::{AnchorMismatch, Problem};
use crate::format::head::{Head, Root};
use crate::format::slot::Slot;
use crate::state::State;
use crate::transaction::Changed;

/// By which a changed file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Of the file that has the vault's name.
    pub(crate) file: FileVersion,
    /// Rises when another connection commits (SQLite's `data_version`).
    pub(crate) others: i64,
}

pub(crate) struct Index {
    known: RefCell<Option<Known>>,
    newest: RefCell<Newest>,
    /// Whether the file was looked at since it was opened.
    used: Cell<bool>,
}

pub(crate) struct Known {
    stamp: Stamp,
    state: Arc<State>,
    root: Root,
    /// What was committed and has yet to become a part of the state: someone had that for keeps.
    committed: Option<Committed>,
}

/// What a transaction of this handle has committed.
pub(crate) struct Committed {
    pub(crate) head: Head,
    pub(crate) head_hash: String,
    pub(crate) slots: Vec<Slot>,
    pub(crate) changed: Changed,
}

/// The newest head that this handle has seen: the file may not fall behind it.
struct Newest {
    generation: u64,
    head_hash: String,
}

impl Index {
    /// Of a vault of which the head alone was verified.
    pub(crate) fn new(generation: u64, head_hash: String) -> Self {
        let newest = Newest { generation, head_hash };
        let (known, used) = (RefCell::default(), Cell::default());
        Self { known, newest: RefCell::new(newest), used }
    }

    /// Whether this is not the first look at the file since it was opened.
    pub(crate) fn use_again(&self) -> bool {
        self.used.replace(true)
    }

    /// What was verified, if the file is as it was then.
    pub(crate) fn state(&self, stamp: Stamp) -> Option<Arc<State>> {
        let mut known = self.known.borrow_mut();
        let known = known.as_mut().filter(|known| known.stamp == stamp)?;
        known.settle().then(|| Arc::clone(&known.state))
    }

    /// Takes over what was verified just now.
    pub(crate) fn learn(
        &self,
        stamp: Stamp,
        state: State,
        root: Root,
    ) -> Result<Arc<State>, Problem> {
        self.newest.borrow_mut().advance(&state)?;
        let state = Arc::new(state);
        let known = Known { stamp, state: Arc::clone(&state), root, committed: None };
        *self.known.borrow_mut() = Some(known);
        Ok(state)
    }

    /// What was verified goes to a transaction that changes it. Whatever becomes of that, without
    /// [`Index::commit`] or [`Index::keep`] nothing is known any more.
    pub(crate) fn take(&self) -> Option<Known> {
        self.known.take()
    }

    /// Takes over what a transaction has committed, where the file's state behind it is known.
    pub(crate) fn commit(&self, mut known: Known, stamp: Option<Stamp>, committed: Committed) {
        self.has_seen(&committed.head, &committed.head_hash);
        let Some(stamp) = stamp.filter(|_| committed.changed.is_told()) else { return };
        known.committed = Some(committed);
        if Arc::get_mut(&mut known.state).is_none() || known.settle() {
            self.keep(known, stamp);
        }
    }

    /// Takes back what was verified, of the file as it is now.
    pub(crate) fn keep(&self, known: Known, stamp: Stamp) {
        *self.known.borrow_mut() = Some(Known { stamp, ..known });
    }

    /// Of the newest head that this handle has seen.
    pub(crate) fn generation(&self) -> u64 {
        self.newest.borrow().generation
    }

    /// Generation and SHA-256 of the newest head that this handle has seen.
    pub(crate) fn newest(&self) -> (u64, String) {
        let newest = self.newest.borrow();
        (newest.generation, newest.head_hash.clone())
    }

    /// The file may not fall behind a head that this handle has written.
    pub(crate) fn has_seen(&self, head: &Head, head_hash: &str) {
        let newest = Newest { generation: head.generation, head_hash: head_hash.to_owned() };
        *self.newest.borrow_mut() = newest;
    }

    /// Has everything be verified at the next use.
    pub(crate) fn forget(&self) {
        self.known.take();
    }
}

impl Known {
    /// The root and the number of records, with those that changed: of what was verified, whatever
    /// lies in the file.
    pub(crate) fn advance(&mut self, changed: &mut Changed) -> &Root {
        changed.advance(&mut self.root);
        &self.root
    }

    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Makes a change a part of the state before it is committed, for those that come after it. Who
    /// has the state for keeps has it as it was.
    pub(crate) fn change(
        &mut self,
        head: Head,
        slots: Vec<Slot>,
        changed: Changed,
    ) -> Result<(), Problem> {
        let content = match Arc::get_mut(&mut self.state) {
            Some(state) => std::mem::take(&mut state.content),
            None => self.state.content.copied(),
        };
        let head_hash = self.state.head_hash.clone();
        let mut state = State { head, head_hash, slots, content };
        changed.tell(&mut state.content)?;
        self.state = Arc::new(state);
        Ok(())
    }

    /// The head as it was sealed.
    pub(crate) fn seal(&mut self, head: &Head, head_hash: &str) {
        if let Some(state) = Arc::get_mut(&mut self.state) {
            state.head.clone_from(head);
            head_hash.clone_into(&mut state.head_hash);
        }
    }

    /// Makes what was committed a part of the state. Not while someone has that for keeps.
    fn settle(&mut self) -> bool {
        let Some(state) = Arc::get_mut(&mut self.state) else { return self.committed.is_none() };
        let Some(Committed { head, head_hash, slots, changed }) = self.committed.take() else {
            return true;
        };
        let content = std::mem::take(&mut state.content);
        *state = State { head, head_hash, slots, content };
        changed.tell(&mut state.content).is_ok()
    }
}

impl Newest {
    /// An older copy, or another vault of the same keys, may have come in the place of this one.
    fn advance(&mut self, state: &State) -> Result<(), Problem> {
        let (found, seen) = (state.head.generation, self.generation);
        if found < seen {
            return Err(AnchorMismatch::RolledBack { found, seen }.into());
        }
        if found == seen && state.head_hash != self.head_hash {
            return Err(AnchorMismatch::Forked { at: seen }.into());
        }
        *self = Self { generation: found, head_hash: state.head_hash.clone() };
        Ok(())
    }
}
