//! The memory of one thread of a program, and what is noted of its writes.

use std::alloc::Layout;
use std::cell::Cell;

use super::arena::Arena;
use super::execution::{HEAP, Set};
use super::owner::{current, outside};
use super::reserved;
use super::span::Span;

/// The memory of one thread of a program.
#[derive(Debug)]
pub(super) struct ThreadMemory {
    /// None if too many threads have one.
    pub(super) arena: Option<Arena>,
    /// All arenas.
    arenas: Span,
    /// Its number in its set.
    pub(super) number: usize,
    /// How many threads it has started in this execution.
    pub(super) children: Cell<usize>,
    /// Where its stack is, and its thread-locals: what is there is not put back.
    pub(super) stack: Cell<Span>,
    pub(super) locals: Cell<Span>,
    pub(super) set: &'static Set,
}

// SAFETY: its thread alone uses it, or whoever has the turn.
unsafe impl Sync for ThreadMemory {}

impl ThreadMemory {
    pub(super) fn new(set: &'static Set, number: usize, arena: usize) -> Self {
        let arena = reserved::arena(arena);
        let arena = arena.map(|(start, end)| Arena::new(start, end, reserved::make_usable));
        ThreadMemory {
            arena,
            arenas: reserved::all(),
            number,
            children: Cell::new(0),
            stack: Cell::default(),
            locals: Cell::default(),
            set,
        }
    }

    /// Whether what is at this address is the thread's own, or ends with the execution.
    #[inline]
    fn ends_by_itself(&self, place: usize) -> bool {
        self.stack.get().holds(place) || self.arenas.holds(place) || self.locals.get().holds(place)
    }

    /// Whether a stack of this thread, or one of its thread-locals, is at this address.
    pub(super) fn has(&self, place: usize) -> bool {
        self.stack.get().holds(place) || self.locals.get().holds(place)
    }
}

/// The calling thread is about to write, or has just written, `size` bytes at `place`. If it is one of
/// the program's and they were there before the execution, they will be put back.
///
/// Functions of std that were compiled without calls at their accesses must be told of by whoever stands
/// in for them, before they write.
#[inline]
pub(crate) fn written(place: usize, size: usize) {
    if let Some(memory) = current()
        && !memory.ends_by_itself(place)
    {
        note(memory, place, size);
    }
}

#[inline(never)]
fn note(memory: &ThreadMemory, place: usize, size: usize) {
    outside(|| memory.set.note(place, size));
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
        outside(|| memory.set.made(block));
    }
}

/// The calling thread frees a block of the heap. Returns whether that is to stay: it runs the program's
/// code, and the block was there before the execution.
#[inline]
pub(crate) fn keeps(block: usize) -> bool {
    current().is_some_and(|memory| outside(|| !memory.set.unmade(block)))
}

/// A block for the calling thread, if it has an arena.
#[inline]
pub(super) fn allocate(layout: Layout) -> Option<*mut u8> {
    current()?.arena.as_ref()?.allocate(layout)
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
