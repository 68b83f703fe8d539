//! The memory of one thread of a program.

use std::cell::Cell;

use super::arena::Arena;
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
    /// Whether its execution was left: it may go on, and nothing of it is noted.
    pub(super) is_left: Cell<bool>,
    /// The number of the thread to what looks for races.
    pub(super) racer: Cell<usize>,
    /// Whether its plain accesses do not count there.
    pub(super) is_silent: Cell<bool>,
    /// Where it has made its last access.
    pub(super) site: Cell<usize>,
}

/// The number of no thread. An execution with more threads has gone wrong otherwise.
pub(super) const NOBODY: usize = 1 << 12;

// SAFETY: its thread alone uses it, or whoever has the turn.
unsafe impl Sync for ThreadMemory {}

impl ThreadMemory {
    pub(super) fn new(number: usize, arena: usize) -> Self {
        let arena = reserved::arena(arena);
        let arena = arena.map(|(start, end)| Arena::new(start, end, reserved::make_usable));
        ThreadMemory {
            arena,
            arenas: reserved::all(),
            number,
            children: Cell::new(0),
            stack: Cell::default(),
            locals: Cell::default(),
            is_left: Cell::new(false),
            racer: Cell::new(NOBODY),
            is_silent: Cell::new(false),
            site: Cell::new(0),
        }
    }

    /// Whether what is at this address is the thread's own, or ends with the execution.
    #[inline]
    pub(super) fn ends_by_itself(&self, place: usize) -> bool {
        self.stack.get().holds(place) || self.arenas.holds(place) || self.locals.get().holds(place)
    }

    /// Whether a stack of this thread, or one of its thread-locals, is at this address.
    pub(super) fn has(&self, place: usize) -> bool {
        self.stack.get().holds(place) || self.locals.get().holds(place)
    }
}
