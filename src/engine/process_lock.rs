//! The lock of the process: of the executions whose threads call the system, one runs at a time.
//!
//! What such threads wait for may belong to the whole process: a static of the program, the rows of
//! `parking_lot`'s table, the locks that a library in C keeps. If two executions ran beside each
//! other, a thread of one would meet what a thread of the other has, and wait where no schedule says
//! so. So an execution takes the lock at its first call that another could notice, and all later ones
//! of its program take it before they begin. Executions that only meet markers run beside all others.
//!
//! Who comes in the middle of an execution may have taken something without a call, as a free mutex is.
//! So whoever has the lock lets it go first before a thread waits, and before nobody can go on.

use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::atomic::{AtomicBool, AtomicU8};
use std::time::{Duration, Instant};

use super::lock::{Condvar, Mutex, MutexGuard};
use super::outside::aside;
use crate::memory::{self, Owner};

/// For how long a search may go on with its next executions while others wait for the lock.
const SLICE: Duration = Duration::from_millis(2);

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    is_taken: false,
    waiting: [0; 3],
    waited_since: None,
    is_promised: false,
});

/// Notified when the lock is free and somebody waits for it.
static FREE: Condvar = Condvar::new();

/// Where in an execution the lock is waited for. Those in front go first.
#[derive(Clone, Copy)]
enum Place {
    /// At the first call that others could notice: it may have what others wait for.
    Interrupted,
    /// Where it has let the former go first.
    Displaced,
    /// Before it begins.
    Before,
}

/// Who has the lock, and who waits for it.
struct Queue {
    is_taken: bool,
    /// How many wait at each place.
    waiting: [usize; 3],
    /// When who has it was first seen to keep others waiting.
    waited_since: Option<Instant>,
    /// Whether it is for one of those that wait, and not for who comes now.
    is_promised: bool,
}

impl Queue {
    /// Whether who comes now may have the lock.
    fn is_free_for(&self, place: Place) -> bool {
        let is_promised = self.is_promised && matches!(place, Place::Before);
        !self.is_taken && !is_promised && !self.is_awaited_in_front_of(place)
    }

    fn is_awaited_in_front_of(&self, place: Place) -> bool {
        self.waiting[..place as usize]
            .iter()
            .any(|&count| count > 0)
    }

    fn has_interrupted(&self) -> bool {
        self.is_awaited_in_front_of(Place::Displaced)
    }
}

/// The part that one run has in the lock.
#[derive(Debug)]
pub(super) struct ProcessLock {
    state: AtomicU8,
    /// Whether an execution of the program has needed the lock.
    is_noticed: Arc<AtomicBool>,
}

/// No execution of the run has needed the lock yet.
const UNUSED: u8 = 0;
/// The next execution takes it before it begins.
const BETWEEN: u8 = 1;
const WAITING: u8 = 2;
const HELD: u8 = 3;
/// The run takes it no more: it is over, or takes place within an execution of another one.
const EXEMPT: u8 = 4;

impl ProcessLock {
    /// Of a run that `is_nested` in an execution of another one, or not.
    pub(super) fn new(is_nested: bool, is_noticed: Arc<AtomicBool>) -> Self {
        let state = AtomicU8::new(if is_nested { EXEMPT } else { UNUSED });
        ProcessLock { state, is_noticed }
    }

    /// An execution is about to begin.
    #[inline]
    pub(super) fn begin_execution(&self) {
        match self.state.load(Relaxed) {
            // Executions whose accesses are seen put back what they have written to statics.
            UNUSED if cfg!(interlace) || self.is_noticed.load(Relaxed) => {
                self.take(UNUSED, Place::Before);
            }
            BETWEEN => self.take(BETWEEN, Place::Before),
            _ => {}
        }
    }

    /// The execution under way looks for races from now on, or it does not any more.
    #[inline]
    pub(super) fn look_for_races(&self, looks: bool) {
        if cfg!(interlace) && self.state.load(Relaxed) == HELD {
            memory::look_for_races(looks);
        }
    }

