//! What a carrier and its fibers share: an execution under way, and how each turn of it ended.

mod abandon;
#[cfg(interlace)]
mod access;
mod controller;
mod life;
mod outside;

use std::cell::{Cell, RefCell, RefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::heartbeat::{Heartbeat, Reached};
use super::on_fiber::OnFiber;
use super::started_fibers::StartedFibers;
use super::wake_queue::{WakeEvent, WakeQueue};
use crate::engine::catch::Caught;
use crate::engine::conclude::check_invariants;
use crate::engine::controller::Body;
use crate::engine::execution_core::ExecutionCore;
use crate::engine::fiber::TurnEnd;
use crate::engine::flight_recorder::FlightRecorder;
use crate::engine::surroundings::Surroundings;
use crate::engine::yield_reason::YieldReason;
use crate::engine::{EngineOptions, Phase, Program, ProgramInstance};
use crate::error::Error;
use crate::failure::FailureKind;
use crate::memory::Owner;
use crate::operation::{ThreadId, ThreadState};

/// A program on fibers. All of it is touched by one OS thread.
pub(super) struct Run {
    pub(super) program: Arc<dyn Program>,
    has_invariants: bool,
    /// How many threads are declared.
    pub(super) declared: usize,
    pub(super) core: RefCell<ExecutionCore>,
    /// Where it takes place. A fiber borrows it while it runs its thread.
    pub(super) instance: RefCell<Box<dyn ProgramInstance>>,
    /// What the threads are called that were started in the turn under way: taken note of when that
    /// ends, since the state of a turn that is repeated is not kept up to date.
    starting: RefCell<Vec<Option<String>>>,
    /// What the program calls the thread that has just told its name.
    introduced: Cell<Option<String>>,
    /// The fibers of such threads.
    pub(super) started: StartedFibers,
    /// Whether each fiber has thread-locals of its own.
    have_own_blocks: bool,
    stack_size: usize,
    /// Whether fibers share their thread-locals, and a thread has done what needs its own.
    wants_blocks: Cell<bool>,
    /// What the threads run that the program has started, if they have not begun.
    bodies: RefCell<Vec<Option<Body>>>,
    /// How the last turn has ended, if that is not told by its [`TurnEnd`].
    note: Cell<Option<TurnDetail>>,
    /// What was decided on a fiber.
    pub(super) on_fiber: OnFiber,
    pub(super) wakes: Arc<WakeQueue>,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) recorder: &'static FlightRecorder,
    /// What went wrong inside of this library while a fiber asked something of it.
    pub(super) fault: RefCell<Option<Error>>,
    pub(super) heartbeat: Arc<Heartbeat>,
    timeout: Duration,
    /// Within which time the world outside answers, if that is promised.
    grace: Option<Duration>,
    /// When the threads of the execution began, where it matters.
    since: Cell<Option<Instant>>,
}

/// How a turn has ended otherwise than at a marker or with its thread.
enum TurnDetail {
    Paused(YieldReason),
    Failed(Caught),
}

impl Run {
    pub(super) fn new(
        program: &Arc<dyn Program>,
        core: ExecutionCore,
        have_own_blocks: bool,
        options: EngineOptions,
        heartbeat: &Arc<Heartbeat>,
    ) -> Self {
        heartbeat.started.lock().clear();
        let surroundings = Arc::clone(&core.surroundings);
        Run {
            surroundings,
            recorder: core.state.recorder(),
            program: Arc::clone(program),
            has_invariants: program.has_invariants(),
            declared: program.threads().len(),
            core: RefCell::new(core),
            instance: RefCell::new(Arc::clone(program).instance()),
            starting: RefCell::default(),
            introduced: Cell::default(),
            started: StartedFibers::default(),
            have_own_blocks,
            stack_size: options.stack_size,
            wants_blocks: Cell::default(),
            bodies: RefCell::default(),
            note: Cell::default(),
            on_fiber: OnFiber::default(),
            wakes: Arc::default(),
            fault: RefCell::default(),
            heartbeat: Arc::clone(heartbeat),
            timeout: options.timeout,
            grace: options.grace,
            since: Cell::new(None),
        }
    }

