//! When a grant ends.

use std::time::Duration;

use crate::hold::Moment;

/// When a grant ends, on two clocks: setting the one on the wall back prolongs nothing.
#[derive(Clone, Copy)]
pub(super) struct Expiry {
    /// Unix seconds.
    pub(super) wall: i64,
    /// Milliseconds since boot.
    pub(super) boot: u64,
}

impl Expiry {
    pub(super) fn of(wall: i64, now: Moment) -> Self {
        let left = Duration::from_secs(u64::try_from(wall).unwrap_or_default());
        Self { wall, boot: milliseconds(now.boot + left.saturating_sub(now.wall)) }
    }

    pub(super) fn is_past(self, now: Moment) -> bool {
        let wall = i64::try_from(now.wall.as_secs()).unwrap_or(i64::MAX);
        wall >= self.wall || milliseconds(now.boot) >= self.boot
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
