//! Memory that must not reach a disk.

#![allow(unsafe_code, reason = "the system is told of memory by its address")]

/// Keeps the pages of these bytes out of swap. A limit on locked memory can refuse that, which
/// takes nothing from the other defences.
pub fn keep_out_of_swap(bytes: &[u8]) {
    // SAFETY: address and length are those of a live slice; locking changes no content.
    let _ = unsafe { rustix::mm::mlock(bytes.as_ptr().cast_mut().cast(), bytes.len()) };
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