    /// The execution comes to this phase.
    pub(super) fn enter(&self, phase: Phase) {
        self.heartbeat.enter(phase);
        self.recorder.enter(phase);
    }

    /// An execution is about to begin.
    pub(super) fn begin_execution(&self) {
        let lock = &self.surroundings.process_lock;
        lock.begin_execution();
        lock.look_for_races(self.core.borrow().options.data_races);
    }

    /// Whether fibers share their thread-locals, and must not go on so.
    pub(super) fn wants_blocks(&self) -> bool {
        self.wants_blocks.get()
    }

    /// Takes the execution away, for another run to go on with it.
    pub(super) fn take_core(&self) -> ExecutionCore {
        let nothing = ExecutionCore::without_scheduler(self.program.threads(), &self.surroundings);
        self.core.replace(nothing)
    }

    /// Whether something went wrong inside of this library.
    #[inline]
    pub(super) fn has_failed(&self) -> bool {
        self.fault.borrow().is_some()
    }

    /// What `thread` is called.
    pub(super) fn name(&self, thread: ThreadId) -> Arc<str> {
        Arc::clone(&self.core.borrow().state.threads().names()[thread.index()])
    }

    /// Takes note of the threads that were started in the turn of `parent`.
    #[cold]
    fn adopt(&self, parent: ThreadId) {
        let mut core = self.core.borrow_mut();
        for name in self.starting.take() {
            let thread = core.state.spawn(parent, name.as_deref());
            let name = &core.state.threads().names()[thread.index()];
            self.heartbeat.started.lock().push(Arc::clone(name));
        }
    }

    /// An execution begins. Returns how many of its first turns are those of the execution before.
    #[inline]
    pub(super) fn begin(&self) -> usize {
        let mut bodies = self.bodies.borrow_mut();
        if !bodies.is_empty() {
            // They have all been run or dropped.
            bodies.clear();
            self.heartbeat.started.lock().clear();
        }
        drop(bodies);
        self.since.set(None);
        self.settle();
        let core = self.core.borrow();
        // Invariants are evaluated at every step, new or not, and outside threads are waited for if
        // they may do something.
        if self.has_invariants || core.is_over() || !self.surroundings.is_quiet() {
            return 0;
        }
        core.state.replayed_turns()
    }

    /// The first `count` turns have been repeated, and `current` has the turn after them.
    #[inline]
    pub(super) fn repeated(&self, count: usize, current: ThreadId) {
        let reached = self.heartbeat.reached_by_declared();
        let reached = reached.iter().map(Reached::marker);
        let mut core = self.core.borrow_mut();
        core.state.fast_forward(count, current, reached);
    }

    /// Whose turn an execution begins with that repeats none.
    #[cold]
    pub(super) fn first_turn(&self) -> Option<ThreadId> {
        self.settle();
        self.hear_wakes();
        let core = self.core.borrow_mut();
        self.next_turn(core, None)
    }

    /// Whose turn comes next, when that of `thread` has ended; none if the execution was over
    /// before.
    #[inline]
    pub(super) fn turn_after(&self, thread: ThreadId, end: TurnEnd) -> Option<ThreadId> {
        if end == TurnEnd::OTHERWISE {
            return self.turn_after_note(thread);
        }
        if self.has_invariants {
            return self.turn_after_observing(thread, end);
        }
        self.settle();
        self.hear_wakes();
        let mut core = self.core.borrow_mut();
        let is_over = core.is_over();
        match end.marker() {
            None if is_over => core.state.leave(thread, ThreadState::Finished),
            None => core.state.finish(thread),
            Some(marker) => {
                self.heartbeat.reach(thread, end);
                core.state.pause(thread, marker);
            }
        }
        if is_over || core.has_questions() {
            return self.next_turn(core, None);
        }
        core.turn().thread()
    }

