//! Locks that several threads share, as readers do.
//!
//! Those who share a lock change places with each other. So what comes before a step that acquires the lock alone
//! is not always the beginning of what came before it in an execution that was run, and whether the lock is free
//! there was not seen. It is worked out from the steps.

use super::happens_before::HappensBefore;
use super::step::Identity;
use crate::operation::AccessKind;

/// A lock, as far as the steps tell that were taken.
#[derive(Debug, Clone, Copy)]
struct LockModel {
    holder: Holder,
    /// How many share it. Nothing if that is not known.
    sharers: Option<usize>,
}

/// Who has a lock alone.
#[derive(Debug, Clone, Copy)]
enum Holder {
    Nobody,
    One(Identity),
    /// This thread, unless it has released it.
    Perhaps(Identity),
}

impl LockModel {
    /// A thread takes a step that touches the lock.
    fn take(&mut self, thread: Identity, kind: AccessKind) {
        match (kind, self.holder) {
            (AccessKind::Acquire, _) => {
                self.holder = Holder::One(thread);
                self.sharers = Some(0);
            }
            (AccessKind::Release, _) => self.holder = Holder::Nobody,
            (AccessKind::AcquireShared, holder) => {
                // The holder may have gone on to share it.
                let is_known = !matches!(holder, Holder::Perhaps(_));
                self.sharers = self.sharers.filter(|_| is_known);
                self.holder = Holder::Nobody;
                self.sharers = self.sharers.map(|it| it + 1);
            }
            (AccessKind::ReleaseShared, _) => {
                self.sharers = self.sharers.and_then(|it| it.checked_sub(1));
            }
            (AccessKind::Read, _) => {}
            (_, Holder::One(holder) | Holder::Perhaps(holder)) if holder == thread => {
                self.holder = Holder::Perhaps(holder);
            }
            // As an attempt that does not wait.
            _ => self.sharers = None,
        }
    }

    /// Whether a thread could acquire it now, if that is known.
    fn is_free(self, to_share: bool) -> Option<bool> {
        match (self.holder, self.sharers) {
            (Holder::One(_), _) => Some(false),
            (Holder::Perhaps(_), _) | (_, None) => None,
            (Holder::Nobody, Some(sharers)) => Some(to_share || sharers == 0),
        }
    }
}

impl HappensBefore {
    /// Whether threads share a lock that `asked` acquires.
    pub(super) fn shares_lock(&self, asked: usize) -> bool {
        let mut steps = self.steps[..self.taken].iter().chain([&self.steps[asked]]);
        steps.any(|it| it.shares_lock_of(&self.steps[asked]))
    }

    /// Whether the step `asked` could be taken after those `before`, if that can be told.
    pub(super) fn would_be_free(
        &self,
        asked: usize,
        before: impl Iterator<Item = usize>,
    ) -> Option<bool> {
        let is_free = self.is_free_after(asked, before);
        let waits = asked >= self.taken;
        // Somebody else may have the lock, who has taken no step.
        let is_wrong = waits && self.is_free_after(asked, 0..self.taken) == Some(true);
        is_free.filter(|_| !is_wrong)
    }

    fn is_free_after(&self, asked: usize, before: impl Iterator<Item = usize>) -> Option<bool> {
        let mut locks = self.steps[asked].locks();
        let (Some(lock), None) = (locks.next(), locks.next()) else {
            return None;
        };
        let mut model = LockModel {
            holder: Holder::Nobody,
            sharers: Some(0),
        };
        for step in before.map(|it| &self.steps[it]) {
            if step.is_opaque() {
                model.sharers = None;
            }
            for kind in step.kinds_at(&lock.object) {
                model.take(step.thread, kind);
            }
        }
        model.is_free(lock.kind == AccessKind::AcquireShared)
    }

    /// The steps among these that begin to share a lock that `asked` acquires, and could come after it: if one of
    /// them did as well, it might be free.
    pub(super) fn sharers<'a>(
        &'a self,
        asked: usize,
        steps: &'a [usize],
    ) -> impl Iterator<Item = usize> + 'a {
        let others = steps
            .iter()
            .copied()
            .filter(move |it| self.race(*it, asked));
        others.filter(move |it| self.steps[*it].shares_lock_of(&self.steps[asked]))
    }
}
