//! Waiting for an agent that has others to answer first: as long as it is at work, and no longer.

use std::io::{self, Read, Write};

use azvault_os::pipe::Stream;
use azvault_os::process::computed;

/// A connection to a process. What is read or written waits for the time that the stream has, and once more
/// whenever the process has computed meanwhile: one that hangs, or was stopped, has not.
pub(crate) struct Patient<'a> {
    stream: &'a mut Stream,
    pid: u32,
    computed: Option<u64>,
}

impl<'a> Patient<'a> {
    pub(crate) fn new(stream: &'a mut Stream, pid: u32) -> Self {
        let computed = computed(pid);
        Self { stream, pid, computed }
    }

    fn go_on(&mut self, waited: &io::Error) -> bool {
        if waited.kind() != io::ErrorKind::WouldBlock {
            return false;
        }
        let before = std::mem::replace(&mut self.computed, computed(self.pid));
        self.computed.is_some() && self.computed != before
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(into) {
                Err(error) if self.go_on(&error) => {}
                read => return read,
            }
        }
    }
}

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.stream.write(bytes) {
                Err(error) if self.go_on(&error) => {}
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use azvault_os::pipe::Stream;

    use super::Patient;

    #[test]
    fn who_computes_is_waited_for_and_who_sleeps_is_not() {
        let (mut own, other) = Stream::pair().unwrap();
        own.set_patience(Duration::from_millis(200)).unwrap();
        let waits = |own: &mut Stream, script: &str| {
            let mut process = Command::new("sh").args(["-c", script]).spawn().unwrap();
            let start = Instant::now();
            let result = Patient::new(own, process.id()).read(&mut [0]);
            process.kill().unwrap();
            process.wait().unwrap();
            (result, start.elapsed())
        };
        let (result, took) = waits(&mut own, "sleep 60");
        assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(took < Duration::from_secs(20), "{took:?}");
        // It answers after a while in which it has been at work: five times the patience.
        let answer = "end=$(($(date +%s%N) + 1000000000)); while [ $(date +%s%N) -lt $end ]; do :; done; \
                      printf x >&0";
        let mut busy = Command::new("bash");
        busy.args(["-c", answer]).stdin(other.into_input()).stdout(Stdio::null());
        let mut busy = busy.spawn().unwrap();
        let mut byte = [0];
        Patient::new(&mut own, busy.id()).read_exact(&mut byte).unwrap();
        assert_eq!(byte, *b"x");
        busy.wait().unwrap();
    }
}
