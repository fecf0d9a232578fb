//! Reading and writing as far as it goes without waiting.

use rustix::io::Errno;
use rustix::net::SendFlags;

use super::step::Step;
use super::wait::Source;

/// Reads what has come.
pub fn receive(from: &impl Source, into: &mut [u8]) -> Step {
    step(rustix::io::read(from, into))
}

/// Reads what has come, into memory that was given before and does not grow.
pub fn receive_into_spare(from: &impl Source, into: &mut Vec<u8>) -> Step {
    step(rustix::io::read(from, rustix::buffer::spare_capacity(into)))
}

/// Writes to a connection. Who uses this library may have let the signal of a connection that is gone
/// end the process: there is none.
pub fn send(to: &impl Source, bytes: &[u8]) -> Step {
    step(rustix::net::send(to, bytes, SendFlags::NOSIGNAL))
}

fn step(result: Result<usize, Errno>) -> Step {
    match result {
        Ok(0) => Step::Over,
        Ok(count) => Step::Moved(count),
        Err(Errno::WOULDBLOCK | Errno::INTR) => Step::Waits,
        Err(_) => Step::Over,
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, receive, receive_into_spare, send};

    #[test]
    fn bytes_move_as_far_as_they_go() {
        let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
        one.set_nonblocking(true).unwrap();
        other.set_nonblocking(true).unwrap();
        let mut bytes = [0; 4];
        assert_eq!(receive(&one, &mut bytes), Step::Waits);
        assert_eq!(send(&other, b"sixteen bytes or"), Step::Moved(16));
        assert_eq!(receive(&one, &mut bytes), Step::Moved(4));
        let mut spare = Vec::with_capacity(8);
        let Step::Moved(moved) = receive_into_spare(&one, &mut spare) else { panic!() };
        assert!(moved >= 8 && moved == spare.len() && spare.starts_with(b"een byte"));
        while let Step::Moved(_) = send(&other, &[0; 4096]) {}
        assert_eq!(send(&other, &[0; 4096]), Step::Waits);
        drop(one);
        assert_eq!(send(&other, b"nobody reads"), Step::Over);
        drop(other);
    }
}
