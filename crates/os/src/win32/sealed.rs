//! What Windows seals for one user (the data protection API).
#![allow(unsafe_code, reason = "bytes go and come by their address")]

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Cryptography::{
    CRYPT_INTEGER_BLOB, CRYPTPROTECT_UI_FORBIDDEN, CryptProtectData, CryptUnprotectData,
};

/// Nobody is asked.
const SILENTLY: u32 = CRYPTPROTECT_UI_FORBIDDEN;

/// Opens what was sealed for this user, or on this machine for all. Gives the bytes to `take`, and wipes the
/// memory in which they came.
pub(crate) fn open<T>(sealed: &[u8], take: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
    through(sealed, take, |from, to| {
        // SAFETY: both structures live until the call is over; nothing else is given.
        unsafe { CryptUnprotectData(from, null_mut(), null(), null(), null(), SILENTLY, to) }
    })
}

/// Seals bytes for this user.
pub(crate) fn seal(bytes: &[u8]) -> io::Result<Vec<u8>> {
    through(bytes, <[u8]>::to_vec, |from, to| {
        // SAFETY: as above.
        unsafe { CryptProtectData(from, null(), null(), null(), null(), SILENTLY, to) }
    })
}

fn through<T>(
    from: &[u8],
    take: impl FnOnce(&[u8]) -> T,
    call: impl FnOnce(*const CRYPT_INTEGER_BLOB, *mut CRYPT_INTEGER_BLOB) -> i32,
) -> io::Result<T> {
    let length = u32::try_from(from.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let from = CRYPT_INTEGER_BLOB { cbData: length, pbData: from.as_ptr().cast_mut() };
    let mut to = CRYPT_INTEGER_BLOB { cbData: 0, pbData: null_mut() };
    super::checked(call(&raw const from, &raw mut to))?;
    if to.pbData.is_null() {
        return Ok(take(&[]));
    }
    // SAFETY: the call has allocated so many bytes, which are nobody else's until they are freed here.
    unsafe {
        let bytes = std::slice::from_raw_parts_mut(to.pbData, to.cbData as usize);
        let taken = take(bytes);
        for byte in bytes {
            std::ptr::write_volatile(byte, 0);
        }
        LocalFree(to.pbData.cast());
        Ok(taken)
    }
}
