//! Messages between processes of ours that share a connection: each behind its length.

use std::io::{self, Read};

use azvault_os::pipe::Stream;
use zeroize::Zeroizing;

use super::Bytes;

/// Longest message: the certificate authorities of an order are the most of it.
const MAX_MESSAGE: usize = 8 * 1024 * 1024;

/// A message with its length before it.
pub(crate) fn framed(message: &[u8]) -> Bytes {
    let mut frame = Zeroizing::new(Vec::with_capacity(4 + message.len()));
    frame.extend(u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

/// The next message of a connection, which is waited for.
pub(crate) fn received(stream: &mut Stream) -> io::Result<Bytes> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut message = Zeroizing::new(vec![0; length_of(length)?]);
    stream.read_exact(&mut message)?;
    Ok(message)
}

/// The length that four bytes say, which no message may exceed.
pub(crate) fn length_of(bytes: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
    if (1..=MAX_MESSAGE).contains(&length) {
        Ok(length)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}
