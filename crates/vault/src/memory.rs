//! What cryptography leaves behind in memory, and how it is wiped. The only `unsafe` of azvault.
//!
//! ring wipes nothing: a key that was used lies on the stack several times over, and in the key
//! object. Measured in release and debug builds, none is found any more when the object is
//! overwritten and the stack below the call is cleared after each operation.

#![allow(unsafe_code, reason = "volatile writes over memory that safe code cannot name")]

use std::alloc::{Layout, dealloc};
use std::hint::black_box;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::atomic::{Ordering, compiler_fence};

use ring::aead::LessSafeKey;
use rustix::io::FdFlags;

/// Bytes of stack that are cleared below a finished operation; ring uses a few KiB.
const DEPTH: usize = 64 * 1024;

/// Runs an operation that has key bytes on its stack, and clears that stack behind it. The
/// operation gets and gives keys by reference to the heap only. Clearing costs some microseconds,
/// so a whole batch of boxes is one operation.
pub(crate) fn with_stack_wiped<T>(operation: impl FnOnce() -> T) -> T {
    let result = call(operation);
    wipe_stack();
    result
}

#[inline(never)]
fn call<T>(operation: impl FnOnce() -> T) -> T {
    operation()
}

#[inline(never)]
fn wipe_stack() {
    let mut stack = [0_u64; DEPTH / 8];
    for word in &mut stack {
        // SAFETY: `word` is a valid, aligned reference to one word of the array above.
        unsafe { std::ptr::write_volatile(word, 0) };
    }
    compiler_fence(Ordering::SeqCst);
    black_box(&stack);
}

/// Keeps the pages of these bytes out of swap. A limit on locked memory can refuse that, which
/// takes nothing from the other defences.
pub(crate) fn keep_out_of_swap(bytes: &[u8]) {
    // SAFETY: address and length are those of a live slice; locking changes no content.
    let _ = unsafe { rustix::mm::mlock(bytes.as_ptr().cast_mut().cast(), bytes.len()) };
}

/// Has descriptors closed in programs that this one starts: those that `is_kept` says, by their path
/// in `/proc/self/fd`. The three standard ones are left as they are.
pub fn keep_descriptors_here(is_kept: impl Fn(&Path) -> bool) -> std::io::Result<()> {
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        let Some(number) = number.filter(|number| *number > 2) else { continue };
        if !is_kept(&entry.path()) {
            continue;
        }
        // SAFETY: the descriptor is borrowed for one call that changes a flag of it and neither
        // uses nor closes it; one that is gone by now is an error of that call.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let _ = rustix::io::fcntl_setfd(descriptor, FdFlags::CLOEXEC);
    }
    Ok(())
}

/// A key of ring, on the heap and overwritten when dropped.
pub(crate) struct WipedKey(ManuallyDrop<Box<LessSafeKey>>);

impl WipedKey {
    pub(crate) fn new(key: LessSafeKey) -> Self {
        Self(ManuallyDrop::new(Box::new(key)))
    }

    pub(crate) fn key(&self) -> &LessSafeKey {
        &self.0
    }
}

impl Drop for WipedKey {
    fn drop(&mut self) {
        // Were there anything to run on drop, wiping first would make it run on zeros.
        const { assert!(!std::mem::needs_drop::<LessSafeKey>()) };
        let key: *mut LessSafeKey = &raw mut **self.0;
        // SAFETY: `key` comes from the box, which `ManuallyDrop` keeps from being dropped again;
        // it is valid for `size_of` bytes, is written as bytes that need not be initialised, and
        // is freed once with the layout that `Box` allocated it with.
        unsafe {
            let bytes = key.cast::<MaybeUninit<u8>>();
            for at in 0..size_of::<LessSafeKey>() {
                std::ptr::write_volatile(bytes.add(at), MaybeUninit::new(0));
            }
            compiler_fence(Ordering::SeqCst);
            dealloc(key.cast(), Layout::new::<LessSafeKey>());
        }
    }
}
