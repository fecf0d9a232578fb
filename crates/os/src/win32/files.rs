//! Files, folders and names.
#![allow(unsafe_code, reason = "the system is called with pointers to what it fills")]

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::windows::io::{AsRawHandle, FromRawHandle};
use std::path::Path;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, SECURITY_ATTRIBUTES, SetKernelObjectSecurity,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_TAG_INFO, FILE_BASIC_INFO,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_ID_INFO, FILE_INFO_BY_HANDLE_CLASS, FILE_STANDARD_INFO,
    FILE_TYPE, FileAttributeTagInfo, FileBasicInfo, FileIdInfo, FileStandardInfo,
    GetFileInformationByHandleEx, GetFileType, LOCK_FILE_FLAGS, LockFileEx, MOVE_FILE_FLAGS,
    MoveFileExW, ReOpenFile,
};
use windows_sys::Win32::System::IO::OVERLAPPED;

use super::descriptor::Descriptor;
use super::{checked, wide_path};

/// How something is opened or made, in the system's words.
pub(crate) struct Opening<'a> {
    pub(crate) access: u32,
    pub(crate) share: u32,
    pub(crate) disposition: u32,
    pub(crate) flags: u32,
    pub(crate) rights: Option<&'a Descriptor>,
}

pub(crate) fn open(path: &Path, opening: &Opening<'_>) -> io::Result<File> {
    let path = wide_path(path)?;
    let attributes = opening.rights.map(attributes);
    let attributes = attributes.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the path ends with a NUL; the attributes and what they point to live until the call is over. The
    // handle is nobody else's.
    unsafe {
        let handle = CreateFileW(
            path.as_ptr(),
            opening.access,
            opening.share,
            attributes,
            opening.disposition,
            opening.flags,
            std::ptr::null_mut(),
        );
        if handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        Ok(File::from_raw_handle(handle))
    }
}

/// Another handle of the same file, for something else.
pub(crate) fn reopened(file: &File, access: u32, share: u32) -> io::Result<File> {
    // SAFETY: the handle is open; the one that comes is nobody else's.
    unsafe {
        let handle = ReOpenFile(file.as_raw_handle(), access, share, FILE_FLAG_BACKUP_SEMANTICS);
        if handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        Ok(File::from_raw_handle(handle))
    }
}

pub(crate) fn create_folder(path: &Path, rights: &Descriptor) -> io::Result<()> {
    let path = wide_path(path)?;
    let attributes = attributes(rights);
    // SAFETY: as above.
    checked(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) })
}

fn attributes(rights: &Descriptor) -> SECURITY_ATTRIBUTES {
    SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: rights.as_ptr().cast_mut().cast(),
        bInheritHandle: 0,
    }
}

/// What kind of thing a handle is of.
pub(crate) fn kind(file: &File) -> FILE_TYPE {
    // SAFETY: the handle is open.
    unsafe { GetFileType(file.as_raw_handle()) }
}

/// The id of a volume, and of a file in it.
pub(crate) fn identity(file: &File) -> io::Result<(u64, u128)> {
    let id: FILE_ID_INFO = information(file, FileIdInfo)?;
    Ok((id.VolumeSerialNumber, u128::from_le_bytes(id.FileId.Identifier)))
}

pub(crate) fn basic(file: &File) -> io::Result<FILE_BASIC_INFO> {
    information(file, FileBasicInfo)
}

pub(crate) fn standard(file: &File) -> io::Result<FILE_STANDARD_INFO> {
    information(file, FileStandardInfo)
}

pub(crate) fn reparse(file: &File) -> io::Result<FILE_ATTRIBUTE_TAG_INFO> {
    information(file, FileAttributeTagInfo)
}

/// `T` is what the class says, a structure of numbers.
fn information<T: Copy>(file: &File, class: FILE_INFO_BY_HANDLE_CLASS) -> io::Result<T> {
    let mut information = MaybeUninit::<T>::zeroed();
    let size = u32::try_from(size_of::<T>()).unwrap_or_default();
    // SAFETY: the call writes at most `size` bytes; all of them are zero before, which is a value of each of the
    // structures that are asked for here.
    unsafe {
        let to = information.as_mut_ptr().cast();
        checked(GetFileInformationByHandleEx(file.as_raw_handle(), class, to, size))?;
        Ok(information.assume_init())
    }
}

/// Owner and access list of what is open.
pub(crate) fn rights(file: &File) -> io::Result<Vec<u8>> {
    let asked = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let mut room = vec![0_u8; 512];
    loop {
        let size = u32::try_from(room.len()).unwrap_or(u32::MAX);
        let mut needed = 0;
        // SAFETY: the call writes at most `size` bytes to `room`.
        let done = unsafe {
            let to = room.as_mut_ptr().cast();
            GetKernelObjectSecurity(file.as_raw_handle(), asked, to, size, &mut needed)
        };
        match checked(done) {
            Ok(()) => return Ok(room),
            Err(e) if is(&e, ERROR_INSUFFICIENT_BUFFER) && needed > size => {
                room = vec![0; usize::try_from(needed).unwrap_or_default()];
            }
            Err(e) => return Err(e),
        }
    }
}

/// Gives what is open for that another access list, and nothing that a folder hands down.
pub(crate) fn set_rights(file: &File, rights: &Descriptor) -> io::Result<()> {
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    let rights = rights.as_ptr().cast_mut().cast();
    // SAFETY: the descriptor lives until the call is over.
    checked(unsafe { SetKernelObjectSecurity(file.as_raw_handle(), what, rights) })
}

pub(crate) fn rename(from: &Path, to: &Path, flags: MOVE_FILE_FLAGS) -> io::Result<()> {
    let (from, to) = (wide_path(from)?, wide_path(to)?);
    // SAFETY: both end with a NUL.
    checked(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), flags) })
}

/// Locks one byte, behind all that a file can have: what is locked cannot be read or written by others.
pub(crate) fn lock(file: &File, flags: LOCK_FILE_FLAGS) -> io::Result<()> {
    const AT: u64 = i64::MAX as u64 - 1;
    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.Offset = (AT & 0xFFFF_FFFF) as u32;
    place.Anonymous.Anonymous.OffsetHigh = (AT >> 32) as u32;
    // SAFETY: handles here are synchronous: the call is over when it comes back, and the place with it.
    checked(unsafe { LockFileEx(file.as_raw_handle(), flags, 0, 1, 0, &raw mut place) })
}

/// Whether an error is that one of the system.
pub(crate) fn is(error: &io::Error, number: u32) -> bool {
    error.raw_os_error().is_some_and(|raw| raw.cast_unsigned() == number)
}
