//! The credentials that Windows keeps for a user (Credential Manager).
#![allow(unsafe_code, reason = "credentials come in memory of the system")]

use std::io;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_NOT_FOUND, FILETIME};
use windows_sys::Win32::Security::Credentials::{
    CRED_PERSIST_LOCAL_MACHINE, CRED_TYPE_GENERIC, CREDENTIALW, CredDeleteW, CredEnumerateW,
    CredFree, CredReadW, CredWriteW,
};

use super::files::is;
use super::{checked, wide};

/// Keeps bytes under a name, on this machine.
pub(crate) fn write(name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut name = wide(name.encode_utf16())?;
    let mut user = wide("azvault".encode_utf16())?;
    let credential = CREDENTIALW {
        Flags: 0,
        Type: CRED_TYPE_GENERIC,
        TargetName: name.as_mut_ptr(),
        Comment: null_mut(),
        LastWritten: FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 },
        CredentialBlobSize: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        CredentialBlob: bytes.as_ptr().cast_mut(),
        Persist: CRED_PERSIST_LOCAL_MACHINE,
        AttributeCount: 0,
        Attributes: null_mut(),
        TargetAlias: null_mut(),
        UserName: user.as_mut_ptr(),
    };
    // SAFETY: all that it points to lives until the call is over.
    checked(unsafe { CredWriteW(&raw const credential, 0) })
}

/// What is kept under a name, if anything is. It is wiped where it came.
pub(crate) fn read<T>(name: &str, take: impl FnOnce(&[u8]) -> T) -> io::Result<Option<T>> {
    let name = wide(name.encode_utf16())?;
    let mut found = null_mut();
    // SAFETY: what comes is read once, wiped and freed by its own function.
    unsafe {
        match checked(CredReadW(name.as_ptr(), CRED_TYPE_GENERIC, 0, &raw mut found)) {
            Ok(()) => {}
            Err(e) if is(&e, ERROR_NOT_FOUND) => return Ok(None),
            Err(e) => return Err(e),
        }
        let taken = with_blob(&*found, take);
        CredFree(found.cast());
        Ok(Some(taken))
    }
}

pub(crate) fn delete(name: &str) -> io::Result<()> {
    let name = wide(name.encode_utf16())?;
    // SAFETY: the name ends with a NUL.
    match checked(unsafe { CredDeleteW(name.as_ptr(), CRED_TYPE_GENERIC, 0) }) {
        Err(e) if is(&e, ERROR_NOT_FOUND) => Ok(()),
        deleted => deleted,
    }
}

/// The names that begin so.
pub(crate) fn names(begin: &str) -> io::Result<Vec<String>> {
    let filter = wide(format!("{begin}*").encode_utf16())?;
    let (mut count, mut all) = (0, null_mut());
    // SAFETY: so many pointers come, each to a credential whose name ends with a NUL; all is read once, its
    // secrets are wiped, and it is freed by its own function.
    unsafe {
        match checked(CredEnumerateW(filter.as_ptr(), 0, &raw mut count, &raw mut all)) {
            Ok(()) => {}
            Err(e) if is(&e, ERROR_NOT_FOUND) => return Ok(Vec::new()),
            Err(e) => return Err(e),
        }
        let mut names = Vec::new();
        for credential in std::slice::from_raw_parts(all, count as usize) {
            let credential = &**credential;
            with_blob(credential, |_| ());
            let name = credential.TargetName;
            let length = (0..).take_while(|at| *name.add(*at) != 0).count();
            if credential.Type == CRED_TYPE_GENERIC
                && let Ok(name) = String::from_utf16(std::slice::from_raw_parts(name, length))
            {
                names.push(name);
            }
        }
        CredFree(all.cast_const().cast());
        Ok(names)
    }
}

/// The secret of a credential that the system has just given, wiped afterwards.
///
/// # Safety
/// It has not been freed, and nobody else has it.
unsafe fn with_blob<T>(credential: &CREDENTIALW, take: impl FnOnce(&[u8]) -> T) -> T {
    if credential.CredentialBlob.is_null() {
        return take(&[]);
    }
    let length = credential.CredentialBlobSize as usize;
    // SAFETY: the caller's.
    let bytes = unsafe { std::slice::from_raw_parts_mut(credential.CredentialBlob, length) };
    let taken = take(bytes);
    for byte in bytes {
        // SAFETY: it is a byte of the slice.
        unsafe { std::ptr::write_volatile(byte, 0) };
    }
    taken
}
