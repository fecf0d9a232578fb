//! What records said that were taken long ago: the same chain, read again.

use crate::body;
use crate::body::Said;
use crate::id::Head;
use crate::record::{Kind, Record};
use crate::state::Edit;

use super::{Applied, Fault, Replica, What};

/// A record of the past, and what it changed.
pub struct Past {
    /// What it said.
    pub applied: Applied,
    /// Fields that it set or took away, by item.
    pub edits: Vec<Edit>,
}

impl Replica {
    /// What these records said, which end with the last one that was verified. Each names the one before it, so
    /// none of them can be another one than it was.
    pub fn history(&self, records: &[Record]) -> Result<Vec<Past>, Fault> {
        let ours = self.head;
        let mut before: Option<Head> = None;
        for record in records {
            if let Some(before) = before {
                if record.seq != before.seq + 1 {
                    return Err(Fault::Gap { expected: before.seq + 1, found: record.seq });
                }
                if record.prev != before.hash {
                    return Err(Fault::OutOfChain { ours: before, seq: record.seq });
                }
            }
            before = Some(record.head());
        }
        match before {
            Some(theirs) if theirs == ours => {}
            Some(theirs) if theirs.seq >= ours.seq => return Err(Fault::Forked { ours, theirs }),
            _ => return Err(Fault::RolledBack { ours, theirs: before.map_or(0, |one| one.seq) }),
        }
        Ok(records.iter().filter_map(|record| self.past(record)).collect())
    }

    /// `None` of what said nothing, and of what is under a key that this device never had.
    fn past(&self, record: &Record) -> Option<Past> {
        if self.refused.contains_key(&record.seq) {
            return None;
        }
        let kind = Kind::of(record.kind)?;
        let member = self.members.of(record.device);
        let by = member.map_or_else(|| "a former member".to_owned(), |own| own.name.clone());
        let (seq, device) = (record.seq, record.device);
        let applied = |time, what| Applied { seq, by, device, time, what };
        if kind == Kind::Keys {
            return Some(Past { applied: applied(0, What::Keys), edits: Vec::new() });
        }
        let epoch = self.epochs.get(&record.epoch)?;
        let body = body::open(&epoch.key, record, kind).ok()?;
        let mut edits = Vec::new();
        let what = match body.said {
            Said::Create { .. } => What::Created,
            Said::Admit(member) => What::Admitted(member.name, member.role),
            Said::Remove(device) => {
                let left = self.members.of(device).map(|own| own.name.clone());
                What::Removed(left.unwrap_or_else(|| format!("device {device}")))
            }
            Said::Snapshot(_) => What::Snapshot,
            Said::Change(all) => {
                let items = all.iter().map(Edit::item).collect();
                edits = all;
                What::Changed(items)
            }
        };
        Some(Past { applied: applied(body.time, what), edits })
    }
}
