//! A futex through which one waiting thread is granted its turn.

use std::sync::atomic::{AtomicU32, Ordering};

/// Where one thread waits for its turn. Giving and waiting take one system call each.
#[derive(Debug, Default)]
pub(crate) struct Baton(AtomicU32);

/// What a thread is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// It is your turn.
    Resume = 1,
    /// The execution is over for you: unwind, or end if you are between executions.
    Unwind = 2,
}

const NOTHING: u32 = 0;
const RESUME: u32 = Grant::Resume as u32;

impl Baton {
    /// Hands over `grant` and wakes the waiting thread. Replaces a grant that was not taken yet.
    pub(crate) fn give(&self, grant: Grant) {
        self.0.store(grant as u32, Ordering::Release);
        atomic_wait::wake_one(&raw const self.0);
    }

    /// Waits for a grant and takes it.
    pub(crate) fn wait(&self) -> Grant {
        loop {
            match self.0.swap(NOTHING, Ordering::Acquire) {
                NOTHING => atomic_wait::wait(&self.0, NOTHING),
                RESUME => return Grant::Resume,
                _ => return Grant::Unwind,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_given_before_the_wait_is_not_lost() {
        let baton = Baton::default();
        baton.give(Grant::Resume);
        assert_eq!(baton.wait(), Grant::Resume);
        baton.give(Grant::Resume);
        baton.give(Grant::Unwind);
        assert_eq!(baton.wait(), Grant::Unwind);
    }

    #[test]
    fn grants_go_back_and_forth_between_two_threads() {
        let (there, back) = (Baton::default(), Baton::default());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(there.wait(), Grant::Resume);
                    back.give(Grant::Resume);
                }
            });
            for _ in 0..1000 {
                there.give(Grant::Resume);
                assert_eq!(back.wait(), Grant::Resume);
            }
        });
    }
}
