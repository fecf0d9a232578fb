//! Memory: what must not reach a disk, and what goes back to the system.

#![allow(unsafe_code, reason = "the system is told of memory by its address")]

/// Keeps the pages of these bytes out of swap. A limit on locked memory can refuse that, which
/// takes nothing from the other defences.
pub fn keep_out_of_swap(bytes: &[u8]) {
    // SAFETY: address and length are those of a live slice; locking changes no content.
    let _ = unsafe { rustix::mm::mlock(bytes.as_ptr().cast_mut().cast(), bytes.len()) };
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
    #[test]
    fn locked_pages_are_counted_by_the_kernel() {
        let locked = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
        };
        let bytes = vec![1_u8; 64 * 1024];
        let before = locked();
        super::keep_out_of_swap(&bytes);
        let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock).current;
        assert!(locked() > before || limit.is_some_and(|limit| limit < 128 * 1024));
        super::keep_out_of_swap(&[]);
    }
}
