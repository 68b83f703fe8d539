//! What the program does to memory, told by whoever sees it: it writes, takes blocks, and frees them.

use std::alloc::Layout;

use super::arena::Arena;
use super::current::{current, outside};
use super::execution::{HEAP, Set};
use super::races::{allocated, freed};
use super::reserved;
use super::thread::ThreadMemory;

/// The calling thread is about to write, or has just written, `size` bytes at `place`. If it is one of
/// the program's and they were there before the execution, they will be put back.
///
/// Functions of std that were compiled without calls at their accesses must be told of by whoever stands
/// in for them, before they write.
#[inline]
pub(crate) fn written(place: usize, size: usize) {
    if let Some(memory) = current()
        && !memory.ends_by_itself(place)
        && !memory.is_left.get()
        && let Some(set) = Set::current()
        && !set.has_noted(place, size)
    {
        outside(|| set.note(place, size));
    }
}

/// Has the execution of a thread note something, unless it was left.
fn note_in<T>(memory: &ThreadMemory, note: impl FnOnce(&Set) -> T) -> Option<T> {
    let set = Set::current().filter(|_| !memory.is_left.get())?;
    Some(outside(|| note(set)))
}

/// What was mapped at `place` is mapped no more.
#[inline]
pub(crate) fn forget(place: usize, size: usize) {
    HEAP.forget(place, size);
}

/// Whether anything would be put back that was not in statics.
#[inline]
pub(crate) fn has_notes() -> bool {
    HEAP.has_any()
}

/// The calling thread has got a block of the heap at this address.
#[inline]
pub(crate) fn made(block: usize) {
    if let Some(memory) = current() {
        note_in(memory, |set| set.made(block));
    }
}

/// The calling thread frees a block of the heap. Returns whether that is to stay: it runs the program's
/// code, and the block was there before the execution.
#[inline]
pub(crate) fn keeps(block: usize) -> bool {
    current().is_some_and(|memory| note_in(memory, |set| set.unmade(block)) != Some(true))
}

/// A block for the calling thread, if it has an arena.
#[inline]
pub(super) fn allocate(layout: Layout) -> Option<*mut u8> {
    let block = current()?.arena.as_ref()?.allocate(layout)?;
    allocated(block.addr(), || Arena::room(layout));
    Some(block)
}

/// What becomes of a block that is freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freed {
    /// It is dealt with.
    Done,
    /// It is one of the heap's.
    OfHeap,
}

/// The calling thread frees a block.
///
/// # Safety
///
/// It was given out for this layout, and nobody uses it any more.
#[inline]
pub(super) unsafe fn release(block: *mut u8, layout: Layout) -> Freed {
    if is_of_arena(block) {
        // Where nobody gets it now, it is taken back after the execution.
        if let Some(arena) = current().and_then(|it| it.arena.as_ref()) {
            freed(block.addr(), || layout.size());
            // SAFETY: as the caller promises.
            unsafe { arena.release(block, layout) };
        }
        return Freed::Done;
    }
    Freed::OfHeap
}

/// Whether a block is one of an arena.
#[inline]
pub(super) fn is_of_arena(block: *const u8) -> bool {
    reserved::all().holds(block.addr())
}

/// Whether the calling thread may do with a block what it likes, and it is one of the heap.
#[inline]
pub(super) fn is_of_heap(block: *const u8) -> bool {
    current().is_none() && !is_of_arena(block)
}
