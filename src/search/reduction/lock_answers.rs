//! When the threads that were about to acquire locks could do so.

use super::happens_before::HappensBefore;
use super::step::Identity;
use crate::operation::{Pending, SchedulingPoint, ThreadId, ThreadState};
use crate::site::MarkerId;

/// Before which steps of an execution the threads with guarded steps could take them. When a lock is
/// released nobody tells: it is only seen at the points where a thread waits for it.
#[derive(Debug, Default)]
pub(super) struct LockAnswers {
    /// How many steps had been taken, who was asked, and whether it could go on.
    seen: Vec<(usize, Identity, bool)>,
}

impl LockAnswers {
    pub(super) fn clear(&mut self) {
        self.seen.clear();
    }

    /// Notes who could go on at this point.
    pub(super) fn note(&mut self, point: &SchedulingPoint<'_>) {
        if !point.footprints.have_locks() {
            return;
        }
        for (index, state) in point.threads.iter().enumerate() {
            let thread = ThreadId::new(index);
            let is_guarded = |marker: MarkerId| {
                let operation = crate::operation::Operation::at_marker(marker);
                point.footprints.is_guarded(Pending { thread, operation })
            };
            let is_free = match *state {
                ThreadState::Marker(marker) if is_guarded(marker) => true,
                ThreadState::WaitingForLock(_) => false,
                _ => continue,
            };
            self.seen
                .push((point.step, point.identities[index], is_free));
        }
    }

    /// Whether the guarded step `asked` could be taken after the first `depth` steps and those of
    /// `sequence`, if that was seen.
    pub(super) fn after(
        &self,
        order: &HappensBefore,
        asked: usize,
        depth: usize,
        sequence: &[usize],
    ) -> Option<bool> {
        if order.shares_lock(asked) {
            let before = (0..depth).chain(sequence.iter().copied());
            return order.would_be_free(asked, before.filter(|it| *it != asked));
        }
        let thread = order.steps[asked].thread;
        let arrived = order.predecessor(asked).map_or(0, |it| it + 1);
        // Steps that touch one lock never change places if nobody shares it. So those of the sequence that touch it are the
        // first that do, and it is as it was seen when just they had been taken.
        let touches = |it: &usize| order.share_lock(*it, asked);
        let taken = (0..depth).filter(touches).count();
        let taken = taken
            + sequence
                .iter()
                .filter(|it| **it != asked)
                .filter(|it| touches(it))
                .count();
        let mut all = (0..order.taken).filter(touches);
        let since = taken
            .checked_sub(1)
            .and_then(|last| all.nth(last))
            .map_or(0, |it| it + 1);
        let until = all.next().unwrap_or(order.taken);
        let range = since.max(arrived)..=until;
        let own = self
            .seen
            .iter()
            .find(|(step, who, _)| *who == thread && range.contains(step));
        own.map(|(_, _, is_free)| *is_free)
    }
}
