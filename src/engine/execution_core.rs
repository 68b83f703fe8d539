//! The execution under way, and who directs it: what every engine keeps.

use std::sync::{Arc, Weak};

use super::catch::Caught;
use super::core::{ExecutionState, Over, Turn};
use super::external_wakers::{ExternalWakers, WakeStatus};
use super::lock_question::LockQuestion;
use super::lock_table::{BlockedOn, LockTable};
use super::yield_reason::YieldReason;
use super::{EngineOptions, ExecutionEnd, ExecutionResult, Phase, Scheduler};
use crate::failure::{
    Deadlock, FailureKind, Positions, StepLimit, ThreadPanic, TimeOut, Unfinished,
};
use crate::operation::{Choice, ThreadId, ThreadState, ThreadStatus};

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
    locks: LockTable,
    pub(super) phase: Phase,
    /// Counts executions, so that a waker of an earlier one is told from those of this one.
    pub(super) number: u64,
    outside: ExternalWakers,
    options: EngineOptions,
}

impl ExecutionCore {
    /// A table for a scheduler that has begun its first execution.
    pub(super) fn new(
        declared: &[String],
        scheduler: Box<dyn Scheduler>,
        options: EngineOptions,
    ) -> Self {
        ExecutionCore {
            state: ExecutionState::new(declared, options.max_steps),
            scheduler: Some(scheduler),
            over: None,
            stood: Vec::new(),
            blocked_on: Vec::new(),
            locks: LockTable::default(),
            phase: Phase::SetUp,
            number: 0,
            outside: ExternalWakers::new(options.external_wakers),
            options,
        }
    }

    /// Begins the next execution, if there is one.
    pub(super) fn begin(&mut self) -> bool {
        let next = self.scheduler.as_mut().and_then(|it| it.new_execution());
        let Some(repeated) = next else {
            return false;
        };
        self.state.reset(repeated);
        self.over = None;
        self.phase = Phase::SetUp;
        self.number += 1;
        self.outside.reset();
        self.locks.clear();
        self.blocked_on.clear();
        true
    }

