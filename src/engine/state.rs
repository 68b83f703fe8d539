//! Where every thread of an execution stands, and whose turn comes next. Pure: no threads here.

use crate::search::{Enabled, Event, SchedulingPoint, ThreadId};
use crate::site::MarkerId;

mod blocked;
mod fast_forward;
mod wait_site;

pub(crate) use wait_site::{Object, Operation, WaitSite};

/// Where a thread stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThreadStatus {
    pub(crate) at: ThreadState,
    /// The marker that the thread last went on from.
    pub(crate) passed: Option<MarkerId>,
}

/// What a thread is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThreadState {
    NotStarted,
    Running,
    /// Paused at a marker, ready to go on.
    Marker(MarkerId),
    /// Paused at a marker, about to acquire what is not free.
    WaitingForLock(MarkerId),
    /// A task whose future is pending and whose waker has not fired.
    Waiting,
    /// As `Waiting`, and nobody holds a waker of it any more. Known only when all has come to a
    /// stand.
    NoWakerLeft,
    /// A task whose waker has fired since it went to wait.
    Woken,
    /// A thread that waits in the kernel.
    Blocked(WaitSite),
    /// As `Blocked`, and what it waits for has come: it is ready to go on.
    Unblocked(WaitSite),
    Finished,
    Panicked,
    /// Ended by the engine after a failure elsewhere.
    Unwound,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Of(ThreadId),
    Over(Over),
}

/// Why no thread has the turn any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Every thread has finished.
    Complete,
    Deadlock,
    StepLimit,
    /// The director stopped the execution.
    Stopped,
}

/// One execution, as far as it has come. Its vectors are kept from one execution to the next.
#[derive(Debug)]
pub(crate) struct State {
    threads: Vec<ThreadState>,
    /// Tasks whose waker fired while they were running.
    notified: Vec<bool>,
    started: usize,
    /// The threads paused at a marker or released, in the order in which they were added; and, at `running`,
    /// the one that has just gone on, since it will most likely pause again.
    ready: Vec<Enabled>,
    running: Option<usize>,
    /// How many tasks are woken.
    woken: usize,
    /// The steps of this execution, of which `taken` have been taken. Those after them are to be
    /// taken again: they are the same as in the execution before.
    steps: Vec<Event>,
    taken: usize,
    /// How often a woken task went on: that counts towards the limit, or tasks that wake
    /// themselves for ever would never end.
    resumed: usize,
    max_steps: usize,
}

impl State {
    pub(crate) fn new(threads: usize, max_steps: usize) -> Self {
        State {
            threads: vec![ThreadState::NotStarted; threads],
            notified: vec![false; threads],
            started: 0,
            ready: Vec::with_capacity(threads),
            running: None,
            woken: 0,
            steps: Vec::new(),
            taken: 0,
            resumed: 0,
            max_steps,
        }
    }

    /// Makes ready for the next execution, whose first `repeated` steps are the same as in this
    /// one. They are taken without asking anybody, as long as the threads are where they were.
    pub(crate) fn reset(&mut self, repeated: usize) {
        self.threads.fill(ThreadState::NotStarted);
        self.notified.fill(false);
        self.started = 0;
        self.ready.clear();
        self.running = None;
        self.woken = 0;
        self.steps.truncate(repeated);
        self.taken = 0;
        self.resumed = 0;
    }

    pub(crate) fn steps(&self) -> &[Event] {
        &self.steps[..self.taken]
    }

    /// Where every thread stands, into `standings`.
    pub(crate) fn stand(&self, standings: &mut Vec<ThreadStatus>) {
        let standing = |&at: &ThreadState| ThreadStatus { at, passed: None };
        standings.clear();
        standings.extend(self.threads.iter().map(standing));
        for taken in self.steps() {
            standings[taken.thread.index()].passed = Some(taken.marker);
        }
    }

