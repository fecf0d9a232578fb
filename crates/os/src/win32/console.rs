//! The console.
#![allow(unsafe_code, reason = "the system is called with pointers to what it fills")]

use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::System::Console::{
    CONSOLE_MODE, GetConsoleMode, PHANDLER_ROUTINE, ReadConsoleW, STD_ERROR_HANDLE,
    STD_OUTPUT_HANDLE, SetConsoleCtrlHandler, SetConsoleMode, SetStdHandle, WriteConsoleW,
};

use super::checked;

pub(crate) fn mode(console: &File) -> io::Result<CONSOLE_MODE> {
    let mut mode = 0;
    // SAFETY: a number of this function is written.
    checked(unsafe { GetConsoleMode(console.as_raw_handle(), &raw mut mode) })?;
    Ok(mode)
}

pub(crate) fn set_mode(console: &File, mode: CONSOLE_MODE) -> io::Result<()> {
    // SAFETY: the handle is open.
    checked(unsafe { SetConsoleMode(console.as_raw_handle(), mode) })
}

/// Reads what is typed, in units of UTF-16.
pub(crate) fn read(console: &File, units: &mut [u16]) -> io::Result<usize> {
    let room = u32::try_from(units.len()).unwrap_or(u32::MAX);
    let mut read = 0;
    // SAFETY: the call writes at most `room` units.
    checked(unsafe {
        let to = units.as_mut_ptr().cast();
        ReadConsoleW(console.as_raw_handle(), to, room, &raw mut read, std::ptr::null())
    })?;
    Ok(read as usize)
}

pub(crate) fn write(console: &File, units: &[u16]) -> io::Result<usize> {
    let length = u32::try_from(units.len()).unwrap_or(u32::MAX);
    let mut written = 0;
    // SAFETY: the call reads so many units.
    checked(unsafe {
        let none = std::ptr::null();
        WriteConsoleW(console.as_raw_handle(), units.as_ptr(), length, &raw mut written, none)
    })?;
    Ok(written as usize)
}

/// Has a function hear of interrupts.
pub(crate) fn hear_interrupts(handler: PHANDLER_ROUTINE) -> io::Result<()> {
    // SAFETY: the function lives as long as the process, and takes what the system gives.
    checked(unsafe { SetConsoleCtrlHandler(handler, 1) })
}

/// Has standard output, or standard error, go to that file from now on. It stays open.
pub(crate) fn redirect(stream: Stream, to: File) -> io::Result<()> {
    let stream = match stream {
        Stream::Output => STD_OUTPUT_HANDLE,
        Stream::Errors => STD_ERROR_HANDLE,
    };
    // SAFETY: the handle is never closed: it is the process's own from now on.
    checked(unsafe {
        SetStdHandle(stream, std::os::windows::io::IntoRawHandle::into_raw_handle(to))
    })
}

#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Output,
    Errors,
}
