//! Waiting until all related threads sleep.

use std::sync::Arc;
use std::time::Duration;

use super::kernel::{nap, now, wake_all};
use super::record::Record;
use super::relation::{Known, Relation};
use super::stir::stirs;

/// How often to look before sleeping between two looks: a few microseconds.
const SPINS: u32 = 20;

const SHORT_NAP: Duration = Duration::from_micros(20);
const LONG_NAP: Duration = Duration::from_micros(200);

/// After so long, who has not woken up although its word has changed is woken, and again each time.
/// Most often it is one of several that wait at the word, of which another one was woken.
const NUDGE: Duration = Duration::from_micros(500);

/// What the outside threads that are related to a search do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// All of them sleep, or have ended.
    Asleep {
        /// Whether one wakes up by itself after some time.
        will_wake: bool,
        /// Whether one waits for files, which something outside of this process may write to.
        awaits_files: bool,
    },
    /// One was still awake at the limit: this one, as a message names it.
    Busy(String),
}

impl Relation {
    /// Waits until each related thread is asleep or has ended. Meanwhile these may wake threads of
    /// the run, so the caller holds nothing that [`OutsideWake`](super::OutsideWake) needs.
    pub(crate) fn settle(&self, limit: Duration) -> Settled {
        let mut awake = match self.look() {
            Ok(asleep) => return asleep,
            Err(awake) => awake,
        };
        let (mut looks, mut rest) = (0, SHORT_NAP);
        let start = now();
        let mut nudge = start + NUDGE;
        loop {
            let time = now();
            if time.saturating_sub(start) >= limit {
                return Settled::Busy(awake.name());
            }
            looks += 1;
            if looks <= SPINS {
                (0..10).for_each(|_| std::hint::spin_loop());
            } else {
                nap(rest);
                rest = (rest * 2).min(LONG_NAP);
            }
            if time >= nudge {
                self.nudge();
                nudge = time + NUDGE;
            }
            match self.look() {
                Ok(asleep) => return asleep,
                Err(other) => awake = other,
            }
        }
    }

    /// What is known if all sleep at one moment, or else one that is awake.
    fn look(&self) -> Result<Settled, Arc<Record>> {
        loop {
            let stirs = stirs();
            let known = self.known();
            let sleeps = Sleeps::of(&known)?;
            // Not so if one of them has started or connected another one before it went to sleep.
            if known.is_current() {
                let settled = sleeps.are_on(&known)?;
                self.note_quiet(&known, &sleeps, stirs);
                return Ok(settled);
            }
        }
    }

    /// Wakes those who sleep at a word that has changed.
    fn nudge(&self) {
        for record in &self.known().related {
            if record.is_surely_asleep().is_none()
                && let Some(address) = record.futex()
            {
                wake_all(address);
            }
        }
    }
}

/// The sleep in which each related thread is, or `None` where one has ended.
#[derive(Debug)]
pub(super) struct Sleeps(Vec<Option<u64>>);

impl Sleeps {
    /// Or else one that is awake.
    pub(super) fn of(known: &Known) -> Result<Self, Arc<Record>> {
        let sleep = |record: &Arc<Record>| {
            if record.has_ended() {
                return Ok(None);
            }
            record.sleep_number().map(Some).ok_or(Arc::clone(record))
        };
        let sleeps: Result<_, _> = known.related.iter().map(sleep).collect();
        sleeps.map(Sleeps)
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = Option<u64>> {
        self.0.iter().copied()
    }

    /// What is known if all are surely asleep, and in these sleeps still. Then none of them has done
    /// anything since all had gone to sleep, so who is asleep now was not woken by another one.
    pub(super) fn are_on(&self, known: &Known) -> Result<Settled, Arc<Record>> {
        let (mut will_wake, mut awaits_files) = (false, false);
        for (record, sleep) in known.related.iter().zip(&self.0) {
            let Some(sleep) = *sleep else {
                continue;
            };
            match record.is_surely_asleep() {
                Some(asleep) if asleep.sequence == sleep => {
                    will_wake |= asleep.will_wake;
                    awaits_files |= asleep.awaits_files;
                }
                _ => return Err(Arc::clone(record)),
            }
        }
        Ok(Settled::Asleep {
            will_wake,
            awaits_files,
        })
    }
}
