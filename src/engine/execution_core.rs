//! The execution under way, and who directs it: what every engine keeps.

mod crashes;
mod questions;
#[cfg(interlace)]
mod race;
mod stuck;
mod unwinding;
mod waits;

use std::sync::Arc;

use super::call_stacks::CallStack;
use super::call_waits::CallWaits;
use super::catch::Caught;
use super::core::{ExecutionState, Kernel, Over, Turn};
use super::crash;
use super::external_wakers::ExternalWakers;
#[cfg(interlace)]
use super::lessons::Habits;
#[cfg(interlace)]
use super::lock_question::Acquisition;
use super::lock_table::{BlockedOn, LockTable};
#[cfg(interlace)]
use super::lock_words::LockWords;
use super::outside::Settled;
#[cfg(interlace)]
use super::scopes::Scopes;
use super::surroundings::Surroundings;
use super::yield_reason::YieldReason;
use super::{EngineOptions, ExecutionEnd, ExecutionResult, Phase, Scheduler};
use crate::failure::{EarlierPanics, FailureKind, Panic, StepLimit, ThreadPanic};
use crate::operation::{Choice, ThreadId, ThreadState, ThreadStatus, Trace};

/// The execution under way, and who directs it.
pub(super) struct ExecutionCore {
    pub(super) state: ExecutionState,
    /// Gone when the team has been left behind.
    pub(super) scheduler: Option<Box<dyn Scheduler>>,
    /// How the threads' part of the execution ended, once it has.
    pub(super) over: Option<ExecutionEnd>,
    /// Where the threads stood when it ended, before any was unwound.
    stood: Vec<ThreadStatus>,
    /// What they were about to acquire then, and was not free.
    blocked_on: Vec<BlockedOn>,
    /// From where the steps were taken, if that is noted.
    pub(super) stacks: Vec<CallStack>,
    /// The panics of threads that the program has started, before the end.
    panics: EarlierPanics,
    locks: LockTable,
    #[cfg(interlace)]
    pub(super) lock_words: LockWords,
    #[cfg(interlace)]
    pub(super) scopes: Scopes,
    pub(super) kernel: Kernel,
    /// How the threads that are inside of calls got there.
    pub(super) calls: CallWaits,
    pub(super) phase: Phase,
    /// Counts executions, so that a waker of an earlier one is told from those of this one.
    pub(super) number: u64,
    outside: ExternalWakers,
    pub(super) surroundings: Arc<Surroundings>,
    /// What the outside threads did when it was looked last.
    settled: Option<Settled>,
    pub(super) options: EngineOptions,
}

/// Where chance begins in every execution.
const SEED: u64 = 0x1A7E_B1AC_E000_0001;

impl ExecutionCore {
    /// A table for a scheduler that has begun its first execution.
    pub(super) fn new(
        declared: &[String],
        scheduler: Box<dyn Scheduler>,
        surroundings: &Arc<Surroundings>,
        options: EngineOptions,
    ) -> Self {
        ExecutionCore::of(declared, Some(scheduler), surroundings, options)
    }

    fn of(
        declared: &[String],
        scheduler: Option<Box<dyn Scheduler>>,
        surroundings: &Arc<Surroundings>,
        options: EngineOptions,
    ) -> Self {
        ExecutionCore {
            state: ExecutionState::new(declared, options),
            scheduler,
            over: None,
            stood: Vec::new(),
            blocked_on: Vec::new(),
            stacks: Vec::new(),
            panics: EarlierPanics::default(),
            locks: LockTable::default(),
            #[cfg(interlace)]
            lock_words: LockWords::default(),
            #[cfg(interlace)]
            scopes: Scopes::default(),
            kernel: Kernel::new(SEED),
            calls: CallWaits::new(options.waits.real_time),
            phase: Phase::SetUp,
            number: 0,
            outside: ExternalWakers::new(options.external_wakers),
            surroundings: Arc::clone(surroundings),
            settled: None,
            options,
        }
    }

    /// A core that decides nothing.
    pub(super) fn without_scheduler(declared: &[String], surroundings: &Arc<Surroundings>) -> Self {
        ExecutionCore::of(declared, None, surroundings, EngineOptions::default())
    }

    /// Begins the next execution, if there is one.
    pub(super) fn begin(&mut self) -> bool {
        let next = self.scheduler.as_mut().and_then(|it| it.new_execution());
        let Some(repeated) = next else {
            return false;
        };
        self.state.reset(repeated);
        self.forget();
        true
    }

