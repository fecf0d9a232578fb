//! Memory: what must not reach a disk, and what goes back to the system.

use crate::win32::memory;

/// Keeps the pages of these bytes out of the page file. The system can refuse it, and takes no heed of it when the
/// whole machine sleeps; reports of faults leave this memory out (`process::harden`).
pub fn keep_off_disk(bytes: &[u8]) {
    if !bytes.is_empty() {
        let _ = memory::lock(bytes);
    }
}

/// The system takes large blocks back by itself.
pub fn return_large_blocks() {}

#[cfg(test)]
mod tests {
    #[test]
    fn pages_are_kept_in_memory_beyond_what_a_process_has_at_first() {
        for pages in [1, 64, 1024] {
            let bytes = vec![1_u8; pages * 4096];
            assert!(super::memory::lock(&bytes), "{pages} pages");
        }
        super::keep_off_disk(&[]);
    }
}
