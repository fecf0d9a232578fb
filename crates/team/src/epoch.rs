//! Epochs: from one removal of a member to the next, everything is sealed under one key.

use azvault_vault::BoxKey;

use crate::device::{DeviceKeys, PublicKeys, WRAPPED};
use crate::id::TeamId;

/// Keys that are wrapped at once are a multiple of this: their number says less of that of the members.
const STEP: usize = 8;

/// The key of one epoch.
pub(crate) struct Epoch {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) key: BoxKey,
}

impl Epoch {
    pub(crate) fn new(number: u32) -> Self {
        Self { number, key: BoxKey::random() }
    }

    /// Wrapped for each of these devices, and for some that do not exist. No device is named. `None` where a
    /// device has no usable key.
    pub(crate) fn wrapped<'a>(
        &self,
        team: TeamId,
        devices: impl Iterator<Item = &'a PublicKeys>,
    ) -> Option<Vec<u8>> {
        let info = info(team, self.number);
        // EXPOSE: it is wrapped for the members' devices.
        let wrap = |device: &PublicKeys| device.wrap(&info, self.key.expose());
        let mut all = devices.map(wrap).collect::<Option<Vec<_>>>()?;
        // For a device that does not exist: what is wrapped for it looks like any other.
        let filling = DeviceKeys::generate().public().clone();
        while !all.len().is_multiple_of(STEP) {
            all.push(filling.wrap(&info, &[0; 32])?);
        }
        Some(all.concat())
    }

    /// What is wrapped for this device; `None` where nothing is.
    pub(crate) fn unwrapped(
        team: TeamId,
        number: u32,
        device: &DeviceKeys,
        body: &[u8],
    ) -> Option<Self> {
        let info = info(team, number);
        let key = body.chunks(WRAPPED).find_map(|wrapped| device.unwrap(&info, wrapped))?;
        let key = key.as_slice().try_into().ok()?;
        Some(Self { number, key: BoxKey::copied_from(key) })
    }
}

fn info(team: TeamId, epoch: u32) -> Vec<u8> {
    [b"azt1.epoch", &team.0[..], &epoch.to_be_bytes()].concat()
}
