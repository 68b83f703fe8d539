//! What a search sees at a scheduling point, and what it decides.

use super::{Pending, ThreadId, ThreadState};

/// A scheduling point: every live thread has stopped, and one of the enabled goes next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchedulingPoint<'a> {
    /// The threads that could go on, at least one, in the order of their ids.
    pub(crate) enabled: &'a [Pending],
    /// Where every thread stands, including those that cannot go on.
    #[cfg_attr(not(test), allow(dead_code, reason = "for searches that reduce"))]
    pub(crate) threads: &'a [ThreadState],
    /// The thread that took the last step.
    pub(crate) last: Option<ThreadId>,
    /// How many steps were taken before.
    pub(crate) step: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The thread at this index among the enabled goes next.
    Take(usize),
    /// The execution ends here: the search does not want it.
    Prune,
}

impl SchedulingPoint<'_> {
    #[cfg_attr(not(test), allow(dead_code, reason = "for searches that reduce"))]
    pub(crate) fn disabled(&self) -> impl Iterator<Item = (ThreadId, ThreadState)> + '_ {
        let threads = self.threads.iter().copied().enumerate();
        threads
            .filter(|(_, state)| state.is_waiting())
            .map(|(index, state)| (ThreadId::new(index), state))
    }

    /// The index of the thread that comes next in the fixed order: the one that ran last if it can
    /// go on, otherwise the first that can.
    pub(crate) fn default_choice(&self) -> usize {
        self.last_enabled().unwrap_or(0)
    }

    /// Whether `choice` takes the turn from a thread that could go on.
    pub(crate) fn preempts(&self, choice: usize) -> bool {
        self.last_enabled().is_some_and(|last| last != choice)
    }

    /// The index of the thread that took the last step, if it could go on.
    pub(crate) fn last_enabled(&self) -> Option<usize> {
        let last = self.last?;
        self.enabled
            .iter()
            .position(|pending| pending.thread == last)
    }
}
