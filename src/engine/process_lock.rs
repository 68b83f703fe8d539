//! The lock of the process: of the executions whose threads call the system, one runs at a time.
//!
//! What such threads wait for may belong to the whole process: a static of the program, the rows of
//! `parking_lot`'s table, the locks that a library in C keeps. If two executions ran beside each
//! other, a thread of one would meet what a thread of the other has, and wait where no schedule says
//! so. So an execution takes the lock at its first call that another could notice, and its search
//! takes it for all later ones before they begin. Executions that only meet markers run beside all
//! others.

use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::time::{Duration, Instant};

use super::lock::{Condvar, Mutex};
use super::outside::aside;

/// For how long a search may go on with its next executions while others wait for the lock.
const SLICE: Duration = Duration::from_millis(2);

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    is_taken: false,
    interrupted: 0,
    waiting: 0,
    waited_since: None,
    is_promised: false,
});

/// Notified when the lock is free and somebody waits for it.
static FREE: Condvar = Condvar::new();

/// Who has the lock, and who waits for it.
struct Queue {
    is_taken: bool,
    /// How many wait in the middle of an execution. They go first: they may have what others wait for.
    interrupted: usize,
    /// How many wait to begin one.
    waiting: usize,
    /// When who has it was first seen to keep others waiting.
    waited_since: Option<Instant>,
    /// Whether it is for one of those that wait, and not for who comes now.
    is_promised: bool,
}

impl Queue {
    /// Whether who comes now, in the middle of an execution or before one, may have the lock.
    fn is_free_for(&self, is_interrupted: bool) -> bool {
        !self.is_taken && (is_interrupted || self.interrupted == 0 && !self.is_promised)
    }

    /// How many wait like this.
    fn count(&mut self, is_interrupted: bool) -> &mut usize {
        if is_interrupted {
            &mut self.interrupted
        } else {
            &mut self.waiting
        }
    }
}

/// The part that one search has in the lock.
#[derive(Debug)]
pub(super) struct ProcessLock(AtomicU8);

/// No execution has needed the lock yet.
const UNUSED: u8 = 0;
/// The next execution takes it before it begins.
const BETWEEN: u8 = 1;
const WAITING: u8 = 2;
const HELD: u8 = 3;
/// The search takes it no more: it is over, or takes place within an execution of another one.
const EXEMPT: u8 = 4;

impl ProcessLock {
    /// Of a search that `is_nested` in an execution of another one, or not.
    pub(super) fn new(is_nested: bool) -> Self {
        ProcessLock(AtomicU8::new(if is_nested { EXEMPT } else { UNUSED }))
    }

    /// An execution is about to begin.
    #[inline]
    pub(super) fn begin_execution(&self) {
        if self.0.load(Relaxed) == BETWEEN {
            self.take(BETWEEN);
        }
    }

    /// The execution under way is about to do what others could notice. Returns whether it has got the
    /// lock for that.
    #[inline]
    pub(super) fn need(&self) -> bool {
        let is_first = self.0.load(Relaxed) == UNUSED;
        if is_first {
            self.take(UNUSED);
        }
        is_first
    }

    /// Whether the search waits for the lock: that is no time that its execution takes.
    pub(super) fn is_awaited(&self) -> bool {
        self.0.load(Acquire) == WAITING
    }

    /// The execution is over.
    #[inline]
    pub(super) fn end_execution(&self) {
        if self.0.load(Relaxed) == HELD && self.change(HELD, BETWEEN) {
            give_back();
        }
    }

    /// The search is over.
    pub(super) fn end(&self) {
        if self.0.swap(EXEMPT, AcqRel) == HELD {
            give_back();
        }
    }

    /// Nobody can go on in the execution under way: lets those go first that were interrupted. Returns
    /// whether there were any.
    pub(super) fn let_interrupted_end(&self) -> bool {
        if QUEUE.lock().interrupted == 0 || !self.change(HELD, BETWEEN) {
            return false;
        }
        give_back();
        self.take(BETWEEN);
        true
    }

    #[cold]
    fn take(&self, from: u8) {
        if !self.change(from, WAITING) {
            return;
        }
        aside(|| take(from == UNUSED));
        if !self.change(WAITING, HELD) {
            give_back();
        }
    }

    fn change(&self, from: u8, to: u8) -> bool {
        let changed = self.0.compare_exchange(from, to, AcqRel, Relaxed);
        changed.is_ok()
    }
}

fn take(is_interrupted: bool) {
    let mut queue = QUEUE.lock();
    if !queue.is_free_for(is_interrupted) {
        *queue.count(is_interrupted) += 1;
        loop {
            FREE.wait(&mut queue);
            // Who has waited is one of those to whom it was promised.
            queue.is_promised &= queue.is_taken || !is_interrupted && queue.interrupted > 0;
            if queue.is_free_for(is_interrupted) {
                break;
            }
        }
        *queue.count(is_interrupted) -= 1;
        queue.waited_since = None;
    }
    queue.is_taken = true;
}

fn give_back() {
    let mut queue = QUEUE.lock();
    queue.is_taken = false;
    if queue.waiting + queue.interrupted > 0 {
        let since = *queue.waited_since.get_or_insert_with(Instant::now);
        queue.is_promised = queue.interrupted > 0 || since.elapsed() >= SLICE;
        drop(queue);
        FREE.notify_all();
    }
}
