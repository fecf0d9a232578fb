//! Reading secrets from files, pipes and standard input: raw reads into memory that is wiped.
//! `std::io::stdin` and `BufReader` keep what they read in buffers that nobody wipes.

use std::io::{self, ErrorKind, Read};

use azvault_model::Secret;
use zeroize::Zeroizing;

/// The longest line, and the longest key file, that is read.
pub const MAX_LINE: usize = 4096;

/// Reads the first line, without its end. `None` if there is not even one byte.
pub fn read_line(from: impl Read) -> io::Result<Option<Secret>> {
    let bytes = read_all(from)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(Secret::copied_from(line)))
}

/// Reads to the end, at most [`MAX_LINE`] bytes.
pub fn read_all(mut from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; MAX_LINE]);
    let mut length = 0;
    while length < MAX_LINE {
        match from.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(read) => {
                length += read;
                // A terminal or a pipe that stays open would never end: one line is enough.
                if bytes[..length].contains(&b'\n') && !is_key_text(&bytes[..length]) {
                    break;
                }
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Reads to the end, at most that many bytes, into memory that is wiped.
pub(crate) fn read_secret_to_end(
    mut from: impl Read,
    most: usize,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; most]);
    let mut length = 0;
    while length < most {
        match from.read(&mut bytes[length..]) {
            Ok(0) => {
                bytes.truncate(length);
                return Ok(bytes);
            }
            Ok(read) => length += read,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Err(ErrorKind::FileTooLarge.into())
}

/// Reads what is no secret to its end, refusing more than `most` bytes.
pub fn read_to_end(from: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let end = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    from.take(end).read_to_end(&mut bytes)?;
    if bytes.len() > most { Err(ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Key files have several lines and are read whole.
fn is_key_text(bytes: &[u8]) -> bool {
    bytes.starts_with(b"-----BEGIN") || bytes.starts_with(b"#")
}
