//! Loops in which a thread waits for others: it reads the same again and again, and writes nothing, or puts
//! back what it writes.
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
//! A loop that puts back what it writes, as a task does that wakes itself up, may also work each time under a
//! lock. So it is taken for a wait only once it was seen to make [very many](MANY_ROUNDS) rounds, which is
//! learnt. While its thread waits, others see what lies there between two rounds: what lies there within one,
//! they can see in the rounds before.
//!
//! Whether a thread is taken to wait follows from what it has read and written, and when it goes on from who
//! has written that: so from nothing that differs within a class of executions. The step that
//! makes the rounds could be taken at any time, and reads all places of the round. So does the step by which
//! the thread goes on from its wait: it could be taken after any of those that change a place, which touch
//! the [loop](Object::Loop) to say so.

mod read;

use crate::operation::{Access, Object, ThreadId};
use crate::site::MarkerId;
use read::is_put_back;
pub(crate) use read::{Reach, Read};

/// More than a loop makes that gives up.
const MAX_ROUNDS: u32 = 1000;

/// A loop that ends by itself after fewer rounds does not wait.
const FEW_ROUNDS: u32 = 8;

/// A loop that writes, and makes more rounds in a row in which nothing changes, waits.
const MANY_ROUNDS: u32 = 100;

/// The most reads of a round.
const MAX_LENGTH: usize = 32;

/// At least as many reads are kept, and up to twice as many.
const MAX_READS: usize = MAX_LENGTH * FEW_ROUNDS as usize;

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

/// What an execution shows of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Learnt {
    /// It ends by itself after so many rounds, of which some were taken for a wait.
    Ends(u32),
    /// It waits, though it writes.
    Waits,
}

#[derive(Debug, Default)]
struct Row {
    /// What the thread has read and written.
    reads: Vec<Read>,
    /// A bit for some of the sites at which it was, which is set if it was at one of them.
    sites: u64,
    /// Where it may be in a loop that writes.
    spins: Option<Spins>,
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

/// A loop that writes.
#[derive(Debug)]
struct Spins {
    site: MarkerId,
    /// How many rounds were as those before.
    rounds: u32,
    /// How many accesses ago the last of them began.
    age: usize,
}

impl Spins {
    /// Another access is made. Nothing if the loop has ended.
    fn grow_old(mut self) -> Option<Self> {
        self.age += 1;
        (self.age <= MAX_LENGTH).then_some(self)
    }
}

/// What a thread has made again and again.
enum Repetition {
    None,
    /// A round of this length that it has made more often than is free, and how often that is.
    Rounds(usize, u32),
    /// [Very many](MANY_ROUNDS) rounds, in which it writes.
    Many,
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

impl WaitingLoops {
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.woken.clear();
        self.learnt.clear();
        self.waiting = 0;
    }

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
        reach: Reach,
        free: impl FnOnce(bool) -> Option<u32>,
    ) -> Arrival {
        let row = self.row(thread);
        let (arrival, learnt) = row.arrive(&reach, free);
        row.reached = Some(reach);
        self.learnt.extend(learnt);
        let row = self.row(thread);
        if let Arrival::Waits(accesses) = arrival {
            row.is_waiting = true;
            let own = Access::read(Object::Loop(thread));
            self.waiting += 1;
            return Arrival::Waits(accesses.into_iter().chain([own]).collect());
        }
        arrival
    }

    /// `thread` has made the access before which it has arrived last, found `value` there, and `left` another or
    /// the same.
    pub(super) fn note(&mut self, thread: ThreadId, value: u64, left: u64) {
        let row = self.row(thread);
        let Some(reach) = row.reached.take() else {
            return;
        };
        if value != left && reach.access.is_count() {
            // Who else changes it matters to nobody.
            row.forget();
            return;
        }
        if let Some(rounds) = &mut row.rounds {
            let round = &row.reads[row.reads.len() - rounds.length..];
            let again = &round[rounds.next];
            if (again.value, again.left) == (value, left) {
                rounds.next += 1;
                if rounds.next == rounds.length {
                    rounds.next = 0;
                    rounds.count += 1;
                }
                return;
            }
            row.forget();
        }
        if row.reads.len() == 2 * MAX_READS {
            row.reads.drain(..MAX_READS);
        }
        row.sites |= bit(reach.site);
        row.reads.push(Read { reach, value, left });
    }

