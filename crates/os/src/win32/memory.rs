//! Memory.
#![allow(unsafe_code, reason = "the system is told of memory by its address")]

use windows_sys::Win32::System::Memory::VirtualLock;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessWorkingSetSize, SetProcessWorkingSetSize,
};

/// Keeps pages in memory, as far as the process may: it is given room for them first.
pub(crate) fn lock(bytes: &[u8]) -> bool {
    // SAFETY: numbers of this process are read and set; the last call is given address and length of a live
    // slice and changes neither content nor what may be done with it.
    unsafe {
        if VirtualLock(bytes.as_ptr().cast(), bytes.len()) != 0 {
            return true;
        }
        let (mut least, mut most) = (0, 0);
        let more = bytes.len().next_multiple_of(4096) + 64 * 1024;
        GetProcessWorkingSetSize(GetCurrentProcess(), &mut least, &mut most) != 0
            && SetProcessWorkingSetSize(GetCurrentProcess(), least + more, most.max(least) + more)
                != 0
            && VirtualLock(bytes.as_ptr().cast(), bytes.len()) != 0
    }
}
