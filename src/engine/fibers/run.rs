//! What a carrier and its fibers share, and what a fiber does on reaching a marker.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::task::Waker;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::fiber::let_go;
use super::pulse::Pulse;
use crate::engine::baton::Word;
use crate::engine::catch::{self, Caught, caught};
use crate::engine::conclude::observe;
use crate::engine::current::{self, Controller, Kept};
use crate::engine::futures::{Alarm, TaskWaker};
use crate::engine::outside::{LOOK, News, SETTLE};
use crate::engine::probe::Probe;
use crate::engine::state::{Halt, Turn};
use crate::engine::table::Table;
use crate::engine::{Director, How, Limits, Phase, SharedState, Subject};
use crate::search::ThreadId;
use crate::site::{MarkerId, Site};

/// A program on fibers. All of it is touched by one OS thread.
pub(super) struct Run {
    pub(super) subject: Arc<dyn Subject>,
    has_invariants: bool,
    pub(super) table: RefCell<Table>,
    /// The state of the program. A fiber borrows it while it runs its thread.
    pub(super) shared: RefCell<SharedState>,
    /// Whose turn comes next, when a fiber has let go of its own.
    pub(super) next: Cell<Option<Turn>>,
    wakes: Arc<Wakes>,
    pub(super) pulse: Arc<Pulse>,
    timeout: Duration,
    /// When the threads of the execution began, where it matters.
    since: Cell<Option<Instant>>,
}

/// Wakers that fired. They may fire on any thread, and are heard before the next turn.
#[derive(Debug, Default)]
struct Wakes {
    has_any: AtomicBool,
    fired: Mutex<Vec<Fired>>,
    news: Condvar,
}

/// One waker that fired.
#[derive(Debug)]
struct Fired {
    thread: ThreadId,
    execution: u64,
    /// Whether a thread of a program fired it.
    is_inside: bool,
}

impl Run {
    pub(super) fn new(
        subject: &Arc<dyn Subject>,
        director: Box<dyn Director>,
        limits: Limits,
        pulse: &Arc<Pulse>,
    ) -> Self {
        let table = Table::new(subject.threads().len(), director, limits);
        Run {
            subject: Arc::clone(subject),
            has_invariants: subject.has_invariants(),
            table: RefCell::new(table),
            shared: RefCell::new(subject.room()),
            next: Cell::new(None),
            wakes: Arc::default(),
            pulse: Arc::clone(pulse),
            timeout: limits.timeout,
            since: Cell::new(None),
        }
    }

    /// The life of a fiber: runs its thread in execution after execution, as long as it is told to.
    pub(super) fn live(&self, thread: ThreadId, mut word: Word) {
        let body = self.subject.body(thread);
        while word == Word::Go {
            self.pulse.reach(thread, None);
            let state = self.shared.borrow();
            let result = caught(|| body(&state));
            let observes = result.is_ok() && self.has_invariants;
            let violated = if observes {
                observe(&*self.subject, &state)
            } else {
                None
            };
            drop(state);
            self.next.set(self.finish(thread, result, violated));
            word = let_go();
        }
    }

    /// Whose turn comes next when a thread has ended, if the execution is not over.
    fn finish(
        &self,
        thread: ThreadId,
        result: Result<(), Caught>,
        violated: Option<How>,
    ) -> Option<Turn> {
        let again = || self.repeat_after(Halt::finished(thread));
        if let Some(next) = result.is_ok().then(again).flatten() {
            return Some(Turn::Of(next));
        }
        self.hear_wakes();
        self.table.borrow_mut().finish(thread, result, violated)
    }

    /// Whose turn an execution begins with.
    pub(super) fn first_turn(&self) -> Turn {
        let mut table = self.table.borrow_mut();
        if table.expects_wakes() {
            self.since.set(Some(Instant::now()));
        }
        // Invariants are evaluated at every step, new or not.
        let again = (!self.has_invariants).then(|| table.state.repeat());
        again.flatten().map_or_else(|| table.turn(), Turn::Of)
    }

    /// Whose turn comes next after one that ended at `halt`, while all is as in the execution
    /// before.
    #[inline]
    fn repeat_after(&self, halt: Halt) -> Option<ThreadId> {
        if self.wakes.has_any.load(Ordering::Relaxed) {
            return None;
        }
        self.table.borrow_mut().state.repeat_after(halt)
    }

    /// Takes note of the wakers that have fired.
    #[inline]
    fn hear_wakes(&self) {
        // Looked at before every turn: a load, where a swap would cost as much as the turn.
        if self.wakes.has_any.load(Ordering::Relaxed) {
            self.take_wakes();
        }
    }

    #[cold]
    fn take_wakes(&self) {
        let mut fired = self.wakes.fired.lock();
        self.wakes.has_any.store(false, Ordering::Relaxed);
        let mut table = self.table.borrow_mut();
        for fired in fired.drain(..) {
            table.wake(fired.thread, fired.execution, fired.is_inside);
        }
    }

