//! Taking records over: each is verified, and says something only if its device was entitled to say it.

use crate::body;
use crate::body::{Body, NotABody, Said, Whole};
use crate::bytes::Writer;
use crate::epoch::Epoch;
use crate::id::{DeviceId, Head, ItemId};
use crate::members::{Members, Role};
use crate::record::{Kind, Record};
use crate::state::State;

use super::refusal::{Fault, Refused, RefusedBecause};
use super::{Due, Replica};

/// What came of records.
#[derive(Debug, Default)]
pub struct Taken {
    /// What they said, in their order.
    pub applied: Vec<Applied>,
    /// Those that stand in the log and say nothing.
    pub refused: Vec<Refused>,
    /// Why those behind were not looked at.
    pub fault: Option<Fault>,
}

/// What one record said.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub seq: u64,
    /// Who wrote it.
    pub by: String,
    /// On which device.
    pub device: DeviceId,
    /// Unix seconds; 0 of wrapped keys, which say none.
    pub time: i64,
    /// What it said.
    pub what: What,
}

/// What a record said, without secrets.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// The team began.
    Created,
    /// A member was admitted.
    Admitted(String, Role),
    /// A member was removed.
    Removed(String),
    /// A new epoch began.
    Epoch(u32),
    /// The same epoch's key was wrapped again.
    Keys,
    /// Items were changed.
    Changed(Vec<ItemId>),
    /// All of it was written down.
    Snapshot,
}

impl What {
    /// The items that were changed.
    pub fn items(&self) -> &[ItemId] {
        match self {
            Self::Changed(items) => items,
            _ => &[],
        }
    }
}

impl Replica {
    /// Takes over what the database shows from this device's head on: the record of the head first, where there
    /// is one. `last` is the number of the last record that the database has.
    pub fn take(&mut self, records: &[Record], last: u64) -> Taken {
        let mut taken = Taken::default();
        let new = match self.behind_head(records, last) {
            Ok(new) => new,
            Err(fault) => return Taken { fault: Some(fault), ..taken },
        };
        for record in new {
            if let Err(fault) = self.take_one(record, &mut taken) {
                taken.fault = Some(fault);
                break;
            }
        }
        taken
    }

