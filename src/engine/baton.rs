//! A word handed to one waiting thread.

use std::sync::atomic::{AtomicU32, Ordering};

/// Where one thread waits for its turn. One system call gives, one waits.
#[derive(Debug, Default)]
pub(crate) struct Baton(AtomicU32);

/// What the thread is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is your turn.
    Go,
    /// The execution is over for you: unwind, and leave if you are between executions.
    Stop,
}

const NOTHING: u32 = 0;
const GO: u32 = 1;
const STOP: u32 = 2;

impl Baton {
    /// Hands over `word` and wakes the thread that waits for it. A word that was not taken yet
    /// is replaced.
    pub(crate) fn give(&self, word: Word) {
        let word = match word {
            Word::Go => GO,
            Word::Stop => STOP,
        };
        self.0.store(word, Ordering::Release);
        atomic_wait::wake_one(&raw const self.0);
    }

    /// Waits for a word and takes it.
    pub(crate) fn wait(&self) -> Word {
        loop {
            match self.0.swap(NOTHING, Ordering::Acquire) {
                NOTHING => atomic_wait::wait(&self.0, NOTHING),
                GO => return Word::Go,
                _ => return Word::Stop,
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
        baton.give(Word::Go);
        assert_eq!(baton.wait(), Word::Go);
        baton.give(Word::Go);
        baton.give(Word::Stop);
        assert_eq!(baton.wait(), Word::Stop);
    }

    #[test]
    fn words_go_back_and_forth_between_two_threads() {
        let (there, back) = (Baton::default(), Baton::default());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(there.wait(), Word::Go);
                    back.give(Word::Go);
                }
            });
            for _ in 0..1000 {
                there.give(Word::Go);
                assert_eq!(back.wait(), Word::Go);
            }
        });
    }
}
