//! A word handed to one waiting thread.

use std::sync::atomic::{AtomicU32, Ordering};

/// Where one thread waits for its turn. One system call gives, one waits.
#[derive(Debug, Default)]
pub(crate) struct Baton(AtomicU32);

/// What the thread is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant {
    /// It is your turn.
    Resume,
    /// The execution is over for you: unwind, and leave if you are between executions.
    Unwind,
}

const NOTHING: u32 = 0;
const GO: u32 = 1;
const STOP: u32 = 2;

impl Baton {
    /// Hands over `word` and wakes the thread that waits for it. A word that was not taken yet
    /// is replaced.
    pub(crate) fn give(&self, word: Grant) {
        let word = match word {
            Grant::Resume => GO,
            Grant::Unwind => STOP,
        };
        self.0.store(word, Ordering::Release);
        atomic_wait::wake_one(&raw const self.0);
    }

    /// Waits for a word and takes it.
    pub(crate) fn wait(&self) -> Grant {
        loop {
            match self.0.swap(NOTHING, Ordering::Acquire) {
                NOTHING => atomic_wait::wait(&self.0, NOTHING),
                GO => return Grant::Resume,
                _ => return Grant::Unwind,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_given_before_the_wait_is_not_lost() {
        let baton = Baton::default();
        baton.give(Grant::Resume);
        assert_eq!(baton.wait(), Grant::Resume);
        baton.give(Grant::Resume);
        baton.give(Grant::Unwind);
        assert_eq!(baton.wait(), Grant::Unwind);
    }

    #[test]
    fn words_go_back_and_forth_between_two_threads() {
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
