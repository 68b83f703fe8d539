//! Who is left to wake a task: wakers that somebody still holds, and wake-ups by what is outside
//! of the program.

use std::sync::Weak;
use std::time::Duration;

use crate::operation::ThreadId;

/// How often it is looked whether anybody outside still holds a waker. A wake-up needs no look.
pub(super) const LOOK: Duration = Duration::from_millis(5);

/// How long the others that may still be woken are waited for when one has been woken.
pub(super) const SETTLE: Duration = Duration::from_millis(100);

/// Wakers and wake-ups of the execution under way.
#[derive(Default)]
pub(super) struct ExternalWakers {
    /// Whether something outside of the program wakes tasks.
    is_expected: bool,
    /// What each task's waker points to, if the thread is a task.
    wakers: Vec<Option<Weak<dyn Send + Sync>>>,
    /// The tasks that were woken from outside, and have not been told.
    heard: Vec<ThreadId>,
    /// Whether the time for waiting is up.
    is_over: bool,
}

/// How it is with an execution in which nobody can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WakeStatus {
    /// Somebody outside may still wake a task.
    Wait,
    /// Tasks were woken from outside.
    Woken,
    /// It stays as it is.
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

    /// An execution begins.
    pub(super) fn reset(&mut self) {
        self.wakers.clear();
        self.heard.clear();
        self.is_over = false;
    }

    /// `waker` is what the waker of `thread` points to.
    pub(super) fn keep(&mut self, thread: ThreadId, waker: Weak<dyn Send + Sync>) {
        let number = thread.index();
        if self.wakers.len() <= number {
            self.wakers.resize_with(number + 1, || None);
        }
        self.wakers[number] = Some(waker);
    }

    /// Whether somebody holds a waker of `thread`, besides the task itself, which has one for as
    /// long as it lives.
    pub(super) fn is_held(&self, thread: ThreadId) -> bool {
        let waker = self.wakers.get(thread.index()).and_then(Option::as_ref);
        waker.is_some_and(|waker| waker.strong_count() > 1)
    }

    /// Something outside has woken `thread`.
    pub(super) fn hear(&mut self, thread: ThreadId) {
        self.heard.push(thread);
    }

    pub(super) fn has_heard(&self) -> bool {
        !self.heard.is_empty()
    }

    /// Those that were woken from outside.
    pub(super) fn take_heard(&mut self) -> Vec<ThreadId> {
        std::mem::take(&mut self.heard)
    }

    /// What there is to do when nobody can go on and these tasks wait. Tasks that were woken go on
    /// when all are that somebody may wake, or those others have had their time: so that their
    /// order does not depend on who comes a little earlier.
    pub(super) fn news(
        &self,
        mut waiting: impl Iterator<Item = ThreadId>,
        is_settled: bool,
    ) -> WakeStatus {
        let is_missing = |thread| self.is_held(thread) && !self.heard.contains(&thread);
        let is_complete = !waiting.any(is_missing);
        if self.is_over || !self.is_expected {
            WakeStatus::Nothing
        } else if self.has_heard() && (is_complete || is_settled) {
            WakeStatus::Woken
        } else if is_complete {
            WakeStatus::Nothing
        } else {
            WakeStatus::Wait
        }
    }

    /// Nobody is waited for any more.
    pub(super) fn give_up(&mut self) -> bool {
        !std::mem::replace(&mut self.is_over, true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn tasks_are_waited_for_while_somebody_holds_their_wakers() {
        let [a, b] = [0, 1].map(ThreadId::new);
        let mut outside = ExternalWakers::new(true);
        let own: [Arc<dyn Send + Sync>; 2] = [Arc::new(1), Arc::new(2)];
        outside.keep(b, Arc::downgrade(&own[1]));
        outside.keep(a, Arc::downgrade(&own[0]));
        let news = |outside: &ExternalWakers, settled| outside.news([a, b].into_iter(), settled);
        assert_eq!(
            news(&outside, false),
            WakeStatus::Nothing,
            "nobody holds one"
        );

        let held = own.clone();
        assert!(outside.is_held(a) && outside.is_held(b));
        assert_eq!(news(&outside, true), WakeStatus::Wait);
        outside.hear(b);
        assert_eq!(news(&outside, false), WakeStatus::Wait, "a is missing");
        assert_eq!(news(&outside, true), WakeStatus::Woken);
        outside.hear(a);
        assert_eq!(news(&outside, false), WakeStatus::Woken);

        assert_eq!(outside.take_heard(), [b, a]);
        assert!(outside.give_up() && !outside.give_up());
        assert_eq!(news(&outside, true), WakeStatus::Nothing);
        outside.reset();
        assert!(!outside.is_held(a));
        drop(held);
    }

    #[test]
    fn nobody_is_waited_for_unless_it_is_expected() {
        let a = ThreadId::new(0);
        let mut outside = ExternalWakers::new(false);
        let own: Arc<dyn Send + Sync> = Arc::new(1);
        let _held = Arc::clone(&own);
        outside.keep(a, Arc::downgrade(&own));
        assert!(outside.is_held(a));
        assert_eq!(outside.news([a].into_iter(), false), WakeStatus::Nothing);
    }
}
