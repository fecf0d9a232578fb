//! The clocks of Windows.

use std::io;
use std::time::{Duration, SystemTime};

use crate::pipe::{Never, Source};
use crate::win32::processes;

/// Time since the machine was started, asleep or awake.
pub fn since_boot() -> Duration {
    Duration::from_millis(processes::since_boot())
}

/// Time that the machine was awake.
pub fn awake() -> Duration {
    Duration::from_nanos(processes::awake().saturating_mul(100))
}

/// Time since 1970, as somebody or another machine has set it.
pub fn on_the_wall() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// Something comes when the clock on the wall is set. Nothing of this system waits for that yet.
pub struct ClockWatch(Never);

impl ClockWatch {
    /// The system has none to give.
    pub fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Forgets that it was set.
    pub fn drain(&self) {
        match self.0 {}
    }
}

impl Source for ClockWatch {}