    /// Begins the execution once more that is under way, after its threads have ended. It takes the
    /// same steps as before without asking the scheduler.
    #[cold]
    pub(super) fn restart(&mut self) {
        self.state.restart();
        self.forget();
    }

    /// Forgets all of the execution but its steps.
    fn forget(&mut self) {
        self.over = None;
        self.phase = Phase::SetUp;
        self.state.recorder().rest();
        self.number += 1;
        self.outside.reset();
        self.settled = None;
        self.locks.clear();
        #[cfg(interlace)]
        self.lock_words.clear();
        #[cfg(interlace)]
        self.scopes.clear();
        self.surroundings.reset(&mut self.kernel);
        self.calls.clear();
        self.blocked_on.clear();
        self.stacks.clear();
        self.panics.0.clear();
    }

    /// Whether threads that reach a marker are to be unwound.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some() || self.scheduler.is_none()
    }

    /// The running thread lets go of its turn.
    #[inline]
    pub(super) fn pause(&mut self, thread: ThreadId, pause: YieldReason) {
        #[cfg(interlace)]
        if pause.may_wait() && self.lock_words.does_read(thread) {
            self.options.lessons.note(Habits {
                readers_wait: true,
                ..Habits::default()
            });
        }
        match pause {
            YieldReason::Reach(marker) => self.state.pause(thread, marker),
            YieldReason::Acquire(marker, probe) => {
                self.locks.add_probe(thread, marker, probe);
                self.state.pause_to_acquire(thread, marker);
            }
            #[cfg(interlace)]
            YieldReason::AcquireWord(marker, word) => {
                let by = Acquisition { thread, marker };
                self.lock_words.await_word(by, word);
                self.state.pause_to_acquire(thread, marker);
            }
            YieldReason::Wait { is_cancellable } => self.state.wait(thread, is_cancellable),
            YieldReason::Join(other) => self.state.join(thread, other),
            YieldReason::Block(blocked) => self.block(thread, blocked),
            YieldReason::Yield => self.let_others_go_first(thread),
        }
    }

    /// Decides whose turn comes next, when all questions have been asked; notes how the execution
    /// ended if no thread has it.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn turn(&mut self) -> Turn {
        #[cfg(interlace)]
        if self.has_race() {
            return self.fail(ExecutionEnd::Pruned);
        }
        if self.has_calls() {
            self.hear_calls();
        }
        #[cfg(interlace)]
        if self.lock_words.are_awaited() {
            self.lock_words.look(&mut self.state);
        }
        let ExecutionCore {
            state, scheduler, ..
        } = self;
        let turn = state.advance(|point, threads| match scheduler {
            Some(scheduler) => scheduler.choose(point, threads),
            None => Choice::Prune,
        });
        match turn {
            Turn::Over(over) => self.note_over(over),
            Turn::Of(thread) => {
                if let Some(known) = self.options.known_crashes {
                    return self.turn_unless_known(known, thread);
                }
            }
        }
        turn
    }

    pub(super) fn note_over(&mut self, over: Over) {
        match over {
            // All have finished: what they passed before that nobody asks.
            Over::Complete => {
                self.state.note_end();
                self.over = Some(ExecutionEnd::Held);
            }
            Over::Deadlock => self.set_over(self.stuck()),
            Over::StepLimit => {
                let max_steps = self.options.max_steps;
                self.set_over(FailureKind::StepLimit(StepLimit::of(max_steps)));
            }
            Over::Pruned => self.set_over(ExecutionEnd::Pruned),
        }
    }

    /// As [`turn`](Self::turn), unless the execution has just failed.
    #[inline]
    pub(super) fn turn_unless(&mut self, failure: Option<FailureKind>) -> Turn {
        match failure {
            None => self.turn(),
            Some(failure) => self.fail(failure),
        }
    }

    /// Ends the threads' part of the execution as a failure.
    #[cold]
    pub(super) fn fail(&mut self, end: impl Into<ExecutionEnd>) -> Turn {
        self.set_over(end);
        Turn::Over(Over::Pruned)
    }

    /// Takes note of a thread that has come to its end, where an invariant may not have held.
    #[inline]
    pub(super) fn finish(&mut self, thread: ThreadId, has_failed: bool) {
        if has_failed || self.is_over() {
            self.state.leave(thread, ThreadState::Finished);
        } else {
            self.state.finish(thread);
        }
    }

    /// As [`finish`](Self::finish), for a thread that was caught. Returns how the execution ends
    /// with that, if it does and was not over before.
    #[cold]
    pub(super) fn finish_caught(
        &mut self,
        thread: ThreadId,
        caught: Caught,
    ) -> Option<FailureKind> {
        match caught {
            Caught::Panic(panic) => {
                self.state.leave(thread, ThreadState::Panicked);
                let thread = self.name(thread);
                self.panics.forget(&thread);
                Some(FailureKind::of_panic(panic, |panic| {
                    FailureKind::Panic(ThreadPanic { thread, panic })
                }))
            }
            Caught::Unwound => {
                self.state.leave(thread, ThreadState::Unwound);
                None
            }
        }
    }

    /// A thread panics, and may catch that. If the program has started it, that is told where the execution fails
    /// later.
    #[cold]
    pub(super) fn note_panic(&mut self, thread: ThreadId, panic: &Panic) {
        let is_started = thread.index() >= self.state.threads().declared();
        if is_started && !self.is_over() {
            self.panics.add(self.name(thread), panic.clone());
        }
    }

    fn name(&self, thread: ThreadId) -> Arc<str> {
        Arc::clone(&self.state.threads().names()[thread.index()])
    }

    fn failure(&self) -> Option<&FailureKind> {
        self.over.as_ref().and_then(ExecutionEnd::failure)
    }

    /// Whether the threads' part of the execution ended well.
    #[inline]
    pub(super) fn held(&self) -> bool {
        self.over.as_ref().is_some_and(ExecutionEnd::is_held)
    }

    /// Whether that ended with threads that have not come to their end: it failed, or threads are left
    /// over that the program has started. They are to be unwound.
    #[inline]
    pub(super) fn has_unended(&self) -> bool {
        let names = self.state.threads().names();
        let declared = self.state.threads().declared();
        let mut all = (0..names.len()).map(ThreadId::new);
        !self.held() || names.len() > declared && all.any(|it| !self.state.state(it).has_ended())
    }

    /// How the threads' part of the execution ended. Nobody asks when the scheduler is gone.
    pub(super) fn ending(&self) -> ExecutionEnd {
        self.over.clone().unwrap_or(ExecutionEnd::Pruned)
    }

    /// Notes how the threads' part of the execution ended: by its first data race, if it has one.
    fn set_over(&mut self, end: impl Into<ExecutionEnd>) {
        let end = end.into();
        #[cfg(interlace)]
        let end = self.race().map_or(end, Into::into);
        self.stand();
        for thread in self.state.waiting() {
            if !self.outside.is_held(thread) {
                self.stood[thread.index()].state = ThreadState::NoWakerLeft;
            }
        }
        self.state.note_end();
        self.over = Some(end);
    }

    /// Notes where the threads stand, and what they wait for there.
    fn stand(&mut self) {
        self.state.report_statuses(&mut self.stood);
        self.locks.blocked_on(&mut self.blocked_on);
        #[cfg(interlace)]
        self.lock_words.blocked_on(&mut self.blocked_on);
        if let Some(asked) = self.locks.being_asked() {
            self.stood[asked.thread.index()].state = ThreadState::BeingAsked(asked.marker);
        }
    }

    /// Tells the scheduler how the execution ended; false if the team was left behind before.
    pub(super) fn end(&mut self, end: &ExecutionEnd, outcome: Option<&str>) -> bool {
        match self.over {
            None => self.stand(),
            Some(ExecutionEnd::Held) => self.state.report_finished(&mut self.stood),
            Some(_) => {}
        }
        if self.over.is_some() {
            self.state.forget_touched_since_end();
        }
        #[cfg(interlace)]
        for (site, learnt) in self.state.take_learnt_of_loops() {
            super::loop_sites::learn(site, learnt, self.options.lessons);
        }
        if !end.is_timed_out() {
            crash::goes_on(self.state.recorder());
        }
        let Some(scheduler) = &mut self.scheduler else {
            return false;
        };
        let has_aborted = match &self.over {
            Some(over) => over.failure().is_some_and(|it| !it.is_stuck()),
            None => true,
        };
        scheduler.end(ExecutionResult {
            trace: Trace {
                is_cut_short: end.is_timed_out(),
                has_aborted,
                threads: &self.stood,
                ..self.state.trace()
            },
            names: self.state.threads().names(),
            threads: &self.stood,
            blocked_on: &self.blocked_on,
            stacks: &self.stacks,
            panics: &self.panics,
            end,
            outcome,
        });
        true
    }
}
