//! Whose memory the calling thread uses: that of a thread of the program while it runs the program's
//! code, otherwise that of the process.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;

use super::thread::ThreadMemory;
use crate::own_stack;

thread_local! {
    /// The memory that the calling thread uses now; null if it is that of the process.
    static CURRENT: Cell<*const ThreadMemory> = const { Cell::new(ptr::null()) };
    /// The same when it runs the program's code.
    static OWN: Cell<*const ThreadMemory> = const { Cell::new(ptr::null()) };
}

/// The memory that the calling thread uses now, if it is that of a thread of the program.
#[inline]
pub(super) fn current() -> Option<&'static ThreadMemory> {
    // SAFETY: what is there lives as long as the process.
    unsafe { CURRENT.get().as_ref() }
}

/// Runs `body`, code of this library, on the memory of the process.
#[inline]
pub(crate) fn outside<T>(body: impl FnOnce() -> T) -> T {
    using(ptr::null(), body)
}

/// Runs `body` on this memory, and goes back even if it unwinds.
#[inline]
pub(super) fn using<T>(memory: *const ThreadMemory, body: impl FnOnce() -> T) -> T {
    let _back = Back(CURRENT.replace(memory));
    body()
}

/// What the calling thread uses again when this is dropped.
#[derive(Debug)]
pub(crate) struct Back(*const ThreadMemory);

impl Drop for Back {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// As [`outside`], until what this returns is dropped, or the thread [comes back](come_back).
#[inline]
pub(crate) fn step_out() -> Back {
    Back(CURRENT.replace(ptr::null()))
}

/// As [`outside`], until the thread [comes back](come_back).
#[inline]
pub(crate) fn step_aside() {
    CURRENT.set(ptr::null());
}

/// The calling thread runs the program's code again, where it cannot return to that.
#[inline]
pub(crate) fn come_back() {
    CURRENT.set(OWN.get());
}

/// The stack of the calling thread.
pub(super) fn stack() -> (usize, usize) {
    own_stack::ends().unwrap_or_else(|| {
        let ends = outside(stack_of_system);
        own_stack::set(ends);
        ends
    })
}

/// The stack that the system has given to the calling thread.
fn stack_of_system() -> (usize, usize) {
    let mut attributes = MaybeUninit::uninit();
    let (mut low, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the first call makes the attributes, which are destroyed once.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return (1, 1);
        }
        libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    (low.addr(), low.addr() + size)
}

/// The memory that the calling thread uses when it runs the program's code.
pub(super) fn own() -> *const ThreadMemory {
    OWN.get()
}

/// From now on the calling thread uses this memory when it runs the program's code.
pub(super) fn set_own(memory: &'static ThreadMemory) {
    OWN.set(memory);
}
