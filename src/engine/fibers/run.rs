//! What a carrier and its fibers share: an execution under way, and how each turn of it ended.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::halt::Halt;
use super::pulse::Pulse;
use super::wakes::{Fired, Wakes};
use crate::engine::baton::Word;
use crate::engine::catch::{Caught, caught};
use crate::engine::conclude::observe;
use crate::engine::current::Controller;
use crate::engine::fiber::{End, let_go};
use crate::engine::futures::TaskWaker;
use crate::engine::outside::{News, SETTLE};
use crate::engine::pause::Pause;
use crate::engine::state::Turn;
use crate::engine::table::Table;
use crate::engine::{Director, How, Limits, Phase, Room, Subject};
use crate::search::ThreadId;

/// A program on fibers. All of it is touched by one OS thread.
pub(super) struct Run {
    pub(super) subject: Arc<dyn Subject>,
    has_invariants: bool,
    pub(super) table: RefCell<Table>,
    /// Where it takes place. A fiber borrows it while it runs its thread.
    pub(super) room: RefCell<Box<dyn Room>>,
    /// How the turns of this execution ended; while none was taken, those of the one before. The
    /// carrier's alone.
    pub(super) turns: RefCell<Vec<Halt>>,
    /// How the last turn has ended, if that is not told by its [`End`].
    note: Cell<Option<Note>>,
    wakes: Arc<Wakes>,
    pub(super) pulse: Arc<Pulse>,
    timeout: Duration,
    /// When the threads of the execution began, where it matters.
    since: Cell<Option<Instant>>,
}

/// How a turn has ended otherwise than at a marker or with its thread.
enum Note {
    Paused(Pause),
    Failed(Caught),
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
            room: RefCell::new(Arc::clone(subject).room()),
            turns: RefCell::default(),
            note: Cell::default(),
            wakes: Arc::default(),
            pulse: Arc::clone(pulse),
            timeout: limits.timeout,
            since: Cell::new(None),
        }
    }

    /// The life of a fiber: runs its thread in execution after execution, as long as it is told to.
    pub(super) fn live(&self, thread: ThreadId, mut word: Word) {
        while word == Word::Go {
            self.pulse.reach(thread, None);
            let room = self.room.borrow();
            let result = caught(|| room.perform(thread));
            drop(room);
            let end = match result {
                Ok(()) => End::FINISHED,
                Err(caught) => {
                    self.note.set(Some(Note::Failed(caught)));
                    End::OTHERWISE
                }
            };
            word = let_go(end).expect("this is the body of a fiber");
        }
    }

    /// An execution begins. What is left of the turns is to be repeated.
    pub(super) fn begin(&self) {
        let table = self.table.borrow();
        if table.expects_wakes() {
            self.since.set(Some(Instant::now()));
        }
        // Invariants are evaluated at every step, new or not.
        let common = if self.has_invariants {
            0
        } else {
            table.state.common_turns()
        };
        self.turns.borrow_mut().truncate(common);
    }

    /// The first `count` turns have been repeated, and `current` has the turn after them.
    pub(super) fn repeated(&self, count: usize, current: ThreadId) {
        self.turns.borrow_mut().truncate(count);
        let reached = |thread| self.pulse.reached(thread);
        self.table.borrow_mut().state.again(count, current, reached);
    }

    /// Whose turn an execution begins with that repeats none.
    pub(super) fn first_turn(&self) -> Turn {
        self.table.borrow_mut().turn()
    }

    /// Whose turn comes next, when that of `thread` has ended; nobody's if the execution was over
    /// before.
    pub(super) fn turn_after(&self, thread: ThreadId, end: End) -> Option<Turn> {
        self.turns.borrow_mut().push(Halt { thread, end });
        if end == End::OTHERWISE {
            return self.turn_after_note(thread);
        }
        let violated = self.violated();
        self.hear_wakes();
        let mut table = self.table.borrow_mut();
        let Some(marker) = end.marker() else {
            return table.finish(thread, violated);
        };
        self.pulse.reach(thread, Some(marker));
        table.state.pause(thread, marker);
        Some(table.turn_unless(violated))
    }

    /// As [`turn_after`](Self::turn_after), if the turn has ended as a note says.
    #[inline(never)]
    fn turn_after_note(&self, thread: ThreadId) -> Option<Turn> {
        let pause = match self.note.take().expect("it has left a note") {
            Note::Paused(pause) => pause,
            Note::Failed(caught) => {
                self.hear_wakes();
                return self.table.borrow_mut().finish_caught(thread, caught);
            }
        };
        let violated = self.violated();
        self.hear_wakes();
        let mut table = self.table.borrow_mut();
        if let Some(marker) = pause.marker() {
            self.pulse.reach(thread, Some(marker));
        }
        table.pause(thread, pause);
        Some(table.turn_unless(violated))
    }

    /// The invariant that does not hold where the last turn has ended.
    #[inline]
    fn violated(&self) -> Option<How> {
        if self.has_invariants {
            self.observed()
        } else {
            None
        }
    }

    #[cold]
    fn observed(&self) -> Option<How> {
        observe(&**self.room.borrow())
    }

    /// `thread` has let go of its turn after it was told to unwind. One that has caught that, and
    /// pauses, is told again.
    pub(super) fn unwound(&self, thread: ThreadId, end: End) {
        let mut table = self.table.borrow_mut();
        match self.note.take() {
            Some(Note::Failed(caught)) => drop(table.finish_caught(thread, caught)),
            None if end == End::FINISHED => drop(table.finish(thread, None)),
            _ => {}
        }
    }

    /// Whether a waker has fired that was not heard.
    #[inline]
    pub(super) fn has_wakes(&self) -> bool {
        self.wakes.has_any()
    }

    /// Takes note of the wakers that have fired.
    #[inline]
    fn hear_wakes(&self) {
        if self.wakes.has_any() {
            let mut table = self.table.borrow_mut();
            let hear = |fired: Fired| table.wake(fired.thread, fired.execution, fired.is_inside);
            self.wakes.take(hear);
        }
    }

    /// When nobody can go on, waits for something outside of the program to wake a task, if it
    /// may. Returns whose turn comes next then.
    #[inline]
    pub(super) fn wait_for_outside(&self) -> Option<Turn> {
        let since = self.since.get()?;
        // The watcher sees a carrier at rest, since this one looks at the clock itself.
        self.pulse.rest();
        let turn = self.hear_outside(since);
        self.pulse.enter(Phase::Threads);
        turn
    }

    #[cold]
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
}

impl Controller for Rc<Run> {
    fn pause(&self, pause: Pause) {
        self.note.set(Some(Note::Paused(pause)));
    }

    fn withdraw(&self) {
        // The question is there if the fiber has not let go of its turn since.
        drop(self.note.take());
        self.table.borrow_mut().withdraw(self.pulse.running());
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
