//! The audit log: what was done with secrets, chained and sealed.
//!
//! An entry is written in the transaction of the change that it tells of, so there is neither
//! without the other. Each entry holds the SHA-256 of the box before; the head holds number and
//! hash of the last one, so that no entry can be changed, moved, dropped or cut off.

use azvault_os::file::Owner;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::boxes::Boxes;
use crate::digest::{hex, sha256};
use crate::error::{Problem, Tampered};
use crate::format::box_address::BoxAddress;
use crate::format::head::AuditHead;
use crate::format::id::Id;
use crate::sealer::{BATCH, SealerError};
use crate::store::audit as table;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in seconds since 1970.
    pub time: i64,
    /// The verb as it is typed: `secret show --reveal`, `context remove`.
    pub verb: String,
    /// With what.
    pub subjects: Vec<Subject>,
    /// By whom.
    pub actor: Actor,
}

/// What something was done with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its record, which may be gone by now.
    pub id: Option<Id>,
    /// What it was, in words: kind, name, owner. Never a value.
    pub what: String,
}

/// Who did it, as the process saw itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user.
    #[serde(rename = "uid")]
    pub user: Owner,
    /// Process id of the command.
    pub pid: u32,
    /// Name of the program that started it, where the system tells.
    pub parent: Option<String>,
}

/// An entry with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// From 1, without gaps.
    pub seq: i64,
    /// Generation of the vault that the change made.
    pub generation: u64,
    /// What was done.
    pub entry: Entry,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    time: i64,
    verb: String,
    subjects: Vec<Subject>,
    actor: Actor,
    #[serde(rename = "gen")]
    generation: u64,
    prev: String,
}

/// Adds an entry behind the last one.
pub(crate) fn append(
    boxes: Boxes<'_>,
    head: &mut AuditHead,
    generation: u64,
    entry: Entry,
) -> Result<(), Problem> {
    let Entry { time, verb, subjects, actor } = entry;
    let row = Row { time, verb, subjects, actor, generation, prev: head.last.clone() };
    let text = encode(&row);
    let seq = head.seq + 1;
    let sealed = boxes.seal(BoxAddress::AuditEntry { seq }, &text)?;
    table::insert(boxes.connection, seq, &sealed)?;
    head.seq = seq;
    head.last = hex(&sha256(&sealed));
    Ok(())
}

/// Seals every entry for the keys of a new epoch. The chain is verified on the way, and closed again:
/// each entry names the box before it, which is another one now.
pub(crate) fn reseal(
    old: Boxes<'_>,
    new: Boxes<'_>,
    head: &mut AuditHead,
    mut progress: impl FnMut(),
) -> Result<(), Problem> {
    let (mut before, mut last) = (None, String::new());
    for seq in head.first..=head.seq {
        let bad = |what| Problem::from(Tampered::AuditEntry { seq, what });
        let sealed = table::read(old.connection, seq)?;
        let address = BoxAddress::AuditEntry { seq };
        let opened = old.open(address, &sealed).map_err(|e| match e {
            SealerError::Box(_) => bad("it does not open"),
            other => Problem::Sealer(other),
        })?;
        let mut row: Row = serde_json::from_slice(&opened).map_err(|_| bad("it is no entry"))?;
        // What was before the first of a log that lost older entries is as it was.
        let first = (seq == 1).then(String::new);
        if before.or(first).is_some_and(|before| before != row.prev) {
            return Err(bad("the entry before it is another one"));
        }
        if seq > head.first {
            row.prev = last;
        }
        let text = encode(&row);
        let anew = new.seal(address, &text)?;
        table::update(new.connection, seq, &anew)?;
        (before, last) = (Some(hex(&sha256(&sealed))), hex(&sha256(&anew)));
        progress();
    }
    // An empty log has no last entry.
    if before.is_some_and(|before| before != head.last) {
        return Err(Problem::tampered("the audit log is not that of the head"));
    }
    head.last = last;
    Ok(())
}

/// Whether the log begins and ends where the head says. What lies between is verified when it is
/// read: a command that acts does not pay for the length of the log.
pub(crate) fn check_end(connection: &Connection, head: &AuditHead) -> Result<(), Problem> {
    let differs = || Problem::tampered("the audit log is not that of the head");
    match table::ends(connection)? {
        None if head.seq < head.first => Ok(()),
        Some((first, last)) if (first, last) == (head.first, head.seq) => {
            let sealed = table::read(connection, last)?;
            if hex(&sha256(&sealed)) == head.last { Ok(()) } else { Err(differs()) }
        }
        _ => Err(differs()),
    }
}