    /// Whether threads that reach a marker are to be unwound.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some() || self.scheduler.is_none()
    }

    /// The running thread lets go of its turn.
    #[inline]
    pub(super) fn pause(&mut self, thread: ThreadId, pause: YieldReason) {
        match pause {
            YieldReason::Reach(marker) => self.state.pause(thread, marker),
            YieldReason::Acquire(marker, probe) => {
                self.locks.add_probe(thread, marker, probe);
                self.state.pause_to_acquire(thread, marker);
            }
            YieldReason::Wait { is_cancellable } => self.state.wait(thread, is_cancellable),
            YieldReason::Join(other) => self.state.join(thread, other),
        }
    }

    /// Takes back the question of a thread, which goes on or unwinds, and which
    /// [is not being asked](Self::is_being_asked).
    pub(super) fn withdraw(&mut self, thread: ThreadId) {
        let goes_on = !self.is_over();
        self.locks.withdraw(thread, goes_on);
    }

    /// Whether threads have left questions, which are to be asked before each turn is decided.
    #[inline]
    pub(super) fn has_questions(&self) -> bool {
        self.locks.has_probes()
    }

    /// The next question to be asked before the next turn is decided; nothing when all have been,
    /// or nothing is decided any more. It is asked without any lock of the engine, and
    /// [given back](Self::answer).
    #[inline]
    pub(super) fn next_question(&mut self) -> Option<LockQuestion> {
        if !self.has_questions() || self.is_over() {
            return None;
        }
        self.locks.next_question()
    }

    /// Takes note of what a question has shown.
    pub(super) fn answer(&mut self, question: LockQuestion) {
        self.locks.answer(question, &mut self.state);
    }

    /// Whether the question of `thread` is being asked: then it must not be taken back.
    pub(super) fn is_being_asked(&self, thread: ThreadId) -> bool {
        let asked = self.locks.being_asked();
        asked.is_some_and(|asked| asked.thread == thread)
    }

    /// Decides whose turn comes next, when all questions have been asked; notes how the execution
    /// ended if no thread has it.
    #[inline]
    pub(super) fn turn(&mut self) -> Turn {
        let ExecutionCore {
            state, scheduler, ..
        } = self;
        let turn = state.advance(|point, threads| match scheduler {
            Some(scheduler) => scheduler.choose(point, threads),
            None => Choice::Prune,
        });
        if let Turn::Over(over) = turn {
            self.note_over(over);
        }
        turn
    }

    fn note_over(&mut self, over: Over) {
        match over {
            // All have finished: what they passed before that nobody asks.
            Over::Complete => self.over = Some(ExecutionEnd::Held),
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
                let thread = Arc::clone(&self.state.threads().names()[thread.index()]);
                Some(FailureKind::Panic(ThreadPanic { thread, panic }))
            }
            Caught::Unwound => {
                self.state.leave(thread, ThreadState::Unwound);
                None
            }
        }
    }

    /// Goes on with an execution in which nobody could, if somebody can now; false if not.
    pub(super) fn revive(&mut self) -> bool {
        let can_go_on = !self.state.is_stuck();
        if can_go_on {
            self.over = None;
        }
        can_go_on
    }

    /// Whether the threads' part seems over since nobody can go on.
    pub(super) fn is_stuck(&self) -> bool {
        matches!(
            self.failure(),
            Some(FailureKind::Deadlock(_) | FailureKind::TimeOut(_))
        )
    }

    /// Whether nobody can go on, and something outside has not woken a task.
    fn is_not_woken(&self) -> bool {
        matches!(self.failure(), Some(FailureKind::TimeOut(_)))
    }

    fn failure(&self) -> Option<&FailureKind> {
        self.over.as_ref().and_then(ExecutionEnd::failure)
    }

    /// Whether the threads' part of the execution ended well.
    #[inline]
    pub(super) fn held(&self) -> bool {
        self.over.as_ref().is_some_and(ExecutionEnd::is_held)
    }

    /// What it is that nobody can go on: a deadlock, unless something outside may wake a task.
    fn stuck(&self) -> FailureKind {
        let mut waiting = self.state.waiting();
        if self.outside.is_expected() && waiting.any(|thread| self.outside.is_held(thread)) {
            let (limit, threads) = (self.options.timeout, Positions::default());
            return FailureKind::TimeOut(TimeOut(Unfinished::NotWoken { limit, threads }));
        }
        FailureKind::Deadlock(Deadlock::default())
    }

    /// The end of an execution that the clock ends now.
    #[cold]
    pub(super) fn timed_out(&self) -> ExecutionEnd {
        let limit = self.options.timeout;
        let threads = Positions::default();
        let unfinished = match self.phase.hook() {
            Some(hook) => Unfinished::Hook { hook, limit },
            None => Unfinished::Threads { limit, threads },
        };
        FailureKind::TimeOut(TimeOut(unfinished)).into()
    }

    /// How the threads' part of the execution ended. Nobody asks when the scheduler is gone.
    pub(super) fn ending(&self) -> ExecutionEnd {
        self.over.clone().unwrap_or(ExecutionEnd::Pruned)
    }

    /// Notes how the threads' part of the execution ended.
    fn set_over(&mut self, end: impl Into<ExecutionEnd>) {
        self.stand();
        for thread in self.state.waiting() {
            if !self.outside.is_held(thread) {
                self.stood[thread.index()].state = ThreadState::NoWakerLeft;
            }
        }
        self.over = Some(end.into());
    }

    /// Notes where the threads stand, and what they wait for there.
    fn stand(&mut self) {
        self.state.report_statuses(&mut self.stood);
        self.locks.blocked_on(&mut self.blocked_on);
        if let Some(asked) = self.locks.being_asked() {
            self.stood[asked.thread.index()].state = ThreadState::BeingAsked(asked.marker);
        }
    }

    /// `waker` is what the waker of the task `thread` points to.
    pub(super) fn keep_waker(&mut self, thread: ThreadId, waker: Weak<dyn Send + Sync>) {
        self.outside.keep(thread, waker);
    }

    /// The waker of `thread` in the execution of this number fired, on a thread of the program or
    /// outside of it. Where wake-ups from outside are expected they are put off until nobody else
    /// can go on: so nothing depends on when they come.
    pub(super) fn wake(&mut self, thread: ThreadId, execution: u64, is_inside: bool) {
        if self.number != execution {
        } else if is_inside || !self.outside.is_expected() {
            self.state.wake(thread);
        } else {
            self.outside.record(thread);
        }
    }

    /// Whether something outside of the program wakes tasks.
    pub(super) fn expects_wakes(&self) -> bool {
        self.outside.is_expected()
    }

    /// What there is to do when the threads' part seems over, since nobody can go on. To be asked
    /// again and again while it is to wait; `is_settled` says whether tasks that somebody may
    /// still wake have had the time for that, and `have_fired` whether wakers have fired that the
    /// core was not told of.
    pub(super) fn news(&mut self, is_settled: bool, have_fired: impl Fn() -> bool) -> WakeStatus {
        if !self.is_stuck() {
            return WakeStatus::Nothing;
        }
        let status = |core: &Self| {
            let status = core.outside.status(core.state.waiting(), is_settled);
            // A waker that is gone may have fired just before.
            let is_known = status == WakeStatus::Wait || !have_fired();
            if is_known { status } else { WakeStatus::Wait }
        };
        let mut news = status(self);
        if news == WakeStatus::Woken {
            for thread in self.outside.take_pending() {
                self.state.wake(thread);
            }
            if !self.state.is_stuck() {
                self.over = None;
                return news;
            }
            news = status(self);
        }
        self.set_over(self.stuck());
        news
    }

    /// Whether a task was woken from outside, and is put off.
    pub(super) fn has_heard(&self) -> bool {
        self.outside.has_pending()
    }

    /// Waits no longer for something outside to wake a task, if it does; false if it does not.
    pub(super) fn give_up(&mut self) -> bool {
        self.is_not_woken() && self.outside.give_up()
    }

    /// Tells the scheduler how the execution ended; false if the team was left behind before.
    pub(super) fn end(&mut self, end: &ExecutionEnd, outcome: Option<&str>) -> bool {
        match self.over {
            None => self.stand(),
            Some(ExecutionEnd::Held) => self.state.report_finished(&mut self.stood),
            Some(_) => {}
        }
        let Some(scheduler) = &mut self.scheduler else {
            return false;
        };
        scheduler.end(ExecutionResult {
            trace: self.state.trace(end.is_timed_out()),
            names: self.state.threads().names(),
            threads: &self.stood,
            blocked_on: &self.blocked_on,
            end,
            outcome,
        });
        true
    }
}
