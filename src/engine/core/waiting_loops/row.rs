//! What one thread has read and written, and where it is in a loop.

use super::history::{History, MAX_LENGTH};
use super::read::{Reach, Read, is_put_back};
use crate::operation::Access;
use crate::site::MarkerId;

/// More than a loop makes that gives up.
pub(super) const MAX_ROUNDS: u32 = 1000;

/// A loop that ends by itself after fewer rounds does not wait.
pub(super) const FEW_ROUNDS: u32 = 8;

/// A loop that writes, and makes more rounds in a row in which nothing changes, waits.
pub(super) const MANY_ROUNDS: u32 = 100;

/// What an execution shows of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Learnt {
    /// It ends by itself after so many rounds, of which some were taken for a wait.
    Ends(u32),
    /// It waits, though it writes.
    Waits,
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

#[derive(Debug, Default)]
pub(super) struct Row {
    history: History,
    /// Where it may be in a loop that writes.
    spins: Option<Spins>,
    /// Where it is in a loop in which it is taken to wait.
    rounds: Option<Rounds>,
    pub(super) is_waiting: bool,
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

impl Row {
    /// Forgets all of an execution, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.history.await_nothing();
        self.forget();
        self.is_waiting = false;
    }

    pub(super) fn is_at_access(&self) -> bool {
        self.history.awaited().is_some()
    }

    /// The thread does something else than to make an access.
    pub(super) fn leave(&mut self) {
        self.history.await_nothing();
        self.forget();
    }

    /// The thread is about to make this access.
    #[inline]
    pub(super) fn await_read(&mut self, reach: &Reach) {
        self.history.await_read(reach);
    }

    /// The access has found `value`, and `left` another or the same.
    pub(super) fn note(&mut self, value: u64, left: u64) {
        let Some(reach) = self.history.awaited() else {
            return;
        };
        if value != left && reach.access.is_count() {
            // Who else changes it matters to nobody.
            return self.leave();
        }
        if let Some(rounds) = &mut self.rounds {
            let made = self.history.made();
            let again = &made[made.len() - rounds.length..][rounds.next];
            if (again.value, again.left) == (value, left) {
                rounds.next += 1;
                if rounds.next == rounds.length {
                    rounds.next = 0;
                    rounds.count += 1;
                }
                return self.history.await_nothing();
            }
            self.forget();
        }
        self.history.note(value, left);
    }

    /// As [`note`](Self::note), if the thread is in no loop and there is room. Returns whether it is so.
    #[inline]
    pub(super) fn note_at_once(&mut self, value: u64, left: u64) -> bool {
        let is_forgotten = |reach: &Reach| value != left && reach.access.is_count();
        self.rounds.is_none()
            && !self.history.awaited().is_some_and(is_forgotten)
            && self.history.note_at_once(value, left)
    }

    /// Whether it is seen at a glance that the thread, which is about to make this access, makes no round again.
    #[inline]
    pub(super) fn stops_at_once(&self, reach: &Reach) -> bool {
        self.rounds.is_none() && self.spins.is_none() && self.history.has_no_round(reach)
    }

    pub(super) fn forget(&mut self) {
        self.history.forget();
        self.spins = None;
        self.rounds = None;
    }

    /// The reads of a round of the loop that the thread is in.
    pub(super) fn round(&self) -> &[Read] {
        let length = self.rounds.map_or(0, |it| it.length);
        let made = self.history.made();
        &made[made.len() - length..]
    }

    pub(super) fn arrive(
        &mut self,
        reach: &Reach,
        free: impl FnOnce(bool) -> Option<u32>,
    ) -> (Arrival, Option<(MarkerId, Learnt)>) {
        let mut learnt = None;
        if let Some(rounds) = &mut self.rounds {
            let made = self.history.made();
            let next = &made[made.len() - rounds.length..][rounds.next];
            let goes_on = next.reach == *reach;
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
    pub(super) fn ended(&self) -> Option<(MarkerId, Learnt)> {
        let rounds = self.rounds.filter(|it| it.is_merged || it.next > 0)?;
        let count = rounds.count + u32::from(rounds.next > 0);
        (count < FEW_ROUNDS).then(|| (self.round()[0].site(), Learnt::Ends(count)))
    }

    /// What the thread, which is about to make an access, has made again and again.
    fn repetition(&mut self, reach: &Reach, free: impl FnOnce(bool) -> Option<u32>) -> Repetition {
        self.spins = self.spins.take().and_then(Spins::grow_old);
        let Some(round) = self.history.round(reach) else {
            return Repetition::None;
        };
        let writes = round.iter().any(Read::has_changed);
        if writes && !is_put_back(round) {
            return Repetition::None;
        }
        let length = round.len();
        let mut rounds = self.history.made().rchunks_exact(length);
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
            let access = reach.access.access();
            if !accesses.contains(&access) {
                accesses.push(access);
            }
        }
        accesses
    }
}
