//! Several changes that know nothing of each other, committed together: one commit for all who wait.

use rusqlite::TransactionBehavior;

use crate::boxes::Boxes;
use crate::error::{ChangeError, Problem};
use crate::format::head::Head;
use crate::format::since::Course;
use crate::format::slot::Slot;
use crate::index::Known;
use crate::store;
use crate::transaction::{Finished, Transaction};
use crate::vault::{Current, Vault, Written, read_slots};

/// One of several changes.
pub type Change<'c, T, E> = Box<dyn FnOnce(&mut Transaction<'_>) -> Result<T, E> + 'c>;

/// Changes on their way to their commit.
struct Group {
    known: Known,
    generation: u64,
    /// What the last of the changes made of these, once there is one.
    made: Option<Made>,
    /// Whether a record changed.
    records: Course,
    /// The changes were so large that what they made is not known.
    is_full: bool,
}

struct Made {
    head: Head,
    slots: Vec<Slot>,
}

impl Vault {
    /// Makes changes as if each was written after the one before, and commits them together. Each
    /// happens whole or not at all, has its own entries of the log and its own result, and finds
    /// what those before it made. One that fails does not fail the others.
    ///
    /// What is `Ok` is on the disk. Where the commit fails nothing happened, and each change that
    /// would have is told so. Those of one commit are one generation.
    pub fn write_together<'c, T, E: ChangeError>(
        &mut self,
        changes: impl IntoIterator<Item = Change<'c, T, E>>,
    ) -> Vec<Result<T, E::Located>> {
        let (mut changes, mut results) = (changes.into_iter(), Vec::new());
        while let Some(first) = changes.next() {
            let before = results.len();
            let mut all = std::iter::once(first).chain(changes.by_ref());
            match self.commit_together(&mut all, &mut results) {
                Ok(written) => written.into_iter().for_each(|written| self.after_commit(written)),
                Err(problem) => {
                    // Those that had failed by then failed for reasons of their own.
                    let made = results[before..].iter_mut().filter(|result| result.is_ok());
                    made.for_each(|result| *result = Err(problem.again().into()));
                    results.extend(all.map(|_| Err(problem.again().into())));
                }
            }
        }
        results.into_iter().map(|result| result.map_err(|e| e.at(&self.path))).collect()
    }

    /// `None` where every change failed: nothing is written then.
    fn commit_together<'c, T, E: ChangeError>(
        &self,
        changes: &mut impl Iterator<Item = Change<'c, T, E>>,
        results: &mut Vec<Result<T, E>>,
    ) -> Result<Option<Written>, Problem> {
        let Current { transaction, stamp, state } = self.begin(TransactionBehavior::Immediate)?;
        let generation = self.next_generation(&state.head);
        drop(state);
        let known = self.index.take().expect("it was verified when the transaction began");
        let (made, records) = (None, Course::AsItWas);
        let mut group = Group { known, generation, made, records, is_full: false };
        for change in changes {
            results.push(group.make(self.boxes(&transaction), change)?);
            if group.is_full {
                break;
            }
        }
        let Group { mut known, made, records, is_full, .. } = group;
        let Some(Made { mut head, slots }) = made else {
            drop(transaction);
            self.index.keep(known, stamp);
            return Ok(None);
        };
        if records == Course::Changed {
            self.root(&mut head, known.root())?;
        }
        let head_hash = self.seal(transaction, &head)?;
        self.index.has_seen(&head, &head_hash);
        if let Some(stamp) = self.stamp_again(stamp).filter(|_| !is_full) {
            known.seal(&head, &head_hash);
            self.index.keep(known, stamp);
        }
        Ok(Some(Written { head, head_hash, slots }))
    }
}

impl Group {
    /// Makes one change, or undoes it: that fails only where the whole transaction does.
    fn make<T, E: From<Problem>>(
        &mut self,
        boxes: Boxes<'_>,
        change: Change<'_, T, E>,
    ) -> Result<Result<T, E>, Problem> {
        store::begin_change(boxes.connection)?;
        let mut writing = Transaction::new(boxes, self.known.state(), self.generation);
        let made = change(&mut writing).and_then(|value| Ok((value, writing.finish()?)));
        let (value, finished) = match made {
            Ok(made) => made,
            Err(error) => {
                store::undo_change(boxes.connection)?;
                return Ok(Err(error));
            }
        };
        store::keep_change(boxes.connection)?;
        self.take_over(boxes, finished)?;
        Ok(Ok(value))
    }

    fn take_over(&mut self, boxes: Boxes<'_>, finished: Finished) -> Result<(), Problem> {
        let Finished { head, mut changed, slots } = finished;
        let slots = match slots {
            Course::AsItWas => self.known.state().slots.clone(),
            Course::Changed => read_slots(boxes.connection)?,
        };
        if !changed.is_empty() {
            self.records = Course::Changed;
            self.known.advance(&mut changed);
        }
        self.made = Some(Made { head: head.clone(), slots: slots.clone() });
        self.is_full = !changed.is_told();
        if self.is_full { Ok(()) } else { self.known.change(head, slots, changed) }
    }
}

#[cfg(test)]
mod tests {
    use azvault_os::file::Owner;

    use super::Change;
    use crate::audit::{Actor, Entry};
    use crate::error::{Problem, StorageError};
    use crate::format::kdf::Cost;
    use crate::format::key_text::RawKey;
    use crate::format::slot::Opener;
    use crate::new_slot::NewSlot;

    fn log(verb: &'static str) -> Change<'static, (), Problem> {
        let actor = Actor { user: Owner::of_record(7), pid: 7, parent: None };
        let entry = Entry { time: 7, verb: verb.to_owned(), subjects: Vec::new(), actor };
        Box::new(|writing| writing.log(entry))
    }

    fn give_up() -> Change<'static, (), Problem> {
        Box::new(|_| Err(Problem::NotThere))
    }

    #[test]
    fn where_the_commit_fails_nobody_is_told_that_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("vault.db"), RawKey::generate());
        let slot =
            NewSlot { opener: Opener::RawKey(&key), cost: Cost::FLOOR, label: String::new() };
        let mut vault = crate::create(&path, &[slot], &folder.path().join("anchors")).unwrap();
        vault.connection.commit_hook(Some(|| true)).unwrap();
        let results = vault.write_together([log("one"), give_up(), log("two")]);
        let problems: Vec<_> = results.into_iter().map(|one| one.unwrap_err().problem).collect();
        let [Problem::Storage(StorageError::Sqlite(_)), Problem::NotThere, Problem::Storage(_)] =
            &problems[..]
        else {
            panic!("{problems:?}")
        };
        assert!(vault.snapshot().unwrap().audit_log().unwrap().is_empty());
        vault.connection.commit_hook(None::<fn() -> bool>).unwrap();
        assert!(vault.write_together([log("three")]).remove(0).is_ok());
        assert_eq!(vault.snapshot().unwrap().audit_log().unwrap().len(), 1);
        vault.verify_all().unwrap();
    }
}
