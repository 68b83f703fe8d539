//! Loops in which a thread waits for others: it reads the same again and again, and writes nothing, or puts
//! back what it writes.
//!
//! A thread has read the same places at the same sites, with the same values, in a *round*, and is about to
//! begin the next: it is taken to wait. It stops there once more, and its next step is all the rounds that
//! it makes while nothing changes. If it leaves the loop by itself, as one does that counts how often it has
//! tried, the step ends where it next does something else. If it does not after [`MAX_ROUNDS`](row::MAX_ROUNDS), it waits
//! until another thread changes one of the places.
//!
//! A loop that ends by itself after [a few](row::FEW_ROUNDS) rounds does not wait: what it has read in each may
//! matter. That is learnt, and from then on only more rounds than that are taken for a wait at its site. If
//! there were more, all that matters is taken to be whether it gives up or not: from the third on it does
//! not matter after which round the change was seen.
//!
//! A loop that puts back what it writes, as a task does that wakes itself up, may also work each time under a
//! lock. So it is taken for a wait only once it was seen to make [very many](row::MANY_ROUNDS) rounds, which is
//! learnt. While its thread waits, others see what lies there between two rounds: what lies there within one,
//! they can see in the rounds before.
//!
//! Whether a thread is taken to wait follows from what it has read and written, and when it goes on from who
//! has written that: so from nothing that differs within a class of executions. The step that
//! makes the rounds could be taken at any time, and reads all places of the round. So does the step by which
//! the thread goes on from its wait: it could be taken after any of those that change a place, which touch
//! the [loop](Object::Loop) to say so.

mod history;
mod read;
mod row;

use crate::operation::{Access, Object, ThreadId};
use crate::site::MarkerId;
pub(crate) use read::{Reach, Read};
use row::Row;
pub(crate) use row::{Arrival, Arrived, Learnt};

/// The reads of the threads of one execution.
#[derive(Debug, Default)]
pub(super) struct WaitingLoops {
    /// By thread. One beyond the end has read nothing.
    rows: Vec<Row>,
    /// The threads that may go on, of which the scheduler has not been told.
    woken: Vec<ThreadId>,
    /// What was learnt of loops, each with its site.
    learnt: Vec<(MarkerId, Learnt)>,
    /// How many threads wait, or were woken and have not gone on.
    waiting: usize,
}

impl WaitingLoops {
    pub(super) fn clear(&mut self) {
        // Kept, with the memory that they have.
        for row in &mut self.rows {
            row.clear();
        }
        self.woken.clear();
        self.learnt.clear();
        self.waiting = 0;
    }

    #[inline]
    fn row(&mut self, thread: ThreadId) -> &mut Row {
        if self.rows.len() <= thread.index() {
            self.rows.resize_with(thread.index() + 1, Row::default);
        }
        &mut self.rows[thread.index()]
    }

    /// `thread` is about to make this access, and then [tells](Self::note) what it has found. `free` says how
    /// many rounds at the site are not taken for a wait, if that writes or not; nothing if it is none.
    pub(super) fn arrive(
        &mut self,
        thread: ThreadId,
        reach: &Reach,
        free: impl FnOnce(bool) -> Option<u32>,
    ) -> Arrival {
        let row = self.row(thread);
        let (arrival, learnt) = row.arrive(reach, free);
        row.await_read(reach);
        if let Arrival::Waits(_) = arrival {
            row.is_waiting = true;
        }
        self.learnt.extend(learnt);
        if let Arrival::Waits(accesses) = arrival {
            let own = Access::read(Object::Loop(thread));
            self.waiting += 1;
            return Arrival::Waits(accesses.into_iter().chain([own]).collect());
        }
        arrival
    }

    /// As [`arrive`](Self::arrive), if it is seen at a glance that the thread [stops](Arrival::Stops): then it does.
    /// Returns whether it is so.
    #[inline]
    pub(super) fn stops_at_once(&mut self, thread: ThreadId, reach: &Reach) -> bool {
        let Some(row) = self.rows.get_mut(thread.index()) else {
            return false;
        };
        let stops = row.stops_at_once(reach);
        if stops {
            row.await_read(reach);
        }
        stops
    }

    /// `thread` has made the access before which it has arrived last, found `value` there, and `left` another or
    /// the same.
    pub(super) fn note(&mut self, thread: ThreadId, value: u64, left: u64) {
        self.row(thread).note(value, left);
    }

    /// As [`note`](Self::note), where that takes no memory and lets nobody go on. Returns whether it is so.
    #[inline]
    pub(super) fn note_at_once(&mut self, thread: ThreadId, value: u64, left: u64) -> bool {
        let lets_go_on = self.waiting > 0 && value != left;
        let row = self.rows.get_mut(thread.index());
        row.is_some_and(|row| !lets_go_on && row.note_at_once(value, left))
    }

    /// `thread` does something else than to make an access.
    pub(super) fn leave(&mut self, thread: ThreadId) {
        let row = self.rows.get_mut(thread.index());
        if let Some(row) = row.filter(|it| !it.is_waiting) {
            self.learnt.extend(row.ended());
            row.leave();
        }
    }

    /// What was learnt of loops since this was asked last, each with its site.
    pub(super) fn take_learnt(&mut self) -> Vec<(MarkerId, Learnt)> {
        std::mem::take(&mut self.learnt)
    }

    /// Whether `thread` stops before an access.
    pub(super) fn is_at_access(&self, thread: ThreadId) -> bool {
        let row = self.rows.get(thread.index());
        row.is_some_and(Row::is_at_access)
    }

    /// The running thread changes `object`. Returns the threads that wait for that, or have since another
    /// thread has changed something and not gone on.
    pub(super) fn change(&mut self, object: &Object) -> Vec<ThreadId> {
        if self.waiting == 0 {
            return Vec::new();
        }
        let meets =
            |row: &Row| row.is_waiting && row.round().iter().any(|it| it.object().meets(object));
        let met = self.rows.iter().enumerate().filter(|(_, row)| meets(row));
        let met: Vec<ThreadId> = met.map(|(index, _)| ThreadId::new(index)).collect();
        self.woken.extend(&met);
        met
    }

    /// Takes the threads that may go on since this was asked last.
    pub(super) fn take_woken(&mut self) -> Vec<ThreadId> {
        std::mem::take(&mut self.woken)
    }

    #[inline]
    pub(super) fn has_woken(&self) -> bool {
        !self.woken.is_empty()
    }

    /// `thread` goes on from its wait, and makes the access before which it began.
    pub(super) fn go_on(&mut self, thread: ThreadId) {
        let row = self.row(thread);
        row.forget();
        if std::mem::take(&mut row.is_waiting) {
            self.waiting -= 1;
        }
    }

    /// What the threads read again and again that wait.
    pub(super) fn repeated(&self) -> impl Iterator<Item = (ThreadId, &Read)> {
        let rows = self.rows.iter().enumerate();
        let waiting = rows.filter(|(_, row)| row.is_waiting);
        waiting
            .flat_map(|(index, row)| row.round().iter().map(move |it| (ThreadId::new(index), it)))
    }
}

#[cfg(test)]
mod tests;
