//! A replica as bytes, which the vault of the device seals.

use zeroize::Zeroizing;

use crate::body::Whole;
use crate::bytes::{Misshapen, Reader, Writer};
use crate::device::DeviceKeys;
use crate::epoch::Epoch;
use crate::id::{Head, RecordHash, TeamId};

use super::tail::Tail;
use super::{Due, RefusedBecause, Replica};
use azvault_vault::BoxKey;

const VERSION: u8 = 1;

impl Replica {
    /// All of it, private keys included.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::default();
        writer.u8(VERSION);
        writer.raw(&self.team.0);
        self.device.write(&mut writer);
        writer.u64(self.head.seq);
        writer.raw(&self.head.hash.0);
        writer.u32(self.epoch);
        writer.u8(u8::from(self.due == Due::NewEpoch));
        writer.u32(u32::try_from(self.epochs.len()).expect("epochs are counted in 32 bits"));
        for epoch in self.epochs.values() {
            writer.u32(epoch.number);
            // EXPOSE: into what the vault seals.
            writer.raw(epoch.key.expose());
        }
        writer.u64(self.first);
        writer.u32(u32::try_from(self.refused.len()).expect("refused records are few"));
        for (seq, because) in &self.refused {
            writer.u64(*seq);
            writer.u8(*because as u8);
        }
        self.tail.write(&mut writer);
        Whole::write(&self.name, &self.members, &self.state, &mut writer);
        writer.into_bytes()
    }

    /// What [`Replica::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Misshapen> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(Misshapen);
        }
        let team = TeamId(reader.array()?);
        let device = DeviceKeys::read(&mut reader)?;
        let head = Head { seq: reader.u64()?, hash: RecordHash(reader.array()?) };
        let epoch = reader.u32()?;
        let due = match reader.u8()? {
            0 => Due::Nothing,
            1 => Due::NewEpoch,
            _ => return Err(Misshapen),
        };
        let epochs = reader.each(|reader| {
            let number = reader.u32()?;
            let key = reader.raw(32)?.try_into().map_err(|_| Misshapen)?;
            Ok((number, Epoch { number, key: BoxKey::copied_from(key) }))
        })?;
        let first = reader.u64()?;
        let refused = reader.each(|reader| {
            Ok((reader.u64()?, RefusedBecause::of(reader.u8()?).ok_or(Misshapen)?))
        })?;
        let tail = Tail::read(&mut reader)?;
        let Whole { name, members, state } = Whole::read(&mut reader)?;
        reader.end()?;
        let epochs = epochs.into_iter().collect::<std::collections::BTreeMap<_, _>>();
        if !epochs.contains_key(&epoch) {
            return Err(Misshapen);
        }
        let refused = refused.into_iter().collect();
        Ok(Self {
            team,
            name,
            device,
            head,
            epochs,
            epoch,
            due,
            members,
            state,
            refused,
            first,
            tail,
        })
    }
}
