//! Memory: what must not reach a disk, and what goes back to the system.

#![allow(unsafe_code, reason = "the system is told of memory by its address")]

/// Keeps the pages of these bytes out of swap and out of core dumps, whoever makes those. A limit on locked
/// memory can refuse the first, and a kernel without the second takes nothing from the other defences.
pub fn keep_off_disk(bytes: &[u8]) {
    let page = rustix::param::page_size();
    let start = bytes.as_ptr().cast_mut();
    let into_page = start.addr() % page;
    let whole = (into_page + bytes.len()).next_multiple_of(page);
    // SAFETY: the first call is given address and length of a live slice, the second those of the pages
    // in which it lies; neither changes content or what may be done with the memory.
    unsafe {
        let _ = rustix::mm::mlock(start.cast(), bytes.len());
        let first = start.wrapping_sub(into_page);
        let _ = rustix::mm::madvise(first.cast(), whole, rustix::mm::Advice::LinuxDontDump);
    }
}

/// Has every large block returned to the system when it is freed: the C library keeps back ever larger
/// ones after the first, and a process then takes up more than it ever needed at once.
pub fn return_large_blocks() {
    #[cfg(target_env = "gnu")]
    {
        use std::ffi::c_int;
        unsafe extern "C" {
            fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        /// `M_MMAP_THRESHOLD` of malloc.h, and the size that it has before it grows.
        const MMAP_THRESHOLD: (c_int, c_int) = (-3, 128 * 1024);
        // SAFETY: glibc's own function, with its parameter and a value that it documents; it refers to
        // no memory.
        unsafe { mallopt(MMAP_THRESHOLD.0, MMAP_THRESHOLD.1) };
    }
}

#[cfg(test)]
mod tests {
    /// What the kernel says of the memory in which these bytes lie (`VmFlags` of proc_pid_smaps(5)).
    fn flags(bytes: &[u8]) -> String {
        let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let address = bytes.as_ptr().addr();
        let number = |text: &str| usize::from_str_radix(text, 16).ok();
        let range = |line: &str| {
            let (start, end) = line.split(' ').next()?.split_once('-')?;
            Some(number(start)?..number(end)?)
        };
        let mut lines = smaps.lines();
        lines.find(|line| range(line).is_some_and(|range| range.contains(&address))).unwrap();
        lines.find_map(|line| line.strip_prefix("VmFlags:")).unwrap().to_owned()
    }

    #[test]
    fn pages_are_kept_out_of_swap_and_of_dumps() {
        let bytes = vec![1_u8; 64 * 1024];
        assert!(!flags(&bytes).contains(" dd"), "the control");
        super::keep_off_disk(&bytes);
        for part in [&bytes[..1], &bytes[bytes.len() - 1..]] {
            assert!(flags(part).contains(" dd"), "{}", flags(part));
        }
        let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock).current;
        let is_locked = flags(&bytes).contains(" lo");
        assert!(is_locked || limit.is_some_and(|limit| limit < 128 * 1024));
        super::keep_off_disk(&[]);
    }
}
