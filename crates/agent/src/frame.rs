//! One message of a connection: its length, then its body.

use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::protocol::MAX_ASK;

/// Reads the body of the next frame, into memory of its size that is wiped. One without a body, or
/// that is longer than any may be, is an error.
pub(crate) fn receive(stream: &mut impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 || length > MAX_ASK {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = Zeroizing::new(vec![0; length]);
    stream.read_exact(&mut body)?;
    Ok(body)
}
