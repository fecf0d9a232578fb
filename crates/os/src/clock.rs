//! The clocks that limits run on, and being told that one of them was set.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};

/// Time since the machine was started, asleep or awake.
pub fn since_boot() -> Duration {
    read(ClockId::Boottime)
}

/// Time that the machine was awake.
pub fn awake() -> Duration {
    read(ClockId::Monotonic)
}

/// Time since 1970, as somebody or another machine has set it.
pub fn on_the_wall() -> Duration {
    read(ClockId::Realtime)
}

/// Something comes when the clock on the wall is set, as it is after the machine slept.
pub struct ClockWatch(OwnedFd);

impl ClockWatch {
    /// From now on. The system may have none to give.
    pub fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let watch = Self(timerfd_create(TimerfdClockId::Realtime, flags)?);
        watch.arm()?;
        Ok(watch)
    }

    /// Forgets that it was set.
    pub fn drain(&self) {
        // It fails with what it is there to tell.
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
        let _ = self.arm();
    }

    /// To go off in the year 2200, or when the clock is set.
    fn arm(&self) -> io::Result<()> {
        let never = Timespec { tv_sec: 7_258_118_400, tv_nsec: 0 };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: never };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        timerfd_settime(&self.0, flags, &once)?;
        Ok(())
    }
}

impl AsFd for ClockWatch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
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

    #[test]
    fn a_clock_that_nobody_sets_tells_nothing() {
        let watch = super::ClockWatch::new().unwrap();
        let mut wait = crate::pipe::Wait::new();
        wait.add(&watch, crate::pipe::Interest::Read);
        let soon = Some(std::time::Duration::from_millis(1));
        assert!(!wait.within(soon).unwrap()[0].is_any());
        watch.drain();
        let wall = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        assert!(super::on_the_wall().abs_diff(wall).as_secs() < 60);
    }
}
