//! Records that this device would write next. Nothing of them counts before the log has taken them.

use crate::body;
use crate::body::Whole;
use crate::device::DeviceKeys;
use crate::epoch::Epoch;
use crate::id::{DeviceId, Head, TeamId};
use crate::members::{Member, Members, Role};
use crate::record::{Kind, Record};
use crate::state::{Edit, State};

use super::{Due, Replica};

/// Records that go into the log together or not at all.
struct Draft<'a> {
    team: TeamId,
    device: &'a DeviceKeys,
    head: Head,
    members: Members,
    time: i64,
    records: Vec<Record>,
}

impl Replica {
    /// A team that this device begins, and the records that make it.
    pub fn create(name: &str, member: &str, time: i64) -> (Self, Vec<Record>) {
        let (team, device) = (TeamId::random(), DeviceKeys::generate());
        let first = Member {
            name: member.to_owned(),
            role: Role::Admin,
            keys: device.public().clone(),
            since: time,
        };
        let epoch = Epoch::new(1);
        let mut draft = Draft {
            team,
            device: &device,
            head: Head::NONE,
            members: Members::default(),
            time,
            records: Vec::new(),
        };
        let mut body = body::begun(time);
        body.text(name);
        first.write(&mut body);
        draft.seal(&epoch, Kind::Create, body);
        draft.members.admit(first.clone());
        draft.members.wrote(first.keys.device, 1);
        draft.snapshot(&epoch, name, &State::default());
        let (records, members) = (draft.records, Members::default());
        let replica = Self {
            team,
            name: name.to_owned(),
            device,
            head: Head::NONE,
            epochs: [(1, epoch)].into(),
            epoch: 1,
            due: Due::Nothing,
            members,
            state: State::default(),
            refused: Default::default(),
            first: 1,
            tail: Default::default(),
        };
        (replica, records)
    }

    /// A change of what is shared.
    pub fn draft_change(&self, edits: &[Edit], time: i64) -> Vec<Record> {
        let mut draft = self.draft(time);
        let mut body = body::begun(time);
        body::write_edits(edits, &mut body);
        draft.seal(self.key(), Kind::Change, body);
        draft.records
    }

    /// A new member, from a snapshot of its own on.
    pub fn draft_admit(&self, member: &Member, time: i64) -> Vec<Record> {
        let mut draft = self.draft(time);
        let mut body = body::begun(time);
        member.write(&mut body);
        draft.seal(self.key(), Kind::Admit, body);
        draft.members.admit(member.clone());
        draft.snapshot(self.key(), &self.name, &self.state);
        draft.records
    }

    /// A member goes, and a new epoch begins of which it gets no key.
    pub fn draft_remove(&self, device: DeviceId, time: i64) -> Vec<Record> {
        let mut draft = self.draft(time);
        let mut body = body::begun(time);
        body.raw(&device.0);
        draft.seal(self.key(), Kind::Remove, body);
        draft.members.remove(device);
        if device != self.device.public().device {
            draft.snapshot(&Epoch::new(self.epoch + 1), &self.name, &self.state);
        }
        draft.records
    }

    /// A new epoch.
    pub fn draft_rotate(&self, time: i64) -> Vec<Record> {
        let mut draft = self.draft(time);
        draft.snapshot(&Epoch::new(self.epoch + 1), &self.name, &self.state);
        draft.records
    }

    /// A snapshot, so that a new device need not read all records before.
    pub fn draft_snapshot(&self, time: i64) -> Vec<Record> {
        let mut draft = self.draft(time);
        draft.snapshot(self.key(), &self.name, &self.state);
        draft.records
    }

    fn draft(&self, time: i64) -> Draft<'_> {
        Draft {
            team: self.team,
            device: &self.device,
            head: self.head,
            members: self.members.clone(),
            time,
            records: Vec::new(),
        }
    }
}

impl Draft<'_> {
    fn begun(&self, epoch: &Epoch, kind: Kind) -> Record {
        let device = self.device.public().device;
        let mut record = Record::behind(&self.head, self.team, device, kind);
        record.epoch = epoch.number;
        record.device_seq = self.members.last_seq(device) + 1;
        record
    }

    fn seal(&mut self, epoch: &Epoch, kind: Kind, body: crate::bytes::Writer) {
        let mut record = self.begun(epoch, kind);
        record.body = body::seal(&epoch.key, &record, body);
        self.push(record);
    }

    /// The epoch's key for all members, and a snapshot under it.
    fn snapshot(&mut self, epoch: &Epoch, name: &str, state: &State) {
        let mut record = self.begun(epoch, Kind::Keys);
        let wrapped = epoch.wrapped(self.team, self.members.keys());
        record.body = wrapped.expect("keys of members were looked at when they were admitted");
        self.push(record);
        let mut body = body::begun(self.time);
        Whole::write(name, &self.members, state, &mut body);
        self.seal(epoch, Kind::Snapshot, body);
    }

    fn push(&mut self, mut record: Record) {
        record.sign(self.device);
        self.head = record.head();
        self.members.wrote(record.device, record.device_seq);
        self.records.push(record);
    }
}