    fn behind_head<'r>(&self, records: &'r [Record], last: u64) -> Result<&'r [Record], Fault> {
        let ours = self.head;
        if ours == Head::NONE {
            return Ok(records);
        }
        let Some((first, new)) = records.split_first().filter(|_| last >= ours.seq) else {
            return Err(Fault::RolledBack { ours, theirs: last.min(ours.seq - 1) });
        };
        if first.seq != ours.seq {
            return Err(Fault::Gap { expected: ours.seq, found: first.seq });
        }
        match first.head() == ours {
            true => Ok(new),
            false => Err(Fault::Forked { ours, theirs: first.head() }),
        }
    }

    fn take_one(&mut self, record: &Record, taken: &mut Taken) -> Result<(), Fault> {
        let (seq, ours) = (record.seq, self.head);
        if record.team != self.team {
            return Err(Fault::OtherLog { seq });
        }
        if seq != ours.seq + 1 {
            return Err(Fault::Gap { expected: ours.seq + 1, found: seq });
        }
        if record.prev != ours.hash {
            return Err(Fault::OutOfChain { ours, seq });
        }
        if self.role().is_none() && self.head != Head::NONE {
            return Err(Fault::Removed { seq });
        }
        match self.said(record) {
            Ok(Heard::Said(applied)) => taken.applied.push(applied),
            Ok(Heard::NoKey) => return Err(Fault::NoKey { seq }),
            Err(because) => {
                self.refused.insert(seq, because);
                taken.refused.push(Refused { seq, device: record.device, because });
            }
        }
        self.head = record.head();
        self.tail.push(record);
        match self.role() {
            Some(_) => Ok(()),
            None => Err(Fault::Removed { seq }),
        }
    }

    /// What a record says, carried out. What is refused changes nothing.
    fn said(&mut self, record: &Record) -> Result<Heard, RefusedBecause> {
        use RefusedBecause::{Closed, EpochDue, Misshapen, NoMember, Replayed, Role, Signature};
        let kind = Kind::of(record.kind).ok_or(Misshapen)?;
        if kind == Kind::Create {
            return self.created(record);
        }
        let member = self.members.of(record.device).ok_or(NoMember)?;
        if !record.is_signed_by(&member.keys.signing) {
            return Err(Signature);
        }
        if !member.role.may(kind) && !is_of_own(kind) {
            return Err(Role);
        }
        if record.device_seq <= self.members.last_seq(record.device) {
            return Err(Replayed);
        }
        if self.due == Due::NewEpoch && kind != Kind::Keys {
            return Err(EpochDue);
        }
        let by = member.name.clone();
        let (time, what) = if kind == Kind::Keys {
            match self.keyed(record)? {
                Some(what) => (0, what),
                None => return Ok(Heard::NoKey),
            }
        } else {
            if record.epoch != self.epoch {
                return Err(RefusedBecause::Epoch);
            }
            let body = body::open(&self.key().key, record, kind).map_err(|e| match e {
                NotABody::Closed => Closed,
                NotABody::Misshapen => Misshapen,
            })?;
            (body.time, self.carried_out(record, body)?)
        };
        self.members.wrote(record.device, record.device_seq);
        Ok(Heard::Said(Applied { seq: record.seq, by, device: record.device, time, what }))
    }

    fn carried_out(&mut self, record: &Record, body: Body) -> Result<What, RefusedBecause> {
        match body.said {
            Said::Create { .. } => Err(RefusedBecause::Misshapen),
            Said::Admit(member) => {
                let is_new = self.members.of(member.keys.device).is_none();
                if !is_new || member.keys.wrap(b"", &[0; 32]).is_none() {
                    return Err(RefusedBecause::Members);
                }
                let what = What::Admitted(member.name.clone(), member.role);
                self.members.admit(member);
                Ok(what)
            }
            Said::Remove(device) => {
                let author = self.members.of(record.device).map(|author| author.role);
                if device != record.device && author != Some(Role::Admin) {
                    return Err(RefusedBecause::Role);
                }
                let gone = self.members.of(device).ok_or(RefusedBecause::Members)?.name.clone();
                if !self.members.has_admin_without(device) {
                    return Err(RefusedBecause::Members);
                }
                self.members.remove(device);
                self.due = Due::NewEpoch;
                Ok(What::Removed(gone))
            }
            Said::Change(edits) => {
                let items = edits.iter().map(crate::state::Edit::item).collect();
                self.state.apply(edits);
                Ok(What::Changed(items))
            }
            Said::Snapshot(whole) => {
                let theirs = written(&whole.name, &whole.members, &whole.state);
                // Both were written by this device a moment ago; the comparison tells nothing.
                match *theirs.into_bytes() == *self.written().into_bytes() {
                    true => Ok(What::Snapshot),
                    false => Err(RefusedBecause::Snapshot),
                }
            }
        }
    }

    fn created(&mut self, record: &Record) -> Result<Heard, RefusedBecause> {
        if self.head != Head::NONE || record.epoch != 1 {
            return Err(RefusedBecause::Role);
        }
        let body = body::open(&self.key().key, record, Kind::Create);
        let Ok(Body { time, said: Said::Create { name, first } }) = body else {
            return Err(RefusedBecause::Closed);
        };
        if !record.is_signed_by(&first.keys.signing) || record.device != first.keys.device {
            return Err(RefusedBecause::Signature);
        }
        let by = first.name.clone();
        self.name = name;
        self.members.admit(first);
        self.members.wrote(record.device, record.device_seq);
        let (device, what) = (record.device, What::Created);
        Ok(Heard::Said(Applied { seq: record.seq, by, device, time, what }))
    }

    /// The key of an epoch: `None` where it is the next one and this device gets none.
    fn keyed(&mut self, record: &Record) -> Result<Option<What>, RefusedBecause> {
        let next = self.epoch + 1;
        let is_same = record.epoch == self.epoch && self.due == Due::Nothing;
        if !is_same && record.epoch != next {
            return Err(RefusedBecause::Epoch);
        }
        let epoch = Epoch::unwrapped(self.team, record.epoch, &self.device, &record.body);
        let Some(epoch) = epoch else {
            return if is_same { Err(RefusedBecause::Closed) } else { Ok(None) };
        };
        if is_same {
            // EXPOSE: two keys that this device has are compared; how long it takes tells nothing.
            let is_known = epoch.key.expose() == self.key().key.expose();
            return if is_known { Ok(Some(What::Keys)) } else { Err(RefusedBecause::Epoch) };
        }
        self.epoch = next;
        self.epochs.insert(next, epoch);
        self.due = Due::Nothing;
        Ok(Some(What::Epoch(next)))
    }

    fn written(&self) -> Writer {
        written(&self.name, &self.members, &self.state)
    }
}

/// A member may remove his own device, whatever his role.
fn is_of_own(kind: Kind) -> bool {
    kind == Kind::Remove
}

fn written(name: &str, members: &Members, state: &State) -> Writer {
    let mut writer = Writer::default();
    Whole::write(name, members, state, &mut writer);
    writer
}

enum Heard {
    Said(Applied),
    NoKey,
}
