//! Who is a member, and what a member may write. Computed from the log, by every device for itself.

use std::collections::BTreeMap;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::device::PublicKeys;
use crate::id::DeviceId;
use crate::record::Kind;

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    /// Reads what is shared.
    Reader = 1,
    /// Shares, and changes what is shared.
    Writer = 2,
    /// Admits and removes members besides.
    Admin = 3,
}

impl Role {
    /// All roles, the least first.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Writer, Self::Admin];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Admin => "admin",
        }
    }

    /// Whether a member in that role may write a record of that kind.
    pub(crate) fn may(self, kind: Kind) -> bool {
        match kind {
            Kind::Create => false,
            Kind::Change => self >= Self::Writer,
            Kind::Admit | Kind::Remove | Kind::Keys | Kind::Snapshot => self == Self::Admin,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let number = reader.u8()?;
        Self::ALL.into_iter().find(|role| *role as u8 == number).ok_or(Misshapen)
    }
}

/// One device of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it calls itself.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// By which it is known.
    pub keys: PublicKeys,
    /// When it was admitted, in Unix seconds, as its admin's clock had it.
    pub since: i64,
}

impl Member {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.name);
        writer.u8(self.role as u8);
        self.keys.write(writer);
        writer.i64(self.since);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        Ok(Self {
            name: reader.text()?,
            role: Role::read(reader)?,
            keys: PublicKeys::read(reader)?,
            since: reader.i64()?,
        })
    }
}

/// All members, each with the number of the last record that its device wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(BTreeMap<DeviceId, (Member, u64)>);

impl Members {
    /// The member that has this device.
    pub fn of(&self, device: DeviceId) -> Option<&Member> {
        self.0.get(&device).map(|(member, _)| member)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Member> {
        self.0.values().map(|(member, _)| member)
    }

    /// Their keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &PublicKeys> {
        self.all().map(|member| &member.keys)
    }

    pub(crate) fn last_seq(&self, device: DeviceId) -> u64 {
        self.0.get(&device).map_or(0, |(_, seq)| *seq)
    }

    pub(crate) fn wrote(&mut self, device: DeviceId, device_seq: u64) {
        if let Some((_, seq)) = self.0.get_mut(&device) {
            *seq = device_seq;
        }
    }

    pub(crate) fn admit(&mut self, member: Member) {
        self.0.insert(member.keys.device, (member, 0));
    }

    pub(crate) fn remove(&mut self, device: DeviceId) {
        self.0.remove(&device);
    }

    /// Whether an admin stays if this device goes.
    pub fn has_admin_without(&self, device: DeviceId) -> bool {
        self.all().any(|member| member.role == Role::Admin && member.keys.device != device)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.u32(u32::try_from(self.0.len()).expect("a team is far below 4 billion members"));
        for (member, seq) in self.0.values() {
            member.write(writer);
            writer.u64(*seq);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let all = reader.each(|reader| Ok((Member::read(reader)?, reader.u64()?)))?;
        Ok(Self(all.into_iter().map(|one| (one.0.keys.device, one)).collect()))
    }
}
