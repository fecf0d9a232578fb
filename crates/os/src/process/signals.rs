//! Signals as bytes of a pipe, which `poll` waits for as well.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::signal::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

fn number(signal: Signal) -> i32 {
    match signal {
        Signal::HangUp => SIGHUP,
        Signal::Interrupt => SIGINT,
        Signal::End => SIGTERM,
        Signal::FileLimit => SIGXFSZ,
    }
}

/// Signals that this process takes note of, from now until it ends.
pub struct Signals {
    pipe: UnixStream,
    flags: Vec<(Signal, Arc<AtomicBool>)>,
}

impl Signals {
    /// Those.
    pub fn of(signals: &[Signal]) -> io::Result<Self> {
        let (pipe, write) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let mut flags = Vec::new();
        for &signal in signals {
            let flag = Arc::default();
            // The flag first: when the pipe wakes the loop, it is set.
            signal_hook::flag::register(number(signal), Arc::clone(&flag))?;
            signal_hook::low_level::pipe::register(number(signal), write.try_clone()?)?;
            flags.push((signal, flag));
        }
        Ok(Self { pipe, flags })
    }

    /// The first signal that came.
    pub fn taken(&self) -> Option<Signal> {
        let mut byte = [0; 16];
        while rustix::io::read(&self.pipe, &mut byte).is_ok_and(|read| read > 0) {}
        let taken = |flag: &AtomicBool| flag.swap(false, Ordering::SeqCst);
        self.flags.iter().find(|(_, flag)| taken(flag)).map(|(signal, _)| *signal)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Signal, Signals};
    use crate::pipe::{Interest, Wait};

    #[test]
    fn a_signal_wakes_who_waits_and_is_taken_once() {
        let signals = Signals::of(&[Signal::HangUp]).unwrap();
        assert_eq!(signals.taken(), None);
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::HUP).unwrap();
        let mut wait = Wait::new();
        wait.add(&signals, Interest::Read);
        assert!(wait.within(Some(Duration::from_secs(5))).unwrap()[0].is_any());
        assert_eq!(signals.taken(), Some(Signal::HangUp));
        assert_eq!(signals.taken(), None);
    }
}
