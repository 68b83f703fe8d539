//! The addresses of all arenas: reserved once, and used where memory is needed.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::span::Span;

/// How many addresses one arena has.
pub(super) const ARENA: usize = 1 << 30;

/// How many arenas there are.
pub(super) const COUNT: usize = 1 << 12;

/// Where the arenas are, if the system gives nothing else there: the same in each process, so that
/// what depends on addresses of blocks does not change from one to the next.
const WANTED: usize = 0x2a00_0000_0000;

/// 0 while nothing is reserved.
static START: AtomicUsize = AtomicUsize::new(0);

/// The addresses of the arena of this number; `None` if they could not be reserved.
pub(super) fn arena(number: usize) -> Option<(usize, usize)> {
    if START.load(Ordering::Relaxed) == 0 {
        START.store(reserve(), Ordering::Relaxed);
    }
    let start = START.load(Ordering::Relaxed);
    (start != 0 && number < COUNT).then(|| (start + number * ARENA, start + (number + 1) * ARENA))
}

/// All that is reserved.
#[inline]
pub(super) fn all() -> Span {
    let start = START.load(Ordering::Relaxed);
    let length = if start == 0 { 0 } else { COUNT * ARENA };
    Span::new(start, start + length)
}

fn reserve() -> usize {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let wanted = ptr::without_provenance_mut(WANTED);
    // SAFETY: it replaces no other mapping.
    let start = unsafe { libc::mmap(wanted, COUNT * ARENA, libc::PROT_NONE, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        0
    } else {
        start.expose_provenance()
    }
}

/// Makes addresses that are reserved usable; false if the system has no memory.
pub(super) fn make_usable(from: usize, to: usize) -> bool {
    let start = ptr::with_exposed_provenance_mut(from);
    // SAFETY: they are reserved, and nobody uses them.
    unsafe { libc::mprotect(start, to - from, libc::PROT_READ | libc::PROT_WRITE) == 0 }
}

/// Gives the memory of whole pages back to the system. It is zero when it is used again.
pub(super) fn give_back(from: usize, to: usize) {
    const PAGE: usize = 1 << 16;
    let (from, to) = (from.next_multiple_of(PAGE), to.next_multiple_of(PAGE));
    // SAFETY: they are reserved, and nobody uses them.
    unsafe {
        libc::madvise(
            ptr::with_exposed_provenance_mut(from),
            to - from,
            libc::MADV_DONTNEED,
        )
    };
}