    /// When nobody can go on, waits for something outside of the program to wake a task, if it
    /// may. Returns whose turn comes next then.
    pub(super) fn wait_for_outside(&self) -> Option<Turn> {
        let since = self.since.get()?;
        // The watcher sees a carrier at rest, since this one looks at the clock itself.
        self.pulse.rest();
        let turn = self.hear_outside(since);
        self.pulse.enter(Phase::Threads);
        turn
    }

    fn hear_outside(&self, since: Instant) -> Option<Turn> {
        let mut heard = None;
        loop {
            self.hear_wakes();
            let mut table = self.table.borrow_mut();
            let is_settled = heard.is_some_and(|since: Instant| since.elapsed() >= SETTLE);
            match table.news(is_settled) {
                News::Woken => return Some(table.turn()),
                // The last waker may have fired just before it went.
                News::Nothing if self.wakes.are_new() => continue,
                News::Nothing => return None,
                News::Wait if since.elapsed() >= self.timeout => drop(table.give_up()),
                News::Wait => {}
            }
            if table.has_heard() {
                heard.get_or_insert_with(Instant::now);
            }
            drop(table);
            self.wakes.wait();
        }
    }

    /// The invariant that does not hold where the running fiber has just paused.
    #[cold]
    fn violated(&self) -> Option<How> {
        observe(&*self.subject, &self.shared.borrow())
    }

    /// As [`pause`](Self::pause), at a marker. Apart, so that repeating a turn saves no registers.
    #[inline(never)]
    fn pause_at(&self, thread: ThreadId, marker: MarkerId) -> Kept {
        self.pause(thread, |table, thread| table.state.pause(thread, marker))
    }

    /// Notes where the running fiber stands, as `note` says; whether it keeps its turn.
    #[inline]
    fn pause(&self, thread: ThreadId, note: impl FnOnce(&mut Table, ThreadId)) -> Kept {
        let violated = if self.has_invariants {
            self.violated()
        } else {
            None
        };
        self.hear_wakes();
        let mut table = self.table.borrow_mut();
        if table.is_over() {
            drop(table);
            catch::unwind();
        }
        note(&mut table, thread);
        let turn = match violated {
            None => table.turn(),
            Some(how) => table.fail(how),
        };
        drop(table);
        self.keep(thread, turn)
    }

    /// Whether `thread` keeps its turn; if not, notes whose it is.
    #[inline]
    fn keep(&self, thread: ThreadId, turn: Turn) -> Kept {
        if turn == Turn::Of(thread) {
            return Kept::Yes;
        }
        self.next.set(Some(turn));
        Kept::No
    }
}

impl Controller for Rc<Run> {
    #[inline]
    fn reach(&self, site: &'static Site) -> Kept {
        let marker = site.id();
        let thread = self.pulse.running();
        self.pulse.reach(thread, Some(marker));
        match self.repeat_after(Halt::at_marker(thread, marker)) {
            Some(next) => self.keep(thread, Turn::Of(next)),
            None => self.pause_at(thread, marker),
        }
    }

    fn acquire(&self, site: &'static Site, probe: Probe) -> Kept {
        let marker = site.id();
        let thread = self.pulse.running();
        self.pulse.reach(thread, Some(marker));
        self.pause(thread, |table, thread| {
            table.pause_to_acquire(thread, marker, probe);
        })
    }

    fn withdraw(&self) {
        self.table.borrow_mut().withdraw(self.pulse.running());
    }

    fn wait(&self) -> Kept {
        self.pause(self.pulse.running(), |table, thread| {
            table.state.wait(thread);
        })
    }

    fn waker(&self) -> Waker {
        let mut table = self.table.borrow_mut();
        let thread = self.pulse.running();
        let waker = Arc::new(TaskWaker {
            alarm: Arc::downgrade(&self.wakes),
            thread,
            execution: table.number,
        });
        let watched = Arc::downgrade(&waker);
        table.keep_waker(thread, watched);
        Waker::from(waker)
    }
}

impl Wakes {
    /// Whether one has fired, of those that have been dropped since as well.
    fn are_new(&self) -> bool {
        // Whoever sees that a waker is gone sees what it did before.
        fence(Ordering::Acquire);
        self.has_any.load(Ordering::Relaxed)
    }

    /// Sleeps until one fires, or it is time to look.
    fn wait(&self) {
        let mut fired = self.fired.lock();
        if fired.is_empty() {
            self.news.wait_for(&mut fired, LOOK);
        }
    }
}

impl Alarm for Wakes {
    fn wake(&self, thread: ThreadId, execution: u64) {
        let mut fired = self.fired.lock();
        fired.push(Fired {
            thread,
            execution,
            is_inside: current::is_controlled(),
        });
        self.has_any.store(true, Ordering::Relaxed);
        drop(fired);
        self.news.notify_one();
    }
}
