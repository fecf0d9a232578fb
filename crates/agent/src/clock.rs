//! The two clocks that limits run on.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::hold::Moment;

/// Now, on both.
pub fn now() -> Moment {
    let read = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
    Moment { boot: read(ClockId::Boottime), awake: read(ClockId::Monotonic) }
}
