//! A number that is not atomic, as it is without a tool.

use std::cell::UnsafeCell;

/// A number that is not atomic. Loom's is told of each access.
#[derive(Default)]
pub(crate) struct Plain(UnsafeCell<usize>);

// SAFETY: a tool runs one thread at a time. That the accesses are ordered besides is what it is to find out.
#[expect(unsafe_code)]
unsafe impl Sync for Plain {}

impl Plain {
    pub(crate) fn get(&self) -> usize {
        // SAFETY: nobody else runs meanwhile, and no reference to it is kept.
        #[expect(unsafe_code)]
        unsafe {
            *self.0.get()
        }
    }

    pub(crate) fn set(&self, value: usize) {
        // SAFETY: as in `get`.
        #[expect(unsafe_code)]
        unsafe {
            *self.0.get() = value;
        }
    }
}