/// The newest entries, so many at most, newest first. The chain is verified back to the oldest of them.
pub(crate) fn read_newest(
    boxes: Boxes<'_>,
    head: &AuditHead,
    most: u32,
) -> Result<Vec<Logged>, Problem> {
    let first = head.first.max(head.seq.saturating_sub(i64::from(most)).saturating_add(1));
    let mut log = Vec::new();
    let mut expected = head.last.clone();
    for seq in (first..=head.seq).rev() {
        let bad = |what| Problem::from(Tampered::AuditEntry { seq, what });
        let sealed = table::read(boxes.connection, seq)?;
        if hex(&sha256(&sealed)) != expected {
            return Err(bad("the entry behind it, or the head, names another one"));
        }
        let text = boxes.open(BoxAddress::AuditEntry { seq }, &sealed).map_err(|e| match e {
            SealerError::Box(_) => bad("it does not open"),
            other => Problem::Sealer(other),
        })?;
        let row: Row = serde_json::from_slice(&text).map_err(|_| bad("it is no entry"))?;
        let Row { time, verb, subjects, actor, generation, prev } = row;
        expected = prev;
        log.push(Logged { seq, generation, entry: Entry { time, verb, subjects, actor } });
    }
    Ok(log)
}

/// Reads and verifies the whole log, oldest first.
pub(crate) fn read(boxes: Boxes<'_>, head: &AuditHead) -> Result<Vec<Logged>, Problem> {
    let mut log = Vec::new();
    let mut expected = head.first;
    // What the first entry names as the one before: nothing to compare it with when older entries
    // were let go of.
    let mut before = if head.first == 1 { Some(String::new()) } else { None };
    let mut batch: Vec<(i64, Vec<u8>)> = Vec::new();
    let mut size = 0;
    let mut open = |batch: &mut Vec<(i64, Vec<u8>)>| -> Result<(), Problem> {
        let rows = std::mem::take(batch);
        let address = |seq| BoxAddress::AuditEntry { seq };
        let all = rows.iter().map(|(seq, sealed)| (address(*seq), &sealed[..]));
        let mut texts = match boxes.open_batch(all) {
            Ok(texts) => Some(texts),
            Err(SealerError::Box(_)) => None,
            Err(error) => return Err(Problem::Sealer(error)),
        };
        for (at, (seq, sealed)) in rows.iter().enumerate() {
            let bad = |what| Problem::from(Tampered::AuditEntry { seq: *seq, what });
            if *seq < expected || expected > head.seq {
                return Err(bad("the head does not know it"));
            }
            if *seq != expected {
                return Err(Tampered::AuditEntry { seq: expected, what: "it is missing" }.into());
            }
            // Where one of many does not open, each is tried alone: the first bad one is named.
            let text = match &mut texts {
                Some(texts) => std::mem::take(&mut texts[at]),
                None => boxes.open(address(*seq), sealed).map_err(|e| match e {
                    SealerError::Box(_) => bad("it does not open"),
                    other => Problem::Sealer(other),
                })?,
            };
            let row: Row = serde_json::from_slice(&text).map_err(|_| bad("it is no entry"))?;
            if before.as_ref().is_some_and(|before| *before != row.prev) {
                return Err(bad("the entry before it is another one"));
            }
            expected += 1;
            before = Some(hex(&sha256(sealed)));
            let Row { time, verb, subjects, actor, generation, prev: _ } = row;
            log.push(Logged {
                seq: *seq,
                generation,
                entry: Entry { time, verb, subjects, actor },
            });
        }
        Ok(())
    };
    table::each(boxes.connection, |seq, sealed| {
        size += sealed.len();
        batch.push((seq, sealed.to_vec()));
        if size < BATCH {
            return Ok(());
        }
        size = 0;
        open(&mut batch)
    })?;
    open(&mut batch)?;
    if expected != head.seq + 1 {
        return Err(Tampered::AuditEntry { seq: expected, what: "it is missing" }.into());
    }
    Ok(log)
}

fn encode(row: &Row) -> Vec<u8> {
    let mut text = serde_json::to_vec(row).expect("an entry is plain JSON");
    text.resize(text.len().next_multiple_of(256), b' ');
    text
}

#[cfg(test)]
mod tests;
