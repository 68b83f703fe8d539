//! One execution, as far as it has come: where its threads stand, whose turn comes next, and the
//! trace of its steps. Pure: no threads here.

use super::EngineOptions;
use super::flight_recorder::Recording;
use crate::operation::{
    Access, Choice, Event, Footprint, Footprints, Object, Operation, Pending, SchedulingPoint,
    StepEnd, ThreadId, ThreadState,
};
use crate::site::MarkerId;
use condition::Conditional;
use waiting_loops::WaitingLoops;

mod access_step;
mod blocked;
mod clock;
mod condition;
mod conditional;
mod deadlines;
mod enabled;
mod family;
mod fast_forward;
mod footprint;
mod kernel;
mod recorded;
mod spinning;
mod taking_back;
mod tasks;
mod thread_table;
mod told;
mod turn;
mod wait_queues;
mod waiting_loops;

pub(crate) use condition::Condition;
pub(crate) use kernel::{Kernel, WaitEnd};
pub(crate) use thread_table::ThreadTable;
pub(crate) use turn::{Over, Turn};
#[cfg(any(interlace, test))]
pub(crate) use waiting_loops::Learnt;
#[cfg(interlace)]
pub(crate) use waiting_loops::{Arrived, Reach};

/// One execution, as far as it has come. Its vectors are kept from one execution to the next.
#[derive(Debug)]
pub(crate) struct ExecutionState {
    threads: ThreadTable,
    /// The tasks whose wakers fired while they were running.
    notified: Vec<ThreadId>,
    /// How many declared threads have been started.
    started: usize,
    /// The threads that could go on, in the order of their ways. The running thread keeps its slot
    /// (`running`), so pausing again needs no insertion; but it has none if its wait was interrupted.
    enabled: Vec<Pending>,
    running: Option<usize>,
    /// How many threads wait for the end of another.
    joining: usize,
    /// The steps of this execution, of which `taken` have been taken. Those after them are to be
    /// taken again: they are the same as in the execution before.
    steps: Vec<Event>,
    taken: usize,
    /// How many first steps are those of the execution before.
    repeated: usize,
    /// What the steps have touched, and of how many first steps that is kept from the execution before.
    accesses: Vec<Access>,
    known: usize,
    /// How many accesses there were when the execution ended.
    accesses_at_end: usize,
    /// What the threads are about to touch.
    footprints: Footprints,
    /// The loops in which they wait. Known in instrumented builds.
    loops: WaitingLoops,
    /// The first step that began or ended a wait that may also end otherwise.
    conditional_step: Option<usize>,
    max_steps: usize,
    /// The threads that wait and may go on under a condition.
    conditional: Vec<Conditional>,
    /// The waits that timed out, or ended spuriously, and how many steps had been taken by then.
    given_up: Vec<(Conditional, usize)>,
    /// Whether waits may time out while others could go on.
    are_early: bool,
    /// How many wake-ups may be spurious.
    max_spurious: usize,
    /// What is told of the execution if the process dies.
    recording: Recording,
}

impl ExecutionState {
    /// The state for executions of these declared threads.
    pub(crate) fn new(declared: &[String], options: EngineOptions) -> Self {
        let threads = ThreadTable::new(declared);
        ExecutionState {
            notified: Vec::new(),
            started: 0,
            enabled: Vec::with_capacity(threads.len()),
            running: None,
            joining: 0,
            steps: Vec::new(),
            taken: 0,
            repeated: 0,
            accesses: Vec::new(),
            known: 0,
            accesses_at_end: 0,
            footprints: Footprints::default(),
            loops: WaitingLoops::default(),
            conditional_step: None,
            max_steps: options.max_steps,
            conditional: Vec::new(),
            given_up: Vec::new(),
            are_early: options.waits.times_out_early(),
            max_spurious: options.waits.spurious_wakeups as usize,
            recording: Recording::begin(declared, options.crash_note),
            threads,
        }
    }

    /// Makes ready for the next execution, whose first `repeated` steps are the same as in this
    /// one. They are taken without asking anybody, as long as the threads are where they were.
    pub(crate) fn reset(&mut self, repeated: usize) {
        self.recording.turn(0);
        self.threads.reset();
        self.notified.clear();
        self.started = 0;
        self.enabled.clear();
        self.running = None;
        self.joining = 0;
        self.keep_steps(repeated);
        self.forget_accesses();
        self.taken = 0;
        self.conditional.clear();
        self.given_up.clear();
        self.footprints.clear();
        self.loops.clear();
        self.conditional_step = None;
    }

