//! One execution, as far as it has come: where its threads stand, whose turn comes next, and the
//! trace of its steps. Pure: no threads here.

use crate::operation::{
    Access, Choice, Event, Object, Operation, Pending, SchedulingPoint, StepEnd, ThreadId,
    ThreadState,
};
use crate::site::MarkerId;

mod blocked;
mod family;
mod fast_forward;
mod thread_table;
mod told;
mod turn;

pub(crate) use thread_table::ThreadTable;
pub(crate) use turn::{Over, Turn};

/// One execution, as far as it has come. Its vectors are kept from one execution to the next.
#[derive(Debug)]
pub(crate) struct ExecutionState {
    threads: ThreadTable,
    /// The tasks whose wakers fired while they were running.
    notified: Vec<ThreadId>,
    /// How many declared threads have been started.
    started: usize,
    /// Schedulable threads, by id. The running thread keeps its slot (`running`), so pausing again
    /// needs no insertion.
    enabled: Vec<Pending>,
    running: Option<usize>,
    /// How many tasks are woken, and how many threads wait for the end of another.
    woken: usize,
    joining: usize,
    /// The steps of this execution, of which `taken` have been taken. Those after them are to be
    /// taken again: they are the same as in the execution before.
    steps: Vec<Event>,
    taken: usize,
    /// How many first steps are those of the execution before, and what all steps have touched.
    repeated: usize,
    accesses: Vec<Access>,
    /// How often a woken task went on: that counts towards the limit, or tasks that wake
    /// themselves for ever would never end.
    resumed: usize,
    max_steps: usize,
}

impl ExecutionState {
    /// The state for executions of these declared threads.
    pub(crate) fn new(declared: &[String], max_steps: usize) -> Self {
        let threads = ThreadTable::new(declared);
        ExecutionState {
            notified: Vec::new(),
            started: 0,
            enabled: Vec::with_capacity(threads.len()),
            running: None,
            woken: 0,
            joining: 0,
            steps: Vec::new(),
            taken: 0,
            repeated: 0,
            accesses: Vec::new(),
            resumed: 0,
            max_steps,
            threads,
        }
    }

    /// Makes ready for the next execution, whose first `repeated` steps are the same as in this
    /// one. They are taken without asking anybody, as long as the threads are where they were.
    pub(crate) fn reset(&mut self, repeated: usize) {
        self.threads.reset();
        self.notified.clear();
        self.started = 0;
        self.enabled.clear();
        self.running = None;
        self.woken = 0;
        self.joining = 0;
        self.keep_steps(repeated);
        self.taken = 0;
        self.resumed = 0;
    }

    /// Makes ready to run this execution once more, up to where it is.
    pub(crate) fn restart(&mut self) {
        let repeated = self.repeated.min(self.taken);
        self.reset(self.taken);
        // What the steps after them touch is noted once more.
        self.repeated = repeated;
        let known = self.steps[..repeated].last();
        self.accesses
            .truncate(known.map_or(0, |last| last.accesses_end) as usize);
    }

    pub(crate) fn threads(&self) -> &ThreadTable {
        &self.threads
    }

