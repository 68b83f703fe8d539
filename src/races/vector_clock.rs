//! How far each thread had come.

/// For each thread how many times it had released, plus one, when it did the last thing that is known to
/// happen before: 0 if nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct VectorClock(Vec<u32>);

impl VectorClock {
    #[inline]
    pub(super) fn of(&self, thread: usize) -> u32 {
        self.0.get(thread).copied().unwrap_or(0)
    }

    pub(super) fn set(&mut self, thread: usize, time: u32) {
        if self.0.len() <= thread {
            self.0.resize(thread + 1, 0);
        }
        self.0[thread] = time;
    }

    /// What is known of either.
    #[inline]
    pub(super) fn join(&mut self, other: &VectorClock) {
        // As that of most atomics, for those who share a lock.
        if !other.0.is_empty() {
            self.join_some(other);
        }
    }

    fn join_some(&mut self, other: &VectorClock) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    /// Forgets all, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_knows_what_either_knew() {
        let (mut one, mut other) = (VectorClock::default(), VectorClock::default());
        one.set(0, 3);
        one.set(1, 1);
        other.set(1, 2);
        other.set(3, 4);
        one.join(&other);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|thread| one.of(thread)),
            [3, 2, 0, 4, 0]
        );
        one.clear();
        assert_eq!(one.of(0), 0);
    }
}
