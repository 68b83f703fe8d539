//! What a search sees at a scheduling point, and what it decides.

use std::ops::Range;

use super::{Footprints, Object, Pending, ThreadId, ThreadState};

/// A scheduling point: every live thread has stopped, and one of the enabled goes next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchedulingPoint<'a> {
    /// The threads that could go on, in the order of their [ways](super::Way); at least one. A thread
    /// has two entries if it could also be interrupted: a task that was woken and may be cancelled.
    pub(crate) enabled: &'a [Pending],
    /// Where every thread stands, including those that cannot go on.
    pub(crate) threads: &'a [ThreadState],
    /// What the paused threads are about to touch, as far as that is known.
    pub(crate) footprints: &'a Footprints,
    /// A number for each thread, the same under every schedule.
    pub(crate) identities: &'a [u64],
    /// The thread that took the last step.
    pub(crate) last: Option<ThreadId>,
    /// How many steps were taken before.
    pub(crate) step: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The thread at this index among the enabled goes next, by the operation there.
    Take(usize),
    /// The execution ends here: the search does not want it.
    Prune,
}

impl<'a> SchedulingPoint<'a> {
    #[cfg(test)]
    pub(crate) fn disabled(&self) -> impl Iterator<Item = (ThreadId, ThreadState)> + '_ {
        let threads = self.threads.iter().copied().enumerate();
        threads
            .filter(|(_, state)| state.is_waiting())
            .map(|(index, state)| (ThreadId::new(index), state))
    }

    /// What `pending` is about to touch, each with whether it writes. Nothing if it may be anything. To
    /// acquire a lock is to write it.
    pub(crate) fn touched(
        &self,
        pending: Pending,
    ) -> Option<impl Iterator<Item = (&'a Object, bool)> + Clone + use<'a>> {
        let footprint = self.footprints.of(pending.thread)?;
        let accesses = footprint.accesses.iter();
        Some(accesses.map(|it| (&it.object, it.is_write())))
    }

    /// The index of the thread that comes next in the fixed order: the one that ran last if it can
    /// go on, otherwise the first that can. Nobody is interrupted as long as another can go on.
    pub(crate) fn default_choice(&self) -> usize {
        self.last_enabled().unwrap_or(0)
    }

    /// Whether `choice` is a preemption: it takes the turn from a thread that could go on, or
    /// interrupts a wait while there is a less rare operation, as an early time-out does.
    pub(crate) fn preempts(&self, choice: usize) -> bool {
        !self.without_preemption().contains(&choice)
    }

    /// The choices that are no preemptions.
    pub(crate) fn without_preemption(&self) -> Range<usize> {
        if let Some(last) = self.last_enabled() {
            return last..last + 1;
        }
        let rarity = |pending: &Pending| pending.operation.rarity();
        let least = self.enabled.first().map(rarity);
        let enabled = self.enabled.iter();
        0..enabled.take_while(|it| Some(rarity(it)) == least).count()
    }

    /// The index of the thread that took the last step, if it could go on without an interruption.
    fn last_enabled(&self) -> Option<usize> {
        let last = self.last?;
        let goes_on = |it: &Pending| it.thread == last && !it.operation.is_interruption();
        self.enabled.iter().position(goes_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Event, Operation, forced};
    use crate::site::MarkerId;

    fn pending(thread: usize, of: fn(MarkerId) -> Operation) -> Pending {
        Pending {
            thread: ThreadId::new(thread),
            operation: of(MarkerId::new(0)),
        }
    }

    /// After a step of thread `last`: the default choice, and which choices are preemptions.
    fn after(last: usize, enabled: &[Pending]) -> (usize, Vec<bool>) {
        assert!(enabled.is_sorted_by_key(|it| it.way()));
        let before = [Event::of(pending(last, Operation::at_marker))];
        let point = SchedulingPoint::after(&before, enabled);
        let default = point.default_choice();
        let all = 0..enabled.len();
        for choice in all.clone() {
            let steps = [before[0], point.event(choice)];
            assert_eq!(forced(&steps), if choice == default { 0 } else { 2 });
        }
        (default, all.map(|choice| point.preempts(choice)).collect())
    }

    #[test]
    fn interrupting_a_wait_is_a_preemption_while_there_is_something_less_rare() {
        use Operation as Of;
        let timeout = |thread| pending(thread, Of::timeout);
        let marker = |thread| pending(thread, Of::at_marker);
        // Thread 0 has begun to wait, and times out early.
        assert_eq!(after(0, &[marker(1), timeout(0)]), (0, vec![false, true]));
        // Thread 1 goes on; it costs as much to take its turn as to let thread 0 time out.
        let enabled = [marker(1), marker(2), timeout(0)];
        assert_eq!(after(1, &enabled), (0, vec![false, true, true]));
        // Everybody waits, for a time: none is early, and the first in the order of threads is next.
        let enabled = [timeout(0), timeout(1), pending(2, Of::spurious)];
        assert_eq!(after(1, &enabled), (0, vec![false, false, true]));
        // A task that was woken goes on or is cancelled.
        let enabled = [pending(0, Of::resume), marker(1), pending(0, Of::cancel)];
        assert_eq!(after(0, &enabled), (0, vec![false, true, true]));
        assert_eq!(after(2, &enabled), (0, vec![false, false, true]));
    }
}
