//! How a device that was just admitted starts: from the snapshot of the admin whose words it compared.

use std::fmt;

use crate::body;
use crate::body::{Body, Said};
use crate::device::{DeviceKeys, PublicKeys};
use crate::epoch::Epoch;
use crate::id::TeamId;
use crate::members::Role;
use crate::record::{Kind, Record};

use super::{Due, Replica};

/// What a device knows before it is a member.
pub struct Start {
    /// The log.
    pub team: TeamId,
    /// The device itself.
    pub device: DeviceKeys,
    /// The admin that invites it.
    pub admin: PublicKeys,
}

/// Why there is no start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoStart {
    /// The admin has not admitted this device yet, or the database hides it.
    NotAdmitted,
    /// What the database shows was not written by the admin.
    NotByAdmin,
    /// What it shows does not go together.
    Misshapen,
}

impl fmt::Display for NoStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAdmitted => "the admin has not confirmed this device yet",
            Self::NotByAdmin => {
                "what the database shows was not written by the admin who invited this device"
            }
            Self::Misshapen => "the snapshot that the database shows does not open",
        })
    }
}

impl Start {
    /// Starts from wrapped keys and the snapshot behind them, both of the admin. On refusal the start comes back,
    /// for another attempt.
    pub fn from(self, keys: &Record, snapshot: &Record) -> Result<Replica, (Box<Self>, NoStart)> {
        match self.read(keys, snapshot) {
            Ok((whole, epoch)) => Ok(Replica {
                team: self.team,
                name: whole.name,
                device: self.device,
                head: snapshot.head(),
                epoch: epoch.number,
                epochs: [(epoch.number, epoch)].into(),
                due: Due::Nothing,
                members: {
                    let mut members = whole.members;
                    members.wrote(snapshot.device, snapshot.device_seq);
                    members
                },
                state: whole.state,
                refused: Default::default(),
                first: snapshot.seq,
                tail: Default::default(),
            }),
            Err(none) => Err((Box::new(self), none)),
        }
    }

    fn read(&self, keys: &Record, snapshot: &Record) -> Result<(body::Whole, Epoch), NoStart> {
        for (record, kind) in [(keys, Kind::Keys), (snapshot, Kind::Snapshot)] {
            let is_here = record.team == self.team && record.kind == kind as u8;
            if !is_here || record.device != self.admin.device {
                return Err(NoStart::NotByAdmin);
            }
            if !record.is_signed_by(&self.admin.signing) {
                return Err(NoStart::NotByAdmin);
            }
        }
        if snapshot.prev != keys.hash() || snapshot.epoch != keys.epoch {
            return Err(NoStart::Misshapen);
        }
        let epoch = Epoch::unwrapped(self.team, keys.epoch, &self.device, &keys.body);
        let epoch = epoch.ok_or(NoStart::NotAdmitted)?;
        let body = body::open(&epoch.key, snapshot, Kind::Snapshot);
        let Ok(Body { said: Said::Snapshot(whole), .. }) = body else {
            return Err(NoStart::Misshapen);
        };
        let admin = whole.members.of(self.admin.device);
        if !admin.is_some_and(|admin| admin.role == Role::Admin && admin.keys == self.admin) {
            return Err(NoStart::NotByAdmin);
        }
        let own = whole.members.of(self.device.public().device);
        if own.is_none_or(|own| own.keys != *self.device.public()) {
            return Err(NoStart::NotAdmitted);
        }
        Ok((whole, epoch))
    }
}
