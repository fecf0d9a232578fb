//! The clocks of Unix, and the timer that goes off when one of them is set.

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
