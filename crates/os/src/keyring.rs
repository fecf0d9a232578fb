//! What the system itself keeps for a user, under names. Where it has nothing of the kind, a program of the desktop may.
//!
//! Every process of the user can read it, without anybody being asked.

use std::io;

use zeroize::Zeroizing;

/// Whether the system keeps anything.
pub const IS_THERE: bool = cfg!(windows);

/// Keeps bytes under a name, on this machine.
pub fn store(name: &str, bytes: &[u8]) -> io::Result<()> {
    #[cfg(windows)]
    return crate::win32::credentials::write(name, bytes);
    #[cfg(unix)]
    not_here((name, bytes))
}

/// What is kept under a name, if anything is.
pub fn look_up(name: &str) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    #[cfg(windows)]
    return crate::win32::credentials::read(name, |bytes| Zeroizing::new(bytes.to_vec()));
    #[cfg(unix)]
    not_here(name)
}

/// Takes it out, if it is there.
pub fn clear(name: &str) -> io::Result<()> {
    #[cfg(windows)]
    return crate::win32::credentials::delete(name);
    #[cfg(unix)]
    not_here(name)
}

/// The names that begin so.
pub fn names(begin: &str) -> io::Result<Vec<String>> {
    #[cfg(windows)]
    return crate::win32::credentials::names(begin);
    #[cfg(unix)]
    not_here(begin)
}

#[cfg(unix)]
fn not_here<T>(_asked: impl Sized) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system keeps nothing for its users"))
}

#[cfg(test)]
mod tests {
    use super::{IS_THERE, clear, look_up, names, store};

    #[test]
    fn what_is_kept_is_found_by_its_name_until_it_is_taken_out() {
        let name = format!("azvault-os.test:{}", std::process::id());
        if !IS_THERE {
            assert!(store(&name, b"bytes").is_err() && look_up(&name).is_err());
            assert!(clear(&name).is_err() && names(&name).is_err());
            return;
        }
        assert!(look_up(&name).unwrap().is_none());
        clear(&name).unwrap();
        for bytes in [&b"bytes"[..], b"others \0"] {
            store(&name, bytes).unwrap();
            assert_eq!(look_up(&name).unwrap().unwrap().as_slice(), bytes);
        }
        assert_eq!(names("azvault-os.test:").unwrap(), std::slice::from_ref(&name));
        clear(&name).unwrap();
        assert!(look_up(&name).unwrap().is_none() && names(&name).unwrap().is_empty());
    }
}