    /// `thread` does something else than to make an access.
    pub(super) fn leave(&mut self, thread: ThreadId) {
        let row = self.rows.get_mut(thread.index());
        if let Some(row) = row.filter(|it| !it.is_waiting) {
            self.learnt.extend(row.ended());
            row.forget();
            row.reached = None;
        }
    }

    /// What was learnt of loops since this was asked last, each with its site.
    pub(super) fn take_learnt(&mut self) -> Vec<(MarkerId, Learnt)> {
        std::mem::take(&mut self.learnt)
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

/// The bit of [`Row::sites`] for a site.
fn bit(site: MarkerId) -> u64 {
    1 << (site.number() % 64)
}

impl Row {
    fn forget(&mut self) {
        self.reads.clear();
        self.sites = 0;
        self.spins = None;
        self.rounds = None;
    }

    /// The reads of a round of the loop that the thread is in.
    fn round(&self) -> &[Read] {
        let length = self.rounds.map_or(0, |it| it.length);
        &self.reads[self.reads.len() - length..]
    }

    fn arrive(
        &mut self,
        reach: &Reach,
        free: impl FnOnce(bool) -> Option<u32>,
    ) -> (Arrival, Option<(MarkerId, Learnt)>) {
        let mut learnt = None;
        if let Some(rounds) = &mut self.rounds {
            let round = &self.reads[self.reads.len() - rounds.length..];
            let goes_on = round[rounds.next].reach == *reach;
            if goes_on && rounds.next == 0 && rounds.count >= MAX_ROUNDS {
                return (Arrival::Waits(self.accesses()), None);
            }
            if goes_on {
                rounds.is_merged = true;
                return (Arrival::GoesOn, None);
            }
            learnt = self.ended();
            self.forget();
        }
        let (length, count) = match self.repetition(reach, free) {
            Repetition::Rounds(length, count) => (length, count),
            Repetition::Many => return (Arrival::Stops, Some((reach.site, Learnt::Waits))),
            Repetition::None => return (Arrival::Stops, learnt),
        };
        self.rounds = Some(Rounds {
            length,
            next: 0,
            count,
            is_merged: false,
        });
        (Arrival::StopsBeforeRounds(self.accesses()), learnt)
    }

    /// If the loop that the thread is in ends here by itself after a few rounds, and its step has touched more or
    /// less than the first access of a round: its site, and how many.
    fn ended(&self) -> Option<(MarkerId, Learnt)> {
        let rounds = self.rounds.filter(|it| it.is_merged || it.next > 0)?;
        let count = rounds.count + u32::from(rounds.next > 0);
        (count < FEW_ROUNDS).then(|| (self.round()[0].site(), Learnt::Ends(count)))
    }

    /// What the thread, which is about to make an access, has made again and again.
    fn repetition(&mut self, reach: &Reach, free: impl FnOnce(bool) -> Option<u32>) -> Repetition {
        self.spins = self.spins.take().and_then(Spins::grow_old);
        if self.sites & bit(reach.site) == 0 {
            return Repetition::None;
        }
        let mut last = self.reads.iter().rev().take(MAX_LENGTH);
        let Some(after) = last.position(|it| it.reach == *reach) else {
            return Repetition::None;
        };
        let length = after + 1;
        let round = &self.reads[self.reads.len() - length..];
        let writes = round.iter().any(Read::has_changed);
        if writes && !is_put_back(round) {
            return Repetition::None;
        }
        let mut rounds = self.reads.rchunks_exact(length);
        let Some(count) = free(writes) else {
            let is_again = rounds.nth(1) == Some(round);
            return self.spin(reach.site, is_again);
        };
        let rounds = rounds.take(count as usize);
        if rounds.filter(|it| *it == round).count() == count as usize {
            Repetition::Rounds(length, count)
        } else {
            Repetition::None
        }
    }

    /// The thread is at the beginning of a loop that writes, of which the last two rounds may be the same.
    fn spin(&mut self, site: MarkerId, is_again: bool) -> Repetition {
        match &mut self.spins {
            Some(spins) if spins.site != site => {}
            Some(spins) if is_again => {
                spins.age = 0;
                spins.rounds += 1;
                if spins.rounds == MANY_ROUNDS {
                    return Repetition::Many;
                }
            }
            spins => {
                let (rounds, age) = (1, 0);
                *spins = is_again.then_some(Spins { site, rounds, age });
            }
        }
        Repetition::None
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
