//! What may still wake tasks: wakers that are held elsewhere, and wake-ups from outside of the
//! program.

use std::sync::Weak;
use std::thread;
use std::time::{Duration, Instant};

use crate::operation::ThreadId;

/// How long to rest between two looks at the world outside, when nobody can go on.
#[derive(Debug)]
pub(super) struct Pace(Duration);

impl Pace {
    pub(super) fn new() -> Self {
        Pace(Duration::from_micros(100))
    }

    /// Longer each time, up to a millisecond.
    pub(super) fn next(&mut self) -> Duration {
        let rest = self.0;
        self.0 = (rest * 2).min(Duration::from_millis(1));
        rest
    }
}

/// Asks `is_done` again and again, until it is or `time` is up. Returns whether it is.
pub(super) fn ask_for(time: Duration, mut is_done: impl FnMut() -> bool) -> bool {
    let (since, mut pace) = (Instant::now(), Pace::new());
    while !is_done() {
        let left = time.saturating_sub(since.elapsed());
        if left.is_zero() {
            return false;
        }
        thread::sleep(pace.next().min(left));
    }
    true
}

/// How long to wait for further wake-ups after one has come.
pub(super) const SETTLE: Duration = Duration::from_millis(100);

/// Wakers and wake-ups of the current execution.
#[derive(Default)]
pub(super) struct ExternalWakers {
    /// Whether something outside of the program wakes tasks.
    is_expected: bool,
    /// What the waker of each thread points to, if the thread is a task.
    wakers: Vec<Option<Weak<dyn Send + Sync>>>,
    /// The tasks that were woken from outside and are still to go on.
    pending: Vec<ThreadId>,
    /// Whether the time for waiting is up.
    is_over: bool,
}

/// What to expect in an execution in which no thread can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WakeStatus {
    /// Something outside may still wake a task.
    Wait,
    /// Tasks were woken from outside.
    Woken,
    /// Nothing will change.
    Nothing,
}

impl ExternalWakers {
    pub(super) fn new(is_expected: bool) -> Self {
        ExternalWakers {
            is_expected,
            ..ExternalWakers::default()
        }
    }

    pub(super) fn is_expected(&self) -> bool {
        self.is_expected
    }

    pub(super) fn reset(&mut self) {
        self.wakers.clear();
        self.pending.clear();
        self.is_over = false;
    }

    pub(super) fn keep(&mut self, thread: ThreadId, waker: Weak<dyn Send + Sync>) {
        let number = thread.index();
        if self.wakers.len() <= number {
            self.wakers.resize_with(number + 1, || None);
        }
        self.wakers[number] = Some(waker);
    }

    /// Whether a waker of `thread` is held anywhere but in the task itself, which has one for as
    /// long as it lives.
    pub(super) fn is_held(&self, thread: ThreadId) -> bool {
        let waker = self.wakers.get(thread.index()).and_then(Option::as_ref);
        waker.is_some_and(|waker| waker.strong_count() > 1)
    }

    /// Records that something outside has woken `thread`.
    pub(super) fn record(&mut self, thread: ThreadId) {
        self.pending.push(thread);
    }

    pub(super) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    pub(super) fn take_pending(&mut self) -> Vec<ThreadId> {
        std::mem::take(&mut self.pending)
    }

    /// What to expect when no thread can go on and these tasks wait. Woken tasks go on only when
    /// all tasks whose wakers are held have been woken too, or had their time (`is_settled`): so
    /// the order does not depend on which wake-up comes a little earlier.
    pub(super) fn status(
        &self,
        mut waiting: impl Iterator<Item = ThreadId>,
        is_settled: bool,
    ) -> WakeStatus {
        let is_missing = |thread| self.is_held(thread) && !self.pending.contains(&thread);
        let is_complete = !waiting.any(is_missing);
        if self.is_over || !self.is_expected {
            WakeStatus::Nothing
        } else if self.has_pending() && (is_complete || is_settled) {
            WakeStatus::Woken
        } else if is_complete {
            WakeStatus::Nothing
        } else {
            WakeStatus::Wait
        }
    }

    /// Whether the time for waiting is up.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Stops waiting; false if it had stopped already.
    pub(super) fn give_up(&mut self) -> bool {
        !std::mem::replace(&mut self.is_over, true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn tasks_are_waited_for_while_their_wakers_are_held() {
        let [a, b] = [0, 1].map(ThreadId::new);
        let mut outside = ExternalWakers::new(true);
        let own: [Arc<dyn Send + Sync>; 2] = [Arc::new(1), Arc::new(2)];
        outside.keep(b, Arc::downgrade(&own[1]));
        outside.keep(a, Arc::downgrade(&own[0]));
        let status =
            |outside: &ExternalWakers, settled| outside.status([a, b].into_iter(), settled);
        assert_eq!(status(&outside, false), WakeStatus::Nothing, "none is held");

        let held = own.clone();
        assert!(outside.is_held(a) && outside.is_held(b));
        assert_eq!(status(&outside, true), WakeStatus::Wait);
        outside.record(b);
        assert_eq!(status(&outside, false), WakeStatus::Wait, "a is missing");
        assert_eq!(status(&outside, true), WakeStatus::Woken);
        outside.record(a);
        assert_eq!(status(&outside, false), WakeStatus::Woken);

        assert_eq!(outside.take_pending(), [b, a]);
        assert!(outside.give_up() && !outside.give_up());
        assert_eq!(status(&outside, true), WakeStatus::Nothing);
        outside.reset();
        assert!(!outside.is_held(a));
        drop(held);
    }

    #[test]
    fn wake_ups_are_waited_for_only_if_they_are_expected() {
        let a = ThreadId::new(0);
        let mut outside = ExternalWakers::new(false);
        let own: Arc<dyn Send + Sync> = Arc::new(1);
        let _held = Arc::clone(&own);
        outside.keep(a, Arc::downgrade(&own));
        assert!(outside.is_held(a));
        assert_eq!(outside.status([a].into_iter(), false), WakeStatus::Nothing);
    }
}
