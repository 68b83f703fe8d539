//! What a search had to interleave: which threads came to a point, and whether there was a choice.

use std::collections::BTreeSet;

use crate::operation::{Event, OperationKind, ThreadId};

/// What the executions of a search, or of a part of it, had to interleave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reach {
    /// The declared threads that took a step of their own, beyond their start.
    threads: BTreeSet<ThreadId>,
    /// Whether there was a point where the next step could have been another; or, in an instrumented build,
    /// a second thread was started.
    pub(crate) has_choice: bool,
}

impl Reach {
    /// Notes the steps of an execution, as far as they are of `declared` threads, which come first. Returns whether they show anything new.
    pub(crate) fn note(&mut self, steps: &[Event], declared: usize) -> bool {
        let mut is_new = false;
        let mut last = None;
        for step in steps {
            let is_start = step.operation.kind() == OperationKind::Start;
            // Where plain accesses are seen, those of a thread are compared with those of who started it,
            // whoever came first.
            let is_choice = step.enabled_count > 1 || cfg!(interlace) && is_start;
            is_new |= is_choice && !std::mem::replace(&mut self.has_choice, true);
            let is_declared = step.thread.index() < declared;
            // Most are of the same thread as the one before.
            if is_declared && !is_start && last.replace(step.thread) != Some(step.thread) {
                is_new |= self.threads.insert(step.thread);
            }
        }
        is_new
    }

    /// Adds what another part has shown.
    pub(super) fn append(&mut self, other: &Reach) {
        self.has_choice |= other.has_choice;
        self.threads.extend(&other.threads);
    }

    /// Whether nothing can be new: there was a choice, and each of the `declared` threads took a step.
    pub(super) fn is_complete(&self, declared: usize) -> bool {
        self.has_choice && self.threads.len() == declared
    }

    /// The numbers of the declared threads that took no step.
    pub(crate) fn unreached(&self, declared: usize) -> impl Iterator<Item = usize> + '_ {
        (0..declared).filter(|&thread| !self.threads.contains(&ThreadId::new(thread)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Operation, Pending};
    use crate::site::MarkerId;

    fn step(thread: usize, operation: Operation, enabled: u32) -> Event {
        let thread = ThreadId::new(thread);
        Event::begin(Pending { thread, operation }, 0, enabled, 0)
    }

    #[test]
    fn a_start_is_no_step_of_its_own_and_one_enabled_thread_is_no_choice() {
        let marker = Operation::at_marker(MarkerId::new(0));
        let mut reach = Reach::default();
        assert!(reach.note(&[step(0, marker, 1), step(1, Operation::start(), 1)], 2));
        assert!(!reach.note(&[step(0, marker, 1)], 2), "known already");
        assert_eq!(reach.unreached(2).collect::<Vec<_>>(), [1]);
        assert!(!reach.has_choice);

        assert!(reach.note(&[step(0, marker, 2), step(2, marker, 1)], 2));
        assert!(reach.has_choice && !reach.is_complete(2));
        let mut other = Reach::default();
        assert!(other.note(&[step(1, marker, 1)], 2));
        reach.append(&other);
        assert!(reach.is_complete(2));
    }
}
