//! Processes: handles, times, parents, and what others may do with this one.
#![allow(unsafe_code, reason = "the system is called with pointers to what it fills")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{FILETIME, INVALID_HANDLE_VALUE, WAIT_OBJECT_0};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, SetKernelObjectSecurity,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::ErrorReporting::{WER_FAULT_REPORTING_FLAG_NOHEAP, WerSetFlags};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::SystemInformation::GetTickCount64;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessTimes, OpenProcess, TerminateProcess, WaitForSingleObject,
};
use windows_sys::Win32::System::WindowsProgramming::QueryUnbiasedInterruptTime;

use super::checked;
use super::descriptor::Descriptor;

pub(crate) fn open(pid: u32, access: u32) -> io::Result<OwnedHandle> {
    // SAFETY: the handle that comes is nobody else's.
    unsafe {
        let handle = OpenProcess(access, 0, pid);
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(OwnedHandle::from_raw_handle(handle))
    }
}

/// Waits so many milliseconds; whether it has ended by then.
pub(crate) fn has_ended_within(process: &OwnedHandle, milliseconds: u32) -> bool {
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(process.as_raw_handle(), milliseconds) == WAIT_OBJECT_0 }
}

pub(crate) fn end(process: &OwnedHandle) -> io::Result<()> {
    // SAFETY: the handle is open.
    checked(unsafe { TerminateProcess(process.as_raw_handle(), 1) })
}

/// When a process was started, and how long it has computed, in units of 100 nanoseconds.
pub(crate) fn times(process: &OwnedHandle) -> io::Result<(u64, u64)> {
    let [mut made, mut ended, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: four structures of this function are filled.
    checked(unsafe {
        let process = process.as_raw_handle();
        GetProcessTimes(process, &raw mut made, &raw mut ended, &raw mut kernel, &raw mut user)
    })?;
    let number =
        |time: FILETIME| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    Ok((number(made), number(kernel) + number(user)))
}

/// A process as the system lists it: the one that started it may have ended, and its number be another's.
pub(crate) struct ProcessEntry {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) name: String,
}

pub(crate) fn list() -> io::Result<Vec<ProcessEntry>> {
    // SAFETY: the handle is nobody else's; the structure says its own size, and each call fills it.
    unsafe {
        let snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
        if snapshot == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        let snapshot = OwnedHandle::from_raw_handle(snapshot);
        let mut entry = PROCESSENTRY32W {
            dwSize: size_of::<PROCESSENTRY32W>() as u32,
            ..PROCESSENTRY32W::default()
        };
        let mut all = Vec::new();
        let mut more = Process32FirstW(snapshot.as_raw_handle(), &raw mut entry);
        while more != 0 {
            let name = entry.szExeFile.split(|unit| *unit == 0).next().unwrap_or_default();
            all.push(ProcessEntry {
                pid: entry.th32ProcessID,
                parent: entry.th32ParentProcessID,
                name: char::decode_utf16(name.iter().copied())
                    .map(|c| c.unwrap_or('\u{fffd}'))
                    .collect(),
            });
            more = Process32NextW(snapshot.as_raw_handle(), &raw mut entry);
        }
        Ok(all)
    }
}

/// Says who may do what with this process from now on.
pub(crate) fn set_own_rights(rights: &Descriptor) -> io::Result<()> {
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    let rights = rights.as_ptr().cast_mut().cast();
    // SAFETY: the descriptor lives until the call is over.
    checked(unsafe { SetKernelObjectSecurity(GetCurrentProcess(), what, rights) })
}

/// Keeps the memory of this process out of reports of its faults.
pub(crate) fn report_no_memory() {
    // SAFETY: a flag of this process is set. One that is refused takes nothing from other defences.
    let _ = unsafe { WerSetFlags(WER_FAULT_REPORTING_FLAG_NOHEAP) };
}

/// A job that ends what is in it when its handle is closed, with a process in it.
pub(crate) fn ending_with_this(process: &impl AsRawHandle) -> io::Result<OwnedHandle> {
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    // SAFETY: the handle is nobody else's; the structure has the size that is said.
    unsafe {
        let job = CreateJobObjectW(std::ptr::null(), std::ptr::null());
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        let job = OwnedHandle::from_raw_handle(job);
        let size = size_of_val(&limits) as u32;
        let class = JobObjectExtendedLimitInformation;
        let limits = (&raw const limits).cast();
        checked(SetInformationJobObject(job.as_raw_handle(), class, limits, size))?;
        checked(AssignProcessToJobObject(job.as_raw_handle(), process.as_raw_handle()))?;
        Ok(job)
    }
}

/// Milliseconds since the machine was started, asleep or awake.
pub(crate) fn since_boot() -> u64 {
    // SAFETY: a number is read.
    unsafe { GetTickCount64() }
}

/// Time that the machine was awake, in units of 100 nanoseconds.
pub(crate) fn awake() -> u64 {
    let mut time = 0;
    // SAFETY: a number of this function is written.
    unsafe { QueryUnbiasedInterruptTime(&raw mut time) };
    time
}
