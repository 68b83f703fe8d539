//! Whose turns an execution had and where each of them ended, so that the next execution can
//! repeat them at a glance.

use super::{At, State};
use crate::search::{Ready, ThreadId};
use crate::site::MarkerId;

/// Where a turn ended: the thread in the lower half, and the number of its marker in the upper half.
/// One number, since two are compared at every step that is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Halt(u64);

/// The upper half of a turn that ended in a way that is not repeated.
const OTHERWISE: u64 = u64::MAX << 32;

impl Halt {
    #[inline]
    pub(crate) fn at_marker(thread: ThreadId, marker: MarkerId) -> Self {
        Halt(Ready { thread, marker }.bits())
    }

    /// The thread finished.
    #[inline]
    pub(crate) fn finished(thread: ThreadId) -> Self {
        Halt(thread.index() as u64)
    }

    /// The thread waits, or it did not come to its end.
    pub(super) fn otherwise(thread: ThreadId) -> Self {
        Halt(OTHERWISE | thread.index() as u64)
    }

    #[inline]
    fn thread(self) -> ThreadId {
        #[allow(clippy::cast_possible_truncation, reason = "the lower half is meant")]
        ThreadId::of_number(self.0 as u32)
    }

    /// Where the thread stands, if the turn is one that can be repeated.
    fn at(self) -> At {
        #[allow(clippy::cast_possible_truncation, reason = "it has 32 bits")]
        let marker = MarkerId::of_number((self.0 >> 32) as u32);
        marker.map_or(At::Finished, At::Marker)
    }
}

/// While turns are repeated, only their number is kept up to date, and what else is known is made
/// good when one ends otherwise than before or the next is to be chosen.
impl State {
    /// Begins an execution by repeating turns of the one before; returns whose the first is. To be
    /// called instead of the first [`advance`](Self::advance), which is right if this is nothing.
    pub(crate) fn repeat(&mut self) -> Option<ThreadId> {
        let first = self.turns.first()?.thread();
        // One turn for each start and one for each repeated step, up to the last, which leads to
        // a new choice.
        self.turns.truncate(self.threads.len() + self.steps.len());
        self.turn = Some(0);
        Some(first)
    }

    /// The turn has ended at `halt`. Returns whose the next is, if all is as in the execution
    /// before and that is to be repeated; else it changes nothing.
    #[inline]
    pub(crate) fn repeat_after(&mut self, halt: Halt) -> Option<ThreadId> {
        let turn = self.turn?;
        let next = self.turns.get(turn + 1)?;
        (self.turns[turn] == halt).then(|| {
            self.turn = Some(turn + 1);
            next.thread()
        })
    }

    /// Makes good what was left undone while turns were repeated.
    #[inline]
    pub(super) fn catch_up(&mut self) {
        if let Some(turn) = self.turn.take() {
            self.make_good(turn);
        }
    }

    fn make_good(&mut self, turn: usize) {
        let threads = self.threads.len();
        let current = self.turns[turn].thread();
        self.turns.truncate(turn);
        self.started = threads.min(turn + 1);
        self.taken = (turn + 1).saturating_sub(threads);
        // From behind, since the last turn of a thread says where it stands, and it is not far.
        let mut unknown = self.started;
        for halt in self.turns.iter().rev() {
            let at = &mut self.threads[halt.thread().index()];
            if *at == At::NotStarted {
                *at = halt.at();
                unknown -= 1;
                if unknown == 0 {
                    break;
                }
            }
        }
        self.ready.clear();
        for (index, at) in self.threads.iter().enumerate() {
            if let At::Marker(marker) = *at {
                let thread = ThreadId::new(index);
                if thread == current {
                    self.running = Some(self.ready.len());
                }
                self.ready.push(Ready { thread, marker });
            }
        }
        self.threads[current.index()] = At::Running;
    }
}

#[cfg(test)]
mod tests;
