//! Loops in which a thread waits for others: it reads the same again and again, and writes nothing.
//!
//! A thread has read the same places at the same sites, with the same values, in a *round*, and is about to
//! begin the next: it is taken to wait. It stops there once more, and its next step is all the rounds that
//! it makes while nothing changes. If it leaves the loop by itself, as one does that counts how often it has
//! tried, the step ends where it next does something else. If it does not after [`MAX_ROUNDS`], it waits
//! until another thread changes one of the places.
//!
//! A loop that ends by itself after [a few](FEW_ROUNDS) rounds does not wait: what it has read in each may
//! matter. That is learnt, and from then on only more rounds than that are taken for a wait at its site. If
//! there were more, all that matters is taken to be whether it gives up or not: from the third on it does
//! not matter after which round the change was seen.
//!
//! Whether a thread is taken to wait follows from what it has read since it last wrote, and when it goes on
//! from who has written that: so from nothing that differs within a class of executions. The step that
//! makes the rounds could be taken at any time, and reads all places of the round. So does the step by which
//! the thread goes on from its wait: it could be taken after any of those that change a place, which touch
//! the [loop](Object::Loop) to say so.

use crate::operation::{Access, Object, ThreadId};
use crate::site::MarkerId;

/// More than a loop makes that gives up.
const MAX_ROUNDS: u32 = 1000;

/// A loop that ends by itself after fewer rounds does not wait.
const FEW_ROUNDS: u32 = 8;

/// The most reads of a round.
const MAX_LENGTH: usize = 32;

/// How many reads are kept.
const MAX_READS: usize = MAX_LENGTH * FEW_ROUNDS as usize;

/// The reads of the threads of one execution.
#[derive(Debug, Default)]
pub(super) struct WaitingLoops {
    /// By thread. One beyond the end has read nothing.
    rows: Vec<Row>,
    /// The threads that may go on, of which the scheduler has not been told.
    woken: Vec<ThreadId>,
    /// The sites of loops that have ended by themselves, each with the number of its rounds.
    ended: Vec<(MarkerId, u32)>,
    /// How many threads wait, or were woken and have not gone on.
    waiting: usize,
}

/// What a thread is about to do or has done at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reach {
    site: MarkerId,
    access: Access,
}

impl Reach {
    #[inline]
    fn is(&self, site: MarkerId, access: &Access) -> bool {
        self.site == site && self.access == *access
    }
}

/// An access that has written nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    reach: Reach,
    value: u64,
}

impl Read {
    pub(crate) fn site(&self) -> MarkerId {
        self.reach.site
    }

    pub(crate) fn object(&self) -> &Object {
        &self.reach.access.object
    }

    /// What it has found.
    pub(crate) fn value(&self) -> u64 {
        self.value
    }
}

#[derive(Debug, Default)]
struct Row {
    /// What the thread has read since it last wrote.
    reads: Vec<Read>,
    /// The access that it is about to make, or has just made.
    reached: Option<Reach>,
    /// Where it is in a loop in which it is taken to wait.
    rounds: Option<Rounds>,
    is_waiting: bool,
}

/// Where a thread is in a loop whose rounds are the last `length` of its reads.
#[derive(Debug, Clone, Copy)]
struct Rounds {
    length: usize,
    /// The read that comes next in the round.
    next: usize,
    /// How many rounds were made.
    count: u32,
    /// Whether reads other than the first were made in the step under way.
    is_merged: bool,
}

/// What becomes of a thread that is about to make an access.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It stops before it.
    Stops,
    /// It stops before rounds of a loop, which make these accesses.
    StopsBeforeRounds(Vec<Access>),
    /// It goes on within the step under way.
    GoesOn,
    /// It waits until another thread changes one of the places that it has read. Its next step makes these
    /// accesses.
    Waits(Vec<Access>),
}

/// The same, for those who need not know the accesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrived {
    Stops,
    GoesOn,
    Waits,
}

impl WaitingLoops {
    pub(super) fn clear(&mut self) {
        // Kept, with the memory that they have.
        for row in &mut self.rows {
            row.forget();
            row.reached = None;
            row.is_waiting = false;
        }
        self.woken.clear();
        self.ended.clear();
        self.waiting = 0;
    }

    #[inline]
    fn row(&mut self, thread: ThreadId) -> &mut Row {
        if self.rows.len() <= thread.index() {
            self.rows.resize_with(thread.index() + 1, Row::default);
        }
        &mut self.rows[thread.index()]
    }

    /// `thread` is about to make `access`, and then [tells](Self::note) what it has found. `free` says how
    /// many rounds at a site are not taken for a wait.
    pub(super) fn arrive(
        &mut self,
        thread: ThreadId,
        site: MarkerId,
        access: &Access,
        free: impl FnOnce() -> u32,
    ) -> Arrival {
        if self.arrive_after_write(thread, site, access) {
            return Arrival::Stops;
        }
        let row = self.row(thread);
        let (arrival, ended) = row.arrive(site, access, free);
        self.ended.extend(ended);
        let row = self.row(thread);
        if let Arrival::Waits(accesses) = arrival {
            row.is_waiting = true;
            let own = Access::read(Object::Loop(thread));
            self.waiting += 1;
            return Arrival::Waits(accesses.into_iter().chain([own]).collect());
        }
        arrival
    }

