//! What a carrier and its fibers share, and what a fiber does on reaching a marker.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use parking_lot::Mutex;

use super::fiber::Lever;
use super::pulse::Pulse;
use crate::engine::baton::Word;
use crate::engine::catch::{self, caught};
use crate::engine::conclude::observe;
use crate::engine::current::Controller;
use crate::engine::futures::{Alarm, TaskWaker};
use crate::engine::state::{State, Turn};
use crate::engine::table::Table;
use crate::engine::{Director, How, Limits, SharedState, Subject};
use crate::search::ThreadId;
use crate::site::Site;

/// A program on fibers. All of it is touched by one OS thread.
pub(super) struct Run<D> {
    pub(super) subject: Arc<dyn Subject>,
    has_invariants: bool,
    pub(super) table: RefCell<Table<D>>,
    /// The state of the program, while its threads run. The cell is kept between executions.
    pub(super) shared: RefCell<Rc<Option<SharedState>>>,
    /// The fiber that has the turn.
    pub(super) current: Cell<ThreadId>,
    /// Whose turn comes next, when a fiber has let go of its own.
    pub(super) next: Cell<Option<Turn>>,
    pub(super) levers: OnceCell<Vec<Rc<Lever>>>,
    wakes: Arc<Wakes>,
    pub(super) pulse: Arc<Pulse>,
}

/// Wakers that fired. They may fire on any thread, and are heard before the next turn.
#[derive(Debug, Default)]
struct Wakes {
    has_any: AtomicBool,
    fired: Mutex<Vec<(ThreadId, u64)>>,
}

impl<D: Director> Run<D> {
    pub(super) fn new(
        subject: &Arc<dyn Subject>,
        director: D,
        limits: Limits,
        pulse: &Arc<Pulse>,
    ) -> Self {
        let state = State::new(subject.threads().len(), limits.max_steps);
        Run {
            subject: Arc::clone(subject),
            has_invariants: subject.has_invariants(),
            table: RefCell::new(Table::new(state, director)),
            shared: RefCell::new(Rc::new(None)),
            current: Cell::new(ThreadId::new(0)),
            next: Cell::new(None),
            levers: OnceCell::new(),
            wakes: Arc::default(),
            pulse: Arc::clone(pulse),
        }
    }

    /// The life of a fiber: runs its thread in execution after execution.
    pub(super) fn live(&self, thread: ThreadId, lever: &Lever) {
        loop {
            let state = Rc::clone(&self.shared.borrow());
            if let Some(state) = &*state {
                let result = caught(|| self.subject.perform(thread, state));
                let observes = result.is_ok() && self.has_invariants;
                let violated = if observes {
                    observe(&*self.subject, state)
                } else {
                    None
                };
                self.hear_wakes();
                let next = self.table.borrow_mut().finish(thread, result, violated);
                self.next.set(next);
            }
            // The carrier takes the state back: it must be the last to hold it.
            drop(state);
            if lever.suspend() == Word::Stop {
                return;
            }
        }
    }

    /// Takes note of the wakers that have fired.
    #[inline]
    fn hear_wakes(&self) {
        // Looked at before every turn: a load, where a swap would cost as much as the turn.
        if self.wakes.has_any.load(Ordering::Relaxed) {
            let mut fired = self.wakes.fired.lock();
            self.wakes.has_any.store(false, Ordering::Relaxed);
            let mut table = self.table.borrow_mut();
            for (thread, execution) in fired.drain(..) {
                if execution == table.number {
                    table.state.wake(thread);
                }
            }
        }
    }

    /// The invariant that does not hold where the running fiber has just paused.
    #[cold]
    fn violated(&self) -> Option<How> {
        let state = Rc::clone(&self.shared.borrow());
        observe(&*self.subject, state.as_ref().as_ref()?)
    }

    /// Lets go of the turn, as `note` says, until it comes back.
    #[inline]
    fn pause(&self, note: impl FnOnce(&mut State, ThreadId)) {
        let thread = self.current.get();
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
        note(&mut table.state, thread);
        let turn = match violated {
            None => table.turn(),
            Some(how) => table.fail(how),
        };
        drop(table);
        if turn != Turn::Of(thread) {
            self.let_go(thread, turn);
        }
    }

    /// Lets go of the turn, which is another's, until it comes back.
    #[inline]
    fn let_go(&self, thread: ThreadId, turn: Turn) {
        self.next.set(Some(turn));
        let levers = self
            .levers
            .get()
            .expect("they are set before the first turn");
        if levers[thread.index()].suspend() == Word::Stop {
            catch::unwind();
        }
    }
}

impl<D: Director> Controller for Rc<Run<D>> {
    #[inline]
    fn reach(&self, site: &'static Site) {
        let marker = site.id();
        self.pause(|state, thread| state.pause(thread, marker));
        self.pulse.run(self.current.get(), Some(marker));
    }

    fn wait(&self) {
        self.pause(State::wait);
        self.pulse.run(self.current.get(), None);
    }

    fn waker(&self) -> Waker {
        let execution = self.table.borrow().number;
        let alarm = Arc::downgrade(&self.wakes);
        let thread = self.current.get();
        Waker::from(Arc::new(TaskWaker {
            alarm,
            thread,
            execution,
        }))
    }
}

impl Alarm for Wakes {
    fn wake(&self, thread: ThreadId, execution: u64) {
        let mut fired = self.fired.lock();
        fired.push((thread, execution));
        self.has_any.store(true, Ordering::Relaxed);
    }
}