    /// The running thread reached `marker`.
    #[inline]
    pub(crate) fn pause(&mut self, thread: ThreadId, marker: MarkerId) {
        self.threads.states[thread.index()] = ThreadState::Marker(marker);
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

    /// The running task found its future pending. A waker that fired meanwhile still counts.
    pub(crate) fn wait(&mut self, thread: ThreadId) {
        let notified = self.notified.iter().position(|other| *other == thread);
        let (state, end) = if let Some(notified) = notified {
            self.notified.swap_remove(notified);
            (ThreadState::Woken, StepEnd::Paused)
        } else {
            (ThreadState::Waiting, StepEnd::Waits)
        };
        self.end_step(thread, end);
        self.leave(thread, state);
        self.woken += usize::from(notified.is_some());
    }

    /// Notes where the step of `thread` has left it, if its turn was a step.
    #[inline]
    fn end_step(&mut self, thread: ThreadId, end: StepEnd) {
        let last = self.steps[..self.taken].last_mut();
        if let Some(last) = last.filter(|last| last.thread == thread) {
            last.end = end;
        }
    }

    /// The waker of `thread` fired.
    pub(crate) fn wake(&mut self, thread: ThreadId) {
        match &mut self.threads.states[thread.index()] {
            state @ ThreadState::Waiting => {
                *state = ThreadState::Woken;
                self.woken += 1;
            }
            state
                if (*state == ThreadState::Running || is_stopped(*state))
                    && !self.notified.contains(&thread) =>
            {
                self.notified.push(thread);
            }
            _ => {}
        }
    }

    /// The running thread came to its end.
    #[inline]
    pub(crate) fn finish(&mut self, thread: ThreadId) {
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
        let before = std::mem::replace(&mut self.threads.states[thread.index()], state);
        match before {
            ThreadState::Running => self.leave_slot(thread),
            ThreadState::Woken => self.woken -= 1,
            ThreadState::Joining(_) => self.joining -= 1,
            before if before.is_enabled() => self.remove_enabled(thread),
            _ => {}
        }
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

    /// The tasks that wait for their wakers.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = ThreadId> + '_ {
        let numbered = self.threads.states.iter().enumerate();
        let waiting = numbered.filter(|(_, state)| **state == ThreadState::Waiting);
        waiting.map(|(index, _)| ThreadId::new(index))
    }

    /// Whether a task that was woken is to go on.
    pub(crate) fn has_woken(&self) -> bool {
        self.woken > 0
    }

    /// Whether `thread` has started and not ended.
    pub(crate) fn is_live(&self, thread: ThreadId) -> bool {
        let state = self.state(thread);
        state != ThreadState::NotStarted && !state.has_ended()
    }

    /// Decides whose turn comes next, and gives it to that thread.
    ///
    /// At the start the declared threads run one after the other, each up to its first marker. A
    /// task that was woken goes on before the next choice is made, in the order of the threads; only
    /// then does `choose` pick one of the threads that are enabled.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn advance(
        &mut self,
        choose: impl FnOnce(&SchedulingPoint<'_>, &ThreadTable) -> Choice,
    ) -> Turn {
        let have_started = self.started == self.threads.declared();
        if !have_started || self.woken > 0 || self.enabled.is_empty() || self.is_at_limit() {
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
            self.run(thread)
        } else if self.woken > 0 {
            self.resume_woken()
        } else if self.enabled.is_empty() {
            self.nobody()
        } else {
            Turn::Over(Over::StepLimit)
        }
    }

    /// Lets the first woken task go on.
    fn resume_woken(&mut self) -> Turn {
        if self.is_at_limit() {
            return Turn::Over(Over::StepLimit);
        }
        let is_woken = |state: &ThreadState| *state == ThreadState::Woken;
        let woken = self.threads.states.iter().position(is_woken);
        let woken = woken.expect("one is counted");
        self.woken -= 1;
        self.resumed += 1;
        self.run(ThreadId::new(woken))
    }

    /// No thread can go on.
    fn nobody(&self) -> Turn {
        let mut states = self.threads.states.iter();
        let is_complete = states.all(|state| *state == ThreadState::Finished);
        Turn::Over(if is_complete {
            Over::Complete
        } else {
            Over::Deadlock
        })
    }

    #[inline]
    fn is_at_limit(&self) -> bool {
        self.taken + self.resumed >= self.max_steps
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
        self.running = Some(slot);
        self.taken += 1;
        Some(self.run(thread))
    }

    // Always inline: a call costs as much as a third of this, and this is every step.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn step(&mut self, index: usize, last: Option<ThreadId>) -> Turn {
        let pending = self.enabled[index];
        let thread = pending.thread;
        self.running = Some(index);
        // Both are asked, since nothing predicts the answer to the first: a branch on it cost a
        // twenty-fifth of an execution.
        let preempts = last.is_some_and(|last| (last != thread) & self.state(last).is_enabled());
        let (enabled, accesses) = (self.enabled.len(), self.accesses.len());
        let place = (in_32_bits(index), in_32_bits(enabled));
        self.steps.push(Event {
            preempts,
            ..Event::begin(pending, place.0, place.1, in_32_bits(accesses))
        });
        self.taken += 1;
        self.run(thread)
    }

    #[inline]
    fn run(&mut self, thread: ThreadId) -> Turn {
        self.threads.states[thread.index()] = ThreadState::Running;
        Turn::Of(thread)
    }

    fn insert_enabled(&mut self, pending: Pending) {
        let slot = self
            .enabled
            .partition_point(|other| other.thread < pending.thread);
        self.enabled.insert(slot, pending);
        if let Some(running) = self.running.as_mut().filter(|running| **running >= slot) {
            *running += 1;
        }
    }

    fn remove_enabled(&mut self, thread: ThreadId) {
        let slot = self.enabled.partition_point(|other| other.thread < thread);
        self.enabled.remove(slot);
        if let Some(running) = self.running.as_mut().filter(|running| **running > slot) {
            *running -= 1;
        }
    }
}

/// Whether a thread has stopped at a point, enabled or not.
fn is_stopped(state: ThreadState) -> bool {
    state.is_enabled() || state.is_waiting()
}

/// No process has memory for more threads, or accesses.
#[allow(clippy::cast_possible_truncation, reason = "see above")]
#[inline]
fn in_32_bits(number: usize) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests;
