//! What one device knows of a team's log: what it has verified, and what came of it.

mod draft;
mod history;
mod refusal;
mod start;
mod stored;
mod tail;
mod take;

use std::collections::BTreeMap;

use crate::device::DeviceKeys;
use crate::epoch::Epoch;
use crate::id::{Head, TeamId};
use crate::members::{Member, Members, Role};
use crate::record::Record;
use crate::state::State;
use tail::Tail;

pub use history::Past;
pub use refusal::{Fault, Refused, RefusedBecause};
pub use start::{NoStart, Start};
pub use take::{Applied, Taken, What};

/// The log of a team as one device has verified it.
pub struct Replica {
    team: TeamId,
    name: String,
    device: DeviceKeys,
    head: Head,
    /// That under which records are sealed now, and those before, as far as this device has them.
    epochs: BTreeMap<u32, Epoch>,
    epoch: u32,
    due: Due,
    members: Members,
    state: State,
    /// Records that stand in the log and say nothing, and the first that this device saw.
    refused: BTreeMap<u64, RefusedBecause>,
    first: u64,
    tail: Tail,
}

/// What the log needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Nothing,
    /// A member was removed: nothing is written before there is a key that he does not have.
    NewEpoch,
}

impl Replica {
    /// Of the log.
    pub fn team(&self) -> TeamId {
        self.team
    }

    /// Of the team.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// This device.
    pub fn device(&self) -> &DeviceKeys {
        &self.device
    }

    /// The last record that was verified.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Number of the epoch.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Whether a key is missing since a member was removed.
    pub fn needs_rotation(&self) -> bool {
        self.due == Due::NewEpoch
    }

    /// All members.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// This device among the members.
    pub fn own(&self) -> Option<&Member> {
        self.members.of(self.device.public().device)
    }

    /// What this device may do; `None` when it was removed.
    pub fn role(&self) -> Option<Role> {
        self.own().map(|own| own.role)
    }

    /// The first record that this device saw.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// What is shared.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Records that the database had and has no more, where it ends at `last` and shows `at_last` there: any
    /// member may append them again as they are. `None` where this device does not have all of them.
    pub fn lost_behind(&self, last: u64, at_last: Option<&Record>) -> Option<Vec<Record>> {
        self.tail.behind(last, at_last, self.head)
    }

    fn key(&self) -> &Epoch {
        self.epochs.get(&self.epoch).expect("a device has the key of the epoch it is in")
    }
}

#[cfg(test)]
mod tests;
