//! What the system itself seals for one user, and opens for every process of that user.
//!
//! It keeps content from other users and from who has the disk alone. From programs of the same user it keeps nothing.

use std::io;

use zeroize::Zeroizing;

/// Whether the system seals anything for its users.
pub const IS_THERE: bool = cfg!(windows);

/// How what is sealed for a user begins: the version, and the provider that sealed it
/// (`{DF9D8CD0-1501-11D1-8C7A-00C04FC297EB}`).
const SEALED_BY_WINDOWS: [u8; 20] = [
    1, 0, 0, 0, 0xd0, 0x8c, 0x9d, 0xdf, 0x01, 0x15, 0xd1, 0x11, 0x8c, 0x7a, 0x00, 0xc0, 0x4f, 0xc2,
    0x97, 0xeb,
];

/// How Wine begins what it seals: tests run there.
const SEALED_BY_WINE: &[u8] = b"\x01\0\0\0Wine Crypt32 ok\0";

/// Whether bytes look like what the system has sealed, here or elsewhere.
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(&SEALED_BY_WINDOWS) || (cfg!(windows) && bytes.starts_with(SEALED_BY_WINE))
}

/// Opens what the system has sealed for this user. An error is of what was sealed for another one, on another
/// machine, or by a system that does this.
pub fn open(sealed: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    #[cfg(windows)]
    return crate::win32::sealed::open(sealed, |bytes| Zeroizing::new(bytes.to_vec()));
    #[cfg(unix)]
    not_here(sealed)
}

/// Has the system seal bytes for this user.
pub fn seal(bytes: &[u8]) -> io::Result<Vec<u8>> {
    #[cfg(windows)]
    return crate::win32::sealed::seal(bytes);
    #[cfg(unix)]
    not_here(bytes)
}

#[cfg(unix)]
fn not_here<T>(_bytes: &[u8]) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system seals nothing for its users"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_windows_seals_is_known_everywhere_and_opened_by_it_alone() {
        let mut sealed = super::SEALED_BY_WINDOWS.to_vec();
        assert!(super::is_sealed(&sealed) && !super::is_sealed(&sealed[1..]));
        sealed.extend([0; 200]);
        assert!(super::open(&sealed).is_err());
        assert!(!super::is_sealed(b"{}") && !super::is_sealed(b""));
    }

    #[cfg(windows)]
    #[test]
    fn what_is_sealed_for_this_user_is_opened_and_a_changed_byte_is_not() {
        let text = b"{\"AccessToken\": {}}";
        let mut sealed = super::seal(text).unwrap();
        assert!(super::is_sealed(&sealed));
        assert!(!sealed.windows(text.len()).any(|part| part == text));
        assert_eq!(super::open(&sealed).unwrap().as_slice(), text);
        let last = sealed.len() - 1;
        sealed[last] ^= 1;
        assert!(super::open(&sealed).is_err());
        assert!(super::open(&[]).is_err());
    }
}
