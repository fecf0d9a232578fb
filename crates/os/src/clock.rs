//! The two clocks that limits run on. Neither can be set.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Time since the machine was started, asleep or awake.
pub fn since_boot() -> Duration {
    read(ClockId::Boottime)
}

/// Time that the machine was awake.
pub fn awake() -> Duration {
    read(ClockId::Monotonic)
}

fn read(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_clocks_go_forward_and_sleep_counts_in_one() {
        let (boot, awake) = (super::since_boot(), super::awake());
        assert!(super::since_boot() >= boot && super::awake() >= awake);
        assert!(boot + std::time::Duration::from_secs(1) >= awake);
    }
}
