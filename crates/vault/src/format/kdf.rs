//! Argon2id: what a guess at a passphrase costs, and the bounds that hold before memory is taken.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::format::key::Key;
use crate::memory::with_stack_wiped;

/// Cost of one derivation: memory in KiB, passes, lanes (RFC 9106 m, t, p), within the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Which bound a cost is out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KdfError {
    /// Below 19 MiB or above 1 GiB.
    #[error("{0} KiB of memory; 19 MiB to 1 GiB are allowed")]
    Memory(u32),
    /// 0, or above 16.
    #[error("{0} passes; 1 to 16 are allowed")]
    Passes(u32),
    /// 0, or above 16.
    #[error("{0} lanes; 1 to 16 are allowed")]
    Lanes(u32),
    /// Memory times passes below 38 MiB or above 4 GiB.
    #[error("{0} KiB of memory times passes; 38 MiB to 4 GiB are allowed")]
    Work(u64),
    /// The system has not got that much memory.
    #[error("the system has no {0} KiB of memory to give")]
    NoMemory(u32),
}

const MIB: u32 = 1024;

impl Cost {
    /// 64 MiB, 3 passes.
    pub const INTERACTIVE: Self = Self { memory_kib: 64 * MIB, passes: 3, lanes: 1 };
    /// 256 MiB, 3 passes.
    pub const DEFAULT: Self = Self { memory_kib: 256 * MIB, passes: 3, lanes: 1 };
    /// 1 GiB, 4 passes.
    pub const PARANOID: Self = Self { memory_kib: 1024 * MIB, passes: 4, lanes: 1 };
    /// The least that is accepted: 19 MiB, 2 passes (OWASP).
    pub const FLOOR: Self = Self { memory_kib: 19 * MIB, passes: 2, lanes: 1 };

    /// Checks the bounds; takes no memory.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, KdfError> {
        if !(19 * MIB..=1024 * MIB).contains(&memory_kib) {
            return Err(KdfError::Memory(memory_kib));
        }
        if !(1..=16).contains(&passes) {
            return Err(KdfError::Passes(passes));
        }
        if !(1..=16).contains(&lanes) {
            return Err(KdfError::Lanes(lanes));
        }
        let work = u64::from(memory_kib) * u64::from(passes);
        if !(u64::from(38 * MIB)..=u64::from(4096 * MIB)).contains(&work) {
            return Err(KdfError::Work(work));
        }
        Ok(Self { memory_kib, passes, lanes })
    }

    /// Memory in KiB.
    pub fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Passes over it.
    pub fn passes(&self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Whether it is legal and yet below 64 MiB with 3 passes.
    pub fn is_weak(&self) -> bool {
        self.work() < Self::INTERACTIVE.work()
    }

    /// The one of two at which a guess costs more.
    pub fn dearer_of(self, other: Self) -> Self {
        if self.work() >= other.work() { self } else { other }
    }

    /// Memory times passes, by which costs are compared.
    pub(crate) fn work(&self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }
}

/// Derives 32 bytes from a passphrase. The memory that Argon2 worked in is wiped: the key could
/// be computed from its last block.
pub(crate) fn derive(passphrase: &[u8], salt: &[u8; 16], cost: Cost) -> Result<Key, KdfError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .expect("the bounds of a cost are within those of Argon2");
    let mut blocks: Vec<Block> = Vec::new();
    blocks
        .try_reserve_exact(params.block_count())
        .map_err(|_| KdfError::NoMemory(cost.memory_kib))?;
    blocks.resize(params.block_count(), Block::default());
    let mut key = Key::empty();
    with_stack_wiped(|| {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passphrase, salt, key.bytes_mut(), &mut blocks)
            .expect("salt, output and memory have the lengths that Argon2 wants");
    });
    for block in &mut blocks {
        block.zeroize();
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::{Cost, KdfError};

    #[test]
    fn costs_out_of_bounds_are_refused_and_the_edges_are_not() {
        for (memory_kib, passes, lanes, wanted) in [
            (19_456, 2, 1, Ok(())),
            (19_455, 16, 1, Err(KdfError::Memory(19_455))),
            (19_456, 1, 1, Err(KdfError::Work(19_456))),
            (38_912, 1, 1, Ok(())),
            (1_048_576, 4, 1, Ok(())),
            (1_048_576, 5, 1, Err(KdfError::Work(5_242_880))),
            (1_048_577, 1, 1, Err(KdfError::Memory(1_048_577))),
            (u32::MAX, 1, 1, Err(KdfError::Memory(u32::MAX))),
            (65_536, 0, 1, Err(KdfError::Passes(0))),
            (65_536, 17, 1, Err(KdfError::Passes(17))),
            (65_536, 3, 0, Err(KdfError::Lanes(0))),
            (65_536, 3, 17, Err(KdfError::Lanes(17))),
        ] {
            let cost = Cost::new(memory_kib, passes, lanes).map(drop);
            assert_eq!(cost, wanted, "{memory_kib} {passes} {lanes}");
        }
    }

    #[test]
    fn a_cost_is_weak_below_the_interactive_one_and_the_dearer_of_two_has_more_work() {
        let cost = |memory_kib, passes, lanes| Cost::new(memory_kib, passes, lanes).unwrap();
        for (named, memory_kib, passes, weak) in [
            (Cost::FLOOR, 19_456, 2, true),
            (Cost::INTERACTIVE, 65_536, 3, false),
            (Cost::DEFAULT, 262_144, 3, false),
            (Cost::PARANOID, 1_048_576, 4, false),
        ] {
            assert_eq!(named, cost(memory_kib, passes, 1));
            assert_eq!(named.is_weak(), weak, "{named:?}");
        }
        // It is the work that counts, however it is made up.
        assert!(cost(65_535, 3, 1).is_weak() && !cost(131_072, 2, 1).is_weak());
        assert_eq!(cost(65_536, 3, 4).lanes(), 4);
        let (small, large) = (cost(65_536, 3, 1), cost(65_536, 4, 1));
        assert_eq!((small.dearer_of(large), large.dearer_of(small)), (large, large));
        // Of two that cost the same the first one stays.
        assert_eq!(cost(65_536, 4, 1).dearer_of(cost(131_072, 2, 1)), large);
    }
}
