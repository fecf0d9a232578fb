//! Reading secrets from descriptors: raw reads into memory that is wiped. `std::io::stdin` and
//! `BufReader` keep what they read in buffers that nobody wipes.

use std::os::fd::AsFd;

use azvault_model::Secret;
use zeroize::Zeroizing;

/// The longest line, and the longest key file, that is read.
pub const MAX_LINE: usize = 4096;

/// Reads the first line, without its end. `None` if there is not even one byte.
pub fn read_line(from: impl AsFd) -> rustix::io::Result<Option<Secret>> {
    let bytes = read_all(from)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(Secret::copied_from(line)))
}

/// Reads to the end, at most [`MAX_LINE`] bytes.
pub fn read_all(from: impl AsFd) -> rustix::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; MAX_LINE]);
    let mut length = 0;
    while length < MAX_LINE {
        match rustix::io::read(&from, &mut bytes[length..]) {
            Ok(0) => break,
            Ok(read) => {
                length += read;
                // A terminal or a pipe that stays open would never end: one line is enough.
                if bytes[..length].contains(&b'\n') && !is_key_text(&bytes[..length]) {
                    break;
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Reads to the end, at most that many bytes, into memory that is wiped.
pub fn read_secret_to_end(from: impl AsFd, most: usize) -> rustix::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(most));
    while bytes.len() < most {
        match rustix::io::read(&from, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => return Ok(bytes),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e),
        }
    }
    Err(rustix::io::Errno::FBIG)
}

/// Reads what is no secret to its end, refusing more than `most` bytes.
pub fn read_to_end(from: impl AsFd, most: usize) -> rustix::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        bytes.reserve(64 * 1024);
        match rustix::io::read(&from, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => return Ok(bytes),
            Ok(_) if bytes.len() > most => return Err(rustix::io::Errno::FBIG),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e),
        }
    }
}

/// Key files have several lines and are read whole.
fn is_key_text(bytes: &[u8]) -> bool {
    bytes.starts_with(b"-----BEGIN") || bytes.starts_with(b"#")
}
