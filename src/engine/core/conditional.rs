//! Threads that wait and can go on under conditions: when their time is up, spuriously, or after
//! others have gone first.

use super::condition::{Condition, Conditional};
use super::{ExecutionState, Operation, Pending, StepEnd, ThreadId, ThreadState};
use crate::operation::{OperationKind, WaitSite};

impl ExecutionState {
    /// The running thread waits at `site`, and may also go on under a condition. Where that is a time-out, it
    /// can always go on, and conflicts with whoever wakes it: so that depends on what steps touch, and on nothing
    /// else, for as long as it is not [held back](Self::open_conditional).
    pub(crate) fn block(&mut self, thread: ThreadId, site: WaitSite, condition: Option<Condition>) {
        self.end_step(thread, StepEnd::Waits);
        self.leave(thread, ThreadState::Blocked(site));
        if condition.is_some_and(|it| !matches!(it, Condition::TimeOut(_))) {
            self.note_conditional();
        }
        self.conditional
            .extend(condition.map(|condition| Conditional {
                thread,
                site,
                condition,
            }));
    }

    /// `thread` no longer waits under a condition. Returns whether its wait could time out.
    pub(crate) fn forget_condition(&mut self, thread: ThreadId) -> bool {
        let place = self.conditional.iter().position(|it| it.thread == thread);
        let Some(place) = place else {
            return false;
        };
        let wait = self.conditional.remove(place);
        let last = self.steps().last().filter(|last| last.thread == thread);
        if last.is_some_and(|last| last.operation.is_interruption()) {
            self.given_up.push((wait, self.taken));
        }
        matches!(wait.condition, Condition::TimeOut(_))
    }

    /// `thread` goes on from its wait.
    pub(crate) fn go_on_from_wait(&mut self, thread: ThreadId) {
        self.forget_condition(thread);
        self.footprints.end_timed_wait(thread);
    }

    /// Whether any thread waits under a condition.
    pub(crate) fn has_conditional(&self) -> bool {
        !self.conditional.is_empty()
    }

    /// Decides which of the threads that wait under a condition can go on at the next point.
    ///
    /// Who has let others go first can when another thread has taken a step, or no other can take
    /// one. A wait may time out early, while others could go on, unless one at the same place did so
    /// before and no other thread has taken a step since: a loop that tries again and again would
    /// never end. If
    /// nobody else can go on, every wait may time out, or, where time-outs come late, those that are
    /// due first. Spurious wake-ups are as many as asked for, under the same rule, and save nobody
    /// from a deadlock.
    #[cold]
    pub(super) fn open_conditional(&mut self) {
        let waits = std::mem::take(&mut self.conditional);
        for wait in &waits {
            let is_open = match wait.condition {
                Condition::OthersFirst => self.last() != Some(wait.thread),
                Condition::TimeOut(_) => self.are_early && !self.gave_up_alone(*wait),
                Condition::Spurious => self.spurious_left() > 0 && !self.gave_up_alone(*wait),
            };
            self.set_open(*wait, is_open);
        }
        if !self.has_ordinary() {
            let yields = |wait: &&Conditional| wait.condition == Condition::OthersFirst;
            waits
                .iter()
                .filter(yields)
                .for_each(|wait| self.set_open(*wait, true));
        }
        if !self.has_ordinary() {
            self.open_last(&waits);
        }
        // Whether it is held back depends on the order of steps that may have nothing in common.
        let is_held_back = |wait: &Conditional| !self.is_open(wait.thread);
        if !self.enabled.is_empty() && waits.iter().any(is_held_back) {
            self.note_conditional();
        }
        self.conditional = waits;
        let states = &self.threads.states;
        self.conditional.retain(|wait| {
            wait.condition != Condition::OthersFirst
                || matches!(states[wait.thread.index()], ThreadState::Blocked(_))
        });
    }

    /// Nobody can go on but by a time-out.
    fn open_last(&mut self, waits: &[Conditional]) {
        let due = |wait: &Conditional| match wait.condition {
            Condition::TimeOut(due) => Some(due),
            Condition::OthersFirst | Condition::Spurious => None,
        };
        let first = waits.iter().filter_map(due).min();
        for wait in waits {
            let is_open = match wait.condition {
                Condition::TimeOut(due) => self.are_early || Some(due) == first,
                Condition::OthersFirst => continue,
                Condition::Spurious => first.is_some() && self.is_open(wait.thread),
            };
            self.set_open(*wait, is_open);
        }
    }

    fn is_open(&self, thread: ThreadId) -> bool {
        self.state(thread).is_enabled()
    }

    /// Whether a thread can go on other than by a time-out or a spurious wake-up.
    pub(super) fn has_ordinary(&self) -> bool {
        let mut enabled = self.enabled.iter();
        enabled.any(|pending| !pending.operation.is_interruption())
    }

    /// Whether the thread has given up waiting at the same place before, and no other thread has
    /// taken a step since.
    fn gave_up_alone(&self, wait: Conditional) -> bool {
        let mut before = self.given_up.iter();
        before.any(|(other, step)| {
            let mut since = self.steps()[*step..].iter();
            (other.thread, other.site) == (wait.thread, wait.site)
                && since.all(|event| event.thread == wait.thread)
        })
    }

    fn spurious_left(&self) -> usize {
        let is_spurious =
            |event: &&crate::operation::Event| event.operation.kind() == OperationKind::Spurious;
        let taken = self.steps().iter().filter(is_spurious).count();
        self.max_spurious.saturating_sub(taken)
    }

    fn set_open(&mut self, wait: Conditional, is_open: bool) {
        let thread = wait.thread;
        let (closed, open) = match self.state(thread) {
            ThreadState::Blocked(site) => (true, site),
            ThreadState::MayGoOn(site) | ThreadState::Unblocked(site) => (false, site),
            _ => return,
        };
        if closed != is_open {
            return;
        }
        if is_open {
            let passed = self.last_passed(thread);
            let (state, operation) = match wait.condition {
                Condition::OthersFirst => (ThreadState::Unblocked(open), Operation::resume(passed)),
                Condition::TimeOut(_) => (ThreadState::MayGoOn(open), Operation::timeout(passed)),
                Condition::Spurious => (ThreadState::MayGoOn(open), Operation::spurious(passed)),
            };
            self.threads.states[thread.index()] = state;
            self.insert_enabled(Pending { thread, operation });
        } else {
            self.threads.states[thread.index()] = ThreadState::Blocked(open);
            self.remove_enabled(thread);
        }
    }
}