    /// As [`stand`](Self::stand), after an execution that is complete.
    pub(crate) fn stand_finished(&self, standings: &mut Vec<ThreadStatus>) {
        let finished = ThreadStatus {
            at: ThreadState::Finished,
            passed: None,
        };
        // A length that has just been written cannot be read with the address beside it at once.
        if standings.len() != self.threads.len() {
            standings.resize(self.threads.len(), finished);
        }
        standings.fill(finished);
    }

    /// The running thread reached `marker`.
    #[inline]
    pub(crate) fn pause(&mut self, thread: ThreadId, marker: MarkerId) {
        self.threads[thread.index()] = ThreadState::Marker(marker);
        if let Some(place) = self.running.take() {
            self.ready[place].marker = marker;
        } else {
            let place = self.ready.partition_point(|ready| ready.thread < thread);
            self.ready.insert(place, Enabled { thread, marker });
        }
    }

    /// The running task found its future pending. A waker that fired meanwhile still counts.
    pub(crate) fn wait(&mut self, thread: ThreadId) {
        let was_notified = std::mem::take(&mut self.notified[thread.index()]);
        self.note_wait(thread, !was_notified);
        self.leave(
            thread,
            if was_notified {
                ThreadState::Woken
            } else {
                ThreadState::Waiting
            },
        );
        self.woken += usize::from(was_notified);
    }

    /// Notes whether the turn of `thread` ended with a wait, if it was a step.
    fn note_wait(&mut self, thread: ThreadId, waits: bool) {
        let last = self.steps[..self.taken].last_mut();
        if let Some(last) = last.filter(|last| last.thread == thread) {
            last.waits = waits;
        }
    }

    /// The waker of `thread` fired.
    pub(crate) fn wake(&mut self, thread: ThreadId) {
        match &mut self.threads[thread.index()] {
            at @ ThreadState::Waiting => {
                *at = ThreadState::Woken;
                self.woken += 1;
            }
            ThreadState::Running
            | ThreadState::Marker(_)
            | ThreadState::WaitingForLock(_)
            | ThreadState::Blocked(_)
            | ThreadState::Unblocked(_) => {
                self.notified[thread.index()] = true;
            }
            _ => {}
        }
    }

    /// The running thread came to its end.
    #[inline]
    pub(crate) fn finish(&mut self, thread: ThreadId) {
        self.threads[thread.index()] = ThreadState::Finished;
        if let Some(place) = self.running.take() {
            // By hand, since the list is short, and a call to move its rest costs more.
            for next in place + 1..self.ready.len() {
                self.ready.swap(next - 1, next);
            }
            self.ready.pop();
        }
    }

    /// `thread` is not ready any more: it has ended, or it waits; `at` says which.
    pub(crate) fn leave(&mut self, thread: ThreadId, at: ThreadState) {
        match std::mem::replace(&mut self.threads[thread.index()], at) {
            ThreadState::Marker(_) | ThreadState::Unblocked(_) => {
                self.ready.retain(|ready| ready.thread != thread)
            }
            ThreadState::WaitingForLock(_) | ThreadState::Blocked(_) => {}
            ThreadState::Woken => self.woken -= 1,
            _ => {
                if let Some(place) = self.running.take() {
                    self.ready.remove(place);
                }
            }
        }
    }

