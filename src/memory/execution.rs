//! The memory of an execution, from its beginning to its end.

use std::cell::{Cell, UnsafeCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

use super::current::outside;
use super::heap_log::HeapLog;
use super::modules::Modules;
use super::reserved;
use super::thread::{NOBODY, ThreadMemory};
use super::undo_log::UndoLog;
use crate::races::Races;

/// Whether the execution under way looks for races.
pub(super) static LOOKS_FOR_RACES: AtomicBool = AtomicBool::new(false);

/// What was written besides statics. It is apart, since any thread may free what it was written to.
pub(super) static HEAP: HeapLog = HeapLog::new();

/// The memory of executions, one after the other. A set that threads may still use which cannot be
/// stopped is left to them, and the next execution gets another.
#[derive(Debug)]
pub(super) struct Set {
    /// The number of its first arena.
    first: usize,
    /// Used by who has the turn.
    content: UnsafeCell<Content>,
    /// Used in the same way.
    pub(super) races: UnsafeCell<Races>,
    /// Whether writes are noted: not before an execution, and not after it.
    is_noting: Cell<bool>,
}

// SAFETY: one execution at a time uses it, and in that whoever has the turn.
unsafe impl Sync for Set {}

#[derive(Debug)]
struct Content {
    /// The number of each thread, by that of the thread that has started it, and how many that had
    /// started before. So the number depends on nothing that other threads do, and stays the same as
    /// long as the set is used.
    numbers: BTreeMap<(usize, usize), usize>,
    threads: Vec<&'static ThreadMemory>,
    log: UndoLog,
    /// The blocks of the heap that the program has got in this execution.
    made: BTreeSet<usize>,
}

/// Stands for what starts the declared threads.
const ROOT: usize = usize::MAX;

/// How many arenas a set has.
const ARENAS: usize = 1 << 9;

/// What an arena keeps from one execution to the next.
const KEPT: usize = 1 << 24;

/// The set in use; null before the first, and after one that was left.
static CURRENT: AtomicPtr<Set> = AtomicPtr::new(std::ptr::null_mut());

/// How many sets there were.
static SETS: AtomicUsize = AtomicUsize::new(0);

/// What was loaded when the first execution began.
pub(super) fn modules() -> &'static Modules {
    static MODULES: OnceLock<Modules> = OnceLock::new();
    MODULES.get_or_init(|| {
        // These keep buffers for ever, which would otherwise come from an execution.
        let _ = (io::stdin(), io::stdout());
        Modules::look_up()
    })
}

/// An execution begins. No other has memory of its own until it ends or is left.
pub(crate) fn begin_execution() {
    let set = Set::current().unwrap_or_else(|| {
        let set: &'static Set = Box::leak(Box::new(Set::new()));
        CURRENT.store(std::ptr::from_ref(set).cast_mut(), Ordering::Release);
        set
    });
    set.begin();
}

/// The execution is over: what it has written is put back.
pub(crate) fn end_execution() {
    if let Some(set) = Set::current() {
        set.put_back();
    }
}

/// The execution was left, with threads that go on regardless.
pub(crate) fn leave_execution() {
    if let Some(set) = Set::current() {
        set.put_back();
        set.leave();
    }
    CURRENT.store(std::ptr::null_mut(), Ordering::Release);
}

impl Set {
    fn new() -> Self {
        Set {
            first: SETS.fetch_add(1, Ordering::Relaxed) * ARENAS,
            content: UnsafeCell::new(Content {
                numbers: BTreeMap::new(),
                threads: Vec::new(),
                log: UndoLog::new(&modules().statics),
                made: BTreeSet::new(),
            }),
            races: UnsafeCell::default(),
            is_noting: Cell::new(false),
        }
    }

    pub(super) fn current() -> Option<&'static Self> {
        // SAFETY: what is there lives as long as the process.
        unsafe { CURRENT.load(Ordering::Acquire).as_ref() }
    }

    /// The memory of the code around the threads.
    pub(super) fn of_hooks(&'static self) -> &'static ThreadMemory {
        self.of((ROOT, 0))
    }

    pub(super) fn of_declared(&'static self, number: usize) -> &'static ThreadMemory {
        self.of((ROOT, number + 1))
    }

    /// The memory of the next thread that `parent` starts.
    pub(super) fn started_by(&'static self, parent: &ThreadMemory) -> &'static ThreadMemory {
        let before = parent.children.get();
        parent.children.set(before + 1);
        self.of((parent.number, before))
    }

    fn of(&'static self, key: (usize, usize)) -> &'static ThreadMemory {
        outside(|| {
            // SAFETY: the caller has the turn.
            let content = unsafe { &mut *self.content.get() };
            let next = content.threads.len();
            let number = *content.numbers.entry(key).or_insert(next);
            if number == next {
                let arena = if number < ARENAS {
                    self.first + number
                } else {
                    reserved::COUNT
                };
                let memory = ThreadMemory::new(number, arena);
                content.threads.push(Box::leak(Box::new(memory)));
            }
            content.threads[number]
        })
    }

    fn begin(&self) {
        // SAFETY: no thread of an execution has begun.
        let content = unsafe { &mut *self.content.get() };
        for memory in &content.threads {
            memory.children.set(0);
            memory.racer.set(NOBODY);
            let spare = memory.arena.as_ref().and_then(|it| it.reset(KEPT));
            if let Some((from, to)) = spare {
                reserved::give_back(from, to);
            }
        }
        content.made.clear();
        self.is_noting.set(true);
    }

    /// The program has got a block of the heap.
    pub(super) fn made(&self, block: usize) {
        // SAFETY: the caller has the turn.
        unsafe { &mut *self.content.get() }.made.insert(block);
    }

    /// The program frees a block of the heap. Returns whether it has got it in this execution.
    pub(super) fn unmade(&self, block: usize) -> bool {
        // SAFETY: the caller has the turn.
        unsafe { &mut *self.content.get() }.made.remove(&block)
    }

    /// Whether it is seen at a glance that [`note`](Self::note) would do nothing.
    #[inline]
    pub(super) fn has_noted(&self, place: usize, size: usize) -> bool {
        // SAFETY: the caller has the turn.
        unsafe { &*self.content.get() }.log.has_noted(place, size)
    }

    /// Notes what `size` bytes at `place` hold, which are not the writing thread's own.
    #[inline(never)]
    pub(super) fn note(&self, place: usize, size: usize) {
        if !self.is_noting.get() {
            return;
        }
        // SAFETY: the caller has the turn.
        let content = unsafe { &mut *self.content.get() };
        // SAFETY: the caller is about to write there, or has just done so.
        let is_static = unsafe { content.log.note(place, size) };
        let is_other = !is_static
            && !content.threads.iter().any(|it| it.has(place))
            && !modules().of_system.iter().any(|it| it.holds(place));
        if is_other {
            // SAFETY: as above.
            unsafe { HEAP.note(place, size) };
        }
    }

    /// Leaves it to threads that go on.
    fn leave(&self) {
        // SAFETY: no other execution uses it.
        let content = unsafe { &*self.content.get() };
        content.threads.iter().for_each(|it| it.is_left.set(true));
    }

    fn put_back(&self) {
        LOOKS_FOR_RACES.store(false, Ordering::Relaxed);
        self.is_noting.set(false);
        // SAFETY: all threads have ended that could use it, or are left.
        let content = unsafe { &mut *self.content.get() };
        // SAFETY: the same. Blocks that were freed since are forgotten.
        unsafe {
            content.log.put_back();
            HEAP.put_back();
        }
    }
}