    /// Makes ready to run this execution once more, up to where it is.
    pub(crate) fn restart(&mut self) {
        let repeated = self.repeated.min(self.taken);
        self.reset(self.taken);
        self.repeated = repeated;
        // The last step was under way: what it touches is still to come.
        self.known = 0;
    }

    pub(crate) fn threads(&self) -> &ThreadTable {
        &self.threads
    }

    /// The running thread reached `marker`.
    #[inline]
    pub(crate) fn pause(&mut self, thread: ThreadId, marker: MarkerId) {
        self.threads.states[thread.index()] = ThreadState::Marker(marker);
        if cfg!(interlace) || !self.footprints.is_empty() {
            self.footprints.reach(thread);
        }
        if cfg!(interlace) && !self.loops.is_at_access(thread) {
            self.loops.leave(thread);
        }
        self.enable_running(thread, Operation::at_marker(marker));
    }

    /// The running thread has stopped before `operation`, and could go on.
    #[inline]
    fn enable_running(&mut self, thread: ThreadId, operation: Operation) {
        if let Some(slot) = self.running.take() {
            self.enabled[slot].operation = operation;
        } else {
            self.insert_enabled(Pending { thread, operation });
        }
    }

    /// Notes where the step of `thread` has left it, if its turn was a step.
    #[inline]
    fn end_step(&mut self, thread: ThreadId, end: StepEnd) {
        let last = self.steps[..self.taken].last_mut();
        if let Some(last) = last.filter(|last| last.thread == thread) {
            last.end = end;
        }
    }

    /// The running thread came to its end.
    #[inline]
    pub(crate) fn finish(&mut self, thread: ThreadId) {
        if cfg!(interlace) {
            self.loops.leave(thread);
        }
        self.threads.states[thread.index()] = ThreadState::Finished;
        self.end_step(thread, StepEnd::Ended);
        if let Some(slot) = self.running.take() {
            // By hand, since the list is short, and a call to move its rest costs more.
            for next in slot + 1..self.enabled.len() {
                self.enabled.swap(next - 1, next);
            }
            self.enabled.pop();
        }
        if self.joining > 0 {
            self.let_join(thread);
        }
    }

    /// `thread` cannot be chosen any more: it has ended, or it waits; `state` says which.
    pub(crate) fn leave(&mut self, thread: ThreadId, state: ThreadState) {
        if cfg!(interlace) {
            self.loops.leave(thread);
        }
        let before = std::mem::replace(&mut self.threads.states[thread.index()], state);
        match before {
            ThreadState::Running => self.leave_slot(thread),
            ThreadState::Joining(_) => self.joining -= 1,
            before if before.is_enabled() => self.remove_enabled(thread),
            _ => {}
        }
        self.drop_interruptions(thread);
        if state.has_ended() && self.joining > 0 {
            self.let_join(thread);
        }
    }

    /// The running `thread` gives its slot back. After the end of an execution several may run, of
    /// which one at most has a slot.
    fn leave_slot(&mut self, thread: ThreadId) {
        let is_own = |slot: &mut usize| self.enabled[*slot].thread == thread;
        if let Some(slot) = self.running.take_if(is_own) {
            self.enabled.remove(slot);
        }
    }

    /// Decides whose turn comes next, and gives it to that thread.
    ///
    /// At the start the declared threads run one after the other, each up to its first marker. Then
    /// `choose` picks one of the threads that are enabled.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn advance(
        &mut self,
        choose: impl FnOnce(&SchedulingPoint<'_>, &ThreadTable) -> Choice,
    ) -> Turn {
        if !self.conditional.is_empty() {
            self.open_conditional();
        }
        let have_started = self.started == self.threads.declared();
        if !have_started || self.is_stuck() || self.is_at_limit() || self.only_left_over_wait() {
            return self.advance_without_choice();
        }
        if self.taken < self.steps.len()
            && let Some(turn) = self.step_again()
        {
            return turn;
        }
        let point = SchedulingPoint {
            enabled: &self.enabled,
            threads: &self.threads.states,
            footprints: &self.footprints,
            identities: self.threads.identities(),
            last: self.last(),
            step: self.taken,
        };
        let last = point.last;
        match choose(&point, &self.threads) {
            Choice::Take(index) => self.step(index, last),
            Choice::Prune => Turn::Over(Over::Pruned),
        }
    }