    /// The tasks that wait for their wakers.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = ThreadId> + '_ {
        let numbered = self.threads.iter().enumerate();
        let waiting = numbered.filter(|(_, at)| **at == ThreadState::Waiting);
        waiting.map(|(index, _)| ThreadId::new(index))
    }

    /// Whether a task that was woken is to go on.
    pub(crate) fn has_woken(&self) -> bool {
        self.woken > 0
    }

    /// Whether `thread` has started and not ended.
    pub(crate) fn is_live(&self, thread: ThreadId) -> bool {
        let at = self.threads[thread.index()];
        !matches!(
            at,
            ThreadState::NotStarted
                | ThreadState::Finished
                | ThreadState::Panicked
                | ThreadState::Unwound
        )
    }

    /// Decides whose turn comes next, and gives it to that thread.
    ///
    /// At the start the threads run one after the other, each up to its first marker. A task
    /// that was woken goes on before the next choice is made, in the order in which tasks were
    /// added; only then does `choose` pick one of the threads that are paused at a marker.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn advance(
        &mut self,
        choose: impl FnOnce(&SchedulingPoint<'_>) -> Option<usize>,
    ) -> Turn {
        let has_all = self.started == self.threads.len() && self.woken == 0;
        if !has_all || self.ready.is_empty() || self.is_at_limit() {
            return self.advance_without_choice();
        }
        if self.taken < self.steps.len()
            && let Some(turn) = self.step_again()
        {
            return turn;
        }
        let point = SchedulingPoint {
            ready: &self.ready,
            last: self.last(),
            step: self.taken,
        };
        match choose(&point) {
            Some(choice) => self.step(choice),
            None => Turn::Over(Over::Stopped),
        }
    }

    /// What comes next when there is nothing to choose.
    #[cold]
    fn advance_without_choice(&mut self) -> Turn {
        if self.started < self.threads.len() {
            let thread = ThreadId::new(self.started);
            self.started += 1;
            self.run(thread)
        } else if self.woken > 0 {
            self.resume_woken()
        } else if self.ready.is_empty() {
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
        let woken = self.threads.iter().position(|at| *at == ThreadState::Woken);
        let woken = woken.expect("one is counted");
        self.woken -= 1;
        self.resumed += 1;
        self.run(ThreadId::new(woken))
    }

    /// No thread can go on.
    fn nobody(&self) -> Turn {
        let is_complete = self.threads.iter().all(|at| *at == ThreadState::Finished);
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

    fn last(&self) -> Option<ThreadId> {
        self.steps().last().map(|taken| taken.thread)
    }

    /// Takes the next step as in the execution before; nothing if the threads are not where they
    /// were. Then whoever chooses finds the difference: the list of the ready is not what it was.
    #[inline]
    fn step_again(&mut self) -> Option<Turn> {
        let Event {
            thread,
            marker,
            place,
            among,
            ..
        } = self.steps[self.taken];
        let place = place as usize;
        let is_there = self.ready.get(place) == Some(&Enabled { thread, marker });
        if !is_there || self.ready.len() != among as usize {
            self.steps.truncate(self.taken);
            return None;
        }
        self.running = Some(place);
        self.taken += 1;
        Some(self.run(thread))
    }

    // Always inline: a call costs as much as a third of this, and this is every step.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn step(&mut self, choice: usize) -> Turn {
        let Enabled { thread, marker } = self.ready[choice];
        self.running = Some(choice);
        let is_ready = |thread: ThreadId| {
            let at = self.threads[thread.index()];
            matches!(at, ThreadState::Marker(_) | ThreadState::Unblocked(_))
        };
        let last = self.last();
        // Both are asked, since nothing predicts the answer to the first: a branch on it cost a
        // twenty-fifth of an execution.
        let preempts = last.is_some_and(|last| (last != thread) & is_ready(last));
        self.steps.push(Event {
            thread,
            marker,
            place: in_32_bits(choice),
            among: in_32_bits(self.ready.len()),
            preempts,
            waits: false,
            resumes: matches!(self.threads[thread.index()], ThreadState::Unblocked(_)),
        });
        self.taken += 1;
        self.run(thread)
    }

    #[inline]
    fn run(&mut self, thread: ThreadId) -> Turn {
        self.threads[thread.index()] = ThreadState::Running;
        Turn::Of(thread)
    }
}

fn in_32_bits(number: usize) -> u32 {
    u32::try_from(number).expect("fewer than 2^32 threads")
}

#[cfg(test)]
mod tests;
