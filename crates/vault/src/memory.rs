//! What cryptography leaves behind in memory, and how it is wiped. Nothing but this and `crates/os` has
//! `unsafe`.
//!
//! ring wipes nothing: a key that was used lies on the stack several times over, and in the key
//! object. Measured in release and debug builds, none is found any more when the object is
//! overwritten and the stack below the call is cleared after each operation.

#![allow(unsafe_code, reason = "volatile writes over memory that safe code cannot name")]

use std::alloc::{Layout, dealloc};
use std::hint::black_box;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::{Ordering, compiler_fence};

use ring::aead::LessSafeKey;

/// Bytes of stack that are cleared below a finished operation; ring uses a few KiB.
const DEPTH: usize = 64 * 1024;

/// Runs an operation that has key bytes on its stack, and clears that stack behind it. The
/// operation gets and gives keys by reference to the heap only. Clearing costs some microseconds,
/// so a whole batch of boxes is one operation.
pub fn with_stack_wiped<T>(operation: impl FnOnce() -> T) -> T {
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