    /// As [`arrive`](Self::arrive), if the thread has read nothing since it last wrote: then it stops. Returns
    /// whether it is so.
    #[inline]
    pub(super) fn arrive_after_write(
        &mut self,
        thread: ThreadId,
        site: MarkerId,
        access: &Access,
    ) -> bool {
        let row = self.row(thread);
        row.reached = Some(Reach {
            site,
            access: access.clone(),
        });
        row.reads.is_empty()
    }

    /// `thread` has made the access before which it has arrived last, and found `value` there. Whether it
    /// `has_changed` that, others have been [told](Self::change).
    pub(super) fn note(&mut self, thread: ThreadId, value: u64, has_changed: bool) {
        let row = self.row(thread);
        let Some(reach) = row.reached.take() else {
            return;
        };
        if has_changed {
            row.forget();
            return;
        }
        if let Some(rounds) = &mut row.rounds {
            let round = &row.reads[row.reads.len() - rounds.length..];
            if round[rounds.next].value == value {
                rounds.next += 1;
                if rounds.next == rounds.length {
                    rounds.next = 0;
                    rounds.count += 1;
                }
                return;
            }
            row.forget();
        }
        if row.reads.len() == MAX_READS {
            row.reads.remove(0);
        }
        row.reads.push(Read { reach, value });
    }

    /// As [`note`](Self::note), where that only notes and takes no memory. Returns whether it is so.
    #[cfg(interlace)]
    #[inline]
    pub(super) fn note_at_once(&mut self, thread: ThreadId, value: u64, has_changed: bool) -> bool {
        let Some(row) = self.rows.get_mut(thread.index()) else {
            return false;
        };
        let is_full = row.reads.len() == row.reads.capacity().min(MAX_READS);
        if self.waiting > 0 || row.rounds.is_some() || is_full && !has_changed {
            return false;
        }
        if let Some(reach) = row.reached.take() {
            if has_changed {
                row.reads.clear();
            } else {
                row.reads.push(Read { reach, value });
            }
        }
        true
    }

    /// `thread` does something else than to make an access.
    pub(super) fn leave(&mut self, thread: ThreadId) {
        let row = self.rows.get_mut(thread.index());
        if let Some(row) = row.filter(|it| !it.is_waiting) {
            self.ended.extend(row.ended());
            row.forget();
            row.reached = None;
        }
    }

    /// The loops that have ended by themselves since this was asked last: the site of each, and how many
    /// rounds are not to be taken for a wait there.
    pub(super) fn take_ended(&mut self) -> Vec<(MarkerId, u32)> {
        std::mem::take(&mut self.ended)
    }

    /// Whether `thread` stops before an access.
    pub(super) fn is_at_access(&self, thread: ThreadId) -> bool {
        let row = self.rows.get(thread.index());
        row.is_some_and(|row| row.reached.is_some())
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

impl Row {
    fn forget(&mut self) {
        self.reads.clear();
        self.rounds = None;
    }

    /// The reads of a round of the loop that the thread is in.
    fn round(&self) -> &[Read] {
        let length = self.rounds.map_or(0, |it| it.length);
        &self.reads[self.reads.len() - length..]
    }

    fn arrive(
        &mut self,
        site: MarkerId,
        access: &Access,
        free: impl FnOnce() -> u32,
    ) -> (Arrival, Option<(MarkerId, u32)>) {
        let mut ended = None;
        if let Some(rounds) = &mut self.rounds {
            let round = &self.reads[self.reads.len() - rounds.length..];
            let goes_on = round[rounds.next].reach.is(site, access);
            if goes_on && rounds.next == 0 && rounds.count >= MAX_ROUNDS {
                return (Arrival::Waits(self.accesses()), None);
            }
            if goes_on {
                rounds.is_merged = true;
                return (Arrival::GoesOn, None);
            }
            ended = self.ended();
            self.forget();
        }
        let Some((length, count)) = self.repeats(site, access, free) else {
            return (Arrival::Stops, ended);
        };
        self.rounds = Some(Rounds {
            length,
            next: 0,
            count,
            is_merged: false,
        });
        (Arrival::StopsBeforeRounds(self.accesses()), ended)
    }

    /// If the loop that the thread is in ends here by itself after a few rounds: its site, and how many.
    fn ended(&self) -> Option<(MarkerId, u32)> {
        let rounds = self.rounds.filter(|it| it.is_merged)?;
        let count = rounds.count + u32::from(rounds.next > 0);
        (count < FEW_ROUNDS).then(|| (self.round()[0].site(), count))
    }

    /// How long the round is that the thread has made more often than is `free`, and how often that is, if
    /// it is about to make it once more.
    fn repeats(
        &self,
        site: MarkerId,
        access: &Access,
        free: impl FnOnce() -> u32,
    ) -> Option<(usize, u32)> {
        let mut last = self.reads.iter().rev().take(MAX_LENGTH);
        let length = last.position(|it| it.reach.is(site, access))? + 1;
        let count = free();
        let rounds = self.reads.rchunks_exact(length).take(count as usize);
        let round = &self.reads[self.reads.len() - length..];
        let is_again = rounds.filter(|it| *it == round).count() == count as usize;
        is_again.then_some((length, count))
    }

    /// The accesses of a round, each once, in order.
    fn accesses(&self) -> Vec<Access> {
        let mut accesses: Vec<Access> = Vec::new();
        for Read { reach, .. } in self.round() {
            if !accesses.contains(&reach.access) {
                accesses.push(reach.access.clone());
            }
        }
        accesses
    }
}

#[cfg(test)]
mod tests;