    /// The execution under way is about to do what others could notice. Returns whether it has got the
    /// lock for that.
    #[inline]
    pub(super) fn need(&self) -> bool {
        let is_first = self.state.load(Relaxed) == UNUSED;
        if is_first {
            self.is_noticed.store(true, Relaxed);
            self.take(UNUSED, Place::Interrupted);
        }
        is_first
    }

    /// Whether the run waits for the lock: that is no time that its execution takes.
    pub(super) fn is_awaited(&self) -> bool {
        self.state.load(Acquire) == WAITING
    }

    /// The execution is over.
    #[inline]
    pub(super) fn end_execution(&self) {
        if self.state.load(Relaxed) == HELD && self.change(HELD, BETWEEN) {
            memory::end_execution();
            give_back(&mut QUEUE.lock());
        }
    }

    /// The execution is over, and threads of it go on regardless.
    pub(super) fn leave_execution(&self) {
        if self.change(HELD, BETWEEN) {
            memory::leave_execution();
            give_back(&mut QUEUE.lock());
        }
    }

    /// `owner`, if the execution under way has memory of its own.
    #[inline]
    pub(super) fn owner(&self, owner: Owner) -> Owner {
        if cfg!(interlace) && self.state.load(Relaxed) == HELD {
            owner
        } else {
            Owner::NOBODY
        }
    }

    /// The run is over.
    pub(super) fn end(&self) {
        if self.state.swap(EXEMPT, AcqRel) == HELD {
            memory::leave_execution();
            give_back(&mut QUEUE.lock());
        }
    }

    /// A thread of the execution under way is about to wait, or nobody in it can go on: lets those go
    /// first that were interrupted. Returns whether there were any.
    pub(super) fn let_interrupted_go(&self) -> bool {
        let is_held = self.state.load(Relaxed) == HELD;
        if !is_held || !aside(|| QUEUE.lock().has_interrupted()) || !self.change(HELD, WAITING) {
            return false;
        }
        aside(|| {
            let mut queue = QUEUE.lock();
            give_back(&mut queue);
            // Nobody who is about to begin comes in between.
            take(queue, Place::Displaced);
        });
        self.hold();
        true
    }

    #[cold]
    fn take(&self, from: u8, place: Place) {
        if !self.change(from, WAITING) {
            return;
        }
        aside(|| take(QUEUE.lock(), place));
        self.hold();
    }

    /// The run has got the lock, for which it has waited.
    fn hold(&self) {
        if self.change(WAITING, HELD) {
            memory::begin_execution();
        } else {
            give_back(&mut QUEUE.lock());
        }
    }

    fn change(&self, from: u8, to: u8) -> bool {
        let changed = self.state.compare_exchange(from, to, AcqRel, Relaxed);
        changed.is_ok()
    }
}

/// Takes the lock, for which the caller waits at this place.
fn take(mut queue: MutexGuard<'_, Queue>, place: Place) {
    if !queue.is_free_for(place) {
        queue.waiting[place as usize] += 1;
        loop {
            FREE.wait(&mut queue);
            // Who has waited is one of those to whom it was promised.
            queue.is_promised &= queue.is_taken || queue.is_awaited_in_front_of(place);
            if queue.is_free_for(place) {
                break;
            }
        }
        queue.waiting[place as usize] -= 1;
        queue.waited_since = None;
    }
    queue.is_taken = true;
}

fn give_back(queue: &mut Queue) {
    queue.is_taken = false;
    if queue.waiting.iter().any(|&count| count > 0) {
        let since = *queue.waited_since.get_or_insert_with(Instant::now);
        let is_in_front = queue.is_awaited_in_front_of(Place::Before);
        queue.is_promised = is_in_front || since.elapsed() >= SLICE;
        FREE.notify_all();
    }
}

#[cfg(test)]
mod tests;