    /// As [`turn_after`](Self::turn_after), where invariants are to be evaluated.
    #[inline(never)]
    fn turn_after_observing(&self, thread: ThreadId, end: TurnEnd) -> Option<ThreadId> {
        self.settle();
        let violated = self.violated();
        self.hear_wakes();
        let mut core = self.core.borrow_mut();
        let Some(marker) = end.marker() else {
            core.finish(thread, violated.is_some());
            return self.next_turn(core, violated);
        };
        self.heartbeat.reach(thread, end);
        core.state.pause(thread, marker);
        self.next_turn(core, violated)
    }

    /// As [`turn_after`](Self::turn_after), if the turn has ended as a note says.
    #[inline(never)]
    fn turn_after_note(&self, thread: ThreadId) -> Option<ThreadId> {
        self.settle();
        let pause = match self.note.take().expect("it has left a note") {
            TurnDetail::Paused(pause) => pause,
            TurnDetail::Failed(caught) => {
                self.hear_wakes();
                let mut core = self.core.borrow_mut();
                let failure = core.finish_caught(thread, caught);
                return self.next_turn(core, failure);
            }
        };
        let violated = self.violated();
        self.hear_wakes();
        let mut core = self.core.borrow_mut();
        if let Some(marker) = pause.marker() {
            self.heartbeat.reach(thread, TurnEnd::at_marker(marker));
        }
        core.pause(thread, pause);
        self.next_turn(core, violated)
    }

    /// Decides whose turn comes next, unless the execution has just failed; none if it was over
    /// before.
    #[inline(never)]
    fn next_turn<'a>(
        &'a self,
        mut core: RefMut<'a, ExecutionCore>,
        failure: Option<FailureKind>,
    ) -> Option<ThreadId> {
        if core.is_over() {
            return None;
        }
        if core.has_questions() && failure.is_none() {
            drop(core);
            self.ask();
            core = self.core.borrow_mut();
        }
        core.turn_unless(failure).thread()
    }

    /// Asks the questions that threads have left, with nothing borrowed.
    #[cold]
    fn ask(&self) {
        loop {
            let next = self.core.borrow_mut().next_question();
            let Some(mut question) = next else {
                break;
            };
            self.heartbeat.ask(Some(question.asker.thread));
            question.ask();
            self.heartbeat.ask(None);
            self.core.borrow_mut().answer(question);
        }
        // Whoever was asked may have woken a task.
        self.hear_wakes();
    }

    /// The invariant that does not hold where the last turn has ended.
    fn violated(&self) -> Option<FailureKind> {
        let instance = self.instance.borrow();
        let hooks = self.surroundings.process_lock.owner(Owner::HOOKS);
        self.has_invariants
            .then(|| check_invariants(&*self.program, &**instance, hooks))
            .flatten()
    }

    /// `thread` has let go of its turn after the execution was over. One that has caught its
    /// unwinding, and pauses, is told again.
    pub(super) fn unwound(&self, thread: ThreadId, end: TurnEnd) {
        let mut core = self.core.borrow_mut();
        match self.note.take() {
            Some(TurnDetail::Failed(caught)) => drop(core.finish_caught(thread, caught)),
            Some(TurnDetail::Paused(pause)) => core.pause(thread, pause),
            None => match end.marker() {
                Some(marker) => core.state.pause(thread, marker),
                None if end == TurnEnd::FINISHED => core.finish(thread, false),
                None => {}
            },
        }
    }

    /// Takes note of the wakers that have fired, and of the threads that were started.
    #[inline]
    fn hear_wakes(&self) {
        if self.wakes.has_any() {
            let mut core = self.core.borrow_mut();
            let hear = |fired: WakeEvent| core.wake(fired.thread, fired.execution, fired.by_time);
            self.wakes.take(hear);
            drop(core);
            self.adopt(self.heartbeat.running());
        }
    }
}