    /// What comes next when there is nothing to choose.
    #[cold]
    fn advance_without_choice(&mut self) -> Turn {
        if self.started < self.threads.declared() {
            let thread = ThreadId::new(self.started);
            self.started += 1;
            self.recording.turn(self.started);
            self.run(thread)
        } else if self.is_stuck() || self.only_left_over_wait() {
            if !self.enabled.is_empty() {
                // A wait that ends with the execution may have timed out before.
                self.note_conditional();
            }
            self.nobody()
        } else {
            Turn::Over(Over::StepLimit)
        }
    }

    /// No thread can go on, or only those can that are [left over](Self::only_left_over_wait).
    fn nobody(&self) -> Turn {
        Turn::Over(if self.have_declared_ended() {
            Over::Complete
        } else {
            Over::Deadlock
        })
    }

    /// Whether all declared threads have come to their end, and those that the program has started and
    /// that are left only wait, perhaps until a time. As when a `main` returns, they end then.
    #[inline]
    fn only_left_over_wait(&self) -> bool {
        let has_started_some = self.threads.states.len() > self.threads.declared();
        has_started_some && !self.has_ordinary() && self.have_declared_ended()
    }

    fn have_declared_ended(&self) -> bool {
        let mut declared = self.threads.states[..self.threads.declared()].iter();
        declared.all(|state| matches!(state, ThreadState::Finished))
    }

    #[inline]
    fn is_at_limit(&self) -> bool {
        self.taken >= self.max_steps
    }

    #[inline]
    fn last(&self) -> Option<ThreadId> {
        self.steps().last().map(|event| event.thread)
    }

    /// Takes the next step as in the execution before; nothing if the threads are not where they
    /// were. Then whoever chooses finds the difference: other threads are enabled than before.
    #[inline]
    fn step_again(&mut self) -> Option<Turn> {
        let Event {
            thread,
            operation,
            index,
            enabled_count,
            ..
        } = self.steps[self.taken];
        let slot = index as usize;
        let is_there = self.enabled.get(slot) == Some(&Pending { thread, operation });
        if !is_there || self.enabled.len() != enabled_count as usize {
            self.keep_steps(self.taken);
            return None;
        }
        self.give_slot(slot);
        self.recording.step_again(self.taken);
        self.taken += 1;
        if self.taken > self.known {
            self.note_again(Pending { thread, operation });
        }
        Some(self.run(thread))
    }

    // Always inline: a call costs as much as a third of this, and this is every step.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn step(&mut self, index: usize, last: Option<ThreadId>) -> Turn {
        let pending = self.enabled[index];
        let thread = pending.thread;
        // Both are asked, since nothing predicts the answer to the first: a branch on it cost a
        // twenty-fifth of an execution.
        let mut preempts = last.is_some_and(|last| (last != thread) & self.state(last).is_ready());
        let is_interruption = pending.operation.is_interruption();
        if is_interruption {
            preempts = self.enabled[0].operation.rarity() < pending.operation.rarity();
        }
        let (enabled, accesses) = (self.enabled.len(), self.accesses.len());
        let place = (in_32_bits(index), in_32_bits(enabled));
        self.steps.push(Event {
            preempts,
            ..Event::begin(pending, place.0, place.1, in_32_bits(accesses))
        });
        // As for `operation::forced`.
        let goes_on = last == Some(thread) && !is_interruption;
        let is_forced = !goes_on && (preempts || index != 0);
        self.recording.step(self.taken, pending, is_forced);
        self.taken += 1;
        if !(pending.operation.is_marker() & self.footprints.is_empty()) {
            self.note_footprint(pending);
        }
        self.give_slot(index);
        self.run(thread)
    }

    #[inline]
    fn run(&mut self, thread: ThreadId) -> Turn {
        self.threads.states[thread.index()] = ThreadState::Running;
        Turn::Of(thread)
    }
}

/// No process has memory for more threads, or accesses.
#[allow(clippy::cast_possible_truncation, reason = "see above")]
#[inline]
fn in_32_bits(number: usize) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests;
