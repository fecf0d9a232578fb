//! One record of a team's log, as the database keeps it.

use ring::signature::{ED25519, UnparsedPublicKey};

use crate::bytes::{Misshapen, Reader};
use crate::device::DeviceKeys;
use crate::id::{DeviceId, Head, RecordHash, TeamId};

/// Bytes of a body that the log takes at most.
pub const MAX_BODY: usize = 64 * 1024 * 1024;

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The first one: the team and its first admin.
    Create = 1,
    /// A device becomes a member.
    Admit = 2,
    /// A device is no member any more.
    Remove = 3,
    /// The key of an epoch, wrapped for every member.
    Keys = 4,
    /// What is shared changes.
    Change = 5,
    /// Members and state as a whole, from which a new device starts.
    Snapshot = 6,
}

impl Kind {
    /// The kind of that number.
    pub fn of(number: u8) -> Option<Self> {
        [Self::Create, Self::Admit, Self::Remove, Self::Keys, Self::Change, Self::Snapshot]
            .into_iter()
            .find(|kind| *kind as u8 == number)
    }
}

/// A record: what the database sees of it, which is all there is of it outside of devices.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose log it is in.
    pub team: TeamId,
    /// Its place in the log, from 1, without gaps.
    pub seq: u64,
    /// The device that wrote it.
    pub device: DeviceId,
    /// Grows with each record of the device.
    pub device_seq: u64,
    /// Of the record before; zeros in the first.
    pub prev: RecordHash,
    /// Under whose key the body is.
    pub epoch: u32,
    /// Number of its [`Kind`].
    pub kind: u8,
    /// A box; of [`Kind::Keys`] wrapped keys.
    pub body: Vec<u8>,
    /// By the device, over all of the above.
    pub signature: [u8; 64],
}

/// Length of [`Record::clear`].
const CLEAR: usize = 4 + 16 + 8 + 16 + 8 + 32 + 4 + 1;

impl Record {
    /// A record behind `head` without body and signature.
    pub(crate) fn behind(head: &Head, team: TeamId, device: DeviceId, kind: Kind) -> Self {
        Self {
            team,
            seq: head.seq + 1,
            device,
            device_seq: 0,
            prev: head.hash,
            epoch: 0,
            kind: kind as u8,
            body: Vec::new(),
            signature: [0; 64],
        }
    }

    /// All fields that stand in plaintext, which are the associated data of the body.
    pub fn clear(&self) -> Vec<u8> {
        let mut clear = Vec::with_capacity(CLEAR);
        clear.extend_from_slice(b"azt1");
        clear.extend_from_slice(&self.team.0);
        clear.extend_from_slice(&self.seq.to_be_bytes());
        clear.extend_from_slice(&self.device.0);
        clear.extend_from_slice(&self.device_seq.to_be_bytes());
        clear.extend_from_slice(&self.prev.0);
        clear.extend_from_slice(&self.epoch.to_be_bytes());
        clear.push(self.kind);
        clear
    }

    fn signed(&self) -> Vec<u8> {
        let mut signed = self.clear();
        signed.extend_from_slice(&self.body);
        signed
    }

    /// The record as bytes: `clear ‖ length of body (u32) ‖ body ‖ signature`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.clear();
        let length = u32::try_from(self.body.len()).expect("a body is at most 64 MiB");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&self.body);
        bytes.extend_from_slice(&self.signature);
        bytes
    }

    /// What [`Record::to_bytes`] wrote, and nothing more.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Misshapen> {
        let mut reader = Reader::new(bytes);
        if reader.raw(4)? != b"azt1" {
            return Err(Misshapen);
        }
        let record = Self {
            team: TeamId(reader.array()?),
            seq: reader.u64()?,
            device: DeviceId(reader.array()?),
            device_seq: reader.u64()?,
            prev: RecordHash(reader.array()?),
            epoch: reader.u32()?,
            kind: reader.u8()?,
            body: reader.bytes()?.to_vec(),
            signature: reader.array()?,
        };
        reader.end()?;
        if record.body.len() > MAX_BODY { Err(Misshapen) } else { Ok(record) }
    }

    /// SHA-256 of the record as bytes: what the next one names.
    pub fn hash(&self) -> RecordHash {
        RecordHash(azvault_vault::sha256(&self.to_bytes()))
    }

    /// The head that a log has whose last record it is.
    pub fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash() }
    }

    pub(crate) fn sign(&mut self, device: &DeviceKeys) {
        self.signature = device.sign(&self.signed());
    }

    /// Whether the owner of that public key signed it.
    pub(crate) fn is_signed_by(&self, key: &[u8; 32]) -> bool {
        UnparsedPublicKey::new(&ED25519, key).verify(&self.signed(), &self.signature).is_ok()
    }
}
