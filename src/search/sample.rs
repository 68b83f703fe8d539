//! Executions drawn at random: a range of numbers, each of which stands for one execution.

mod draw;
mod pct;
mod pos;
mod profile;
mod surw;
mod uniform;
mod walk;

use std::ops::Range;

use fastrand::Rng;

use super::{Account, Part, Search};
use crate::operation::{Choice, SchedulingPoint, Trace};
use crate::permutations::generator;
use draw::Draw;
use pct::Pct;
use pos::{Pos, same_place};
use profile::Profile;
use surw::Surw;
use uniform::Uniform;
use walk::RandomWalk;

/// How many executions the profile is learnt from: the first ones.
const PROFILING_RUNS: u64 = 5;

/// How an execution is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    RandomWalk,
    Uniform,
    Pct {
        depth: usize,
    },
    Pos,
    Surw,
    /// All but SURW in turn, PCT with depth 3.
    RoundRobin,
}

impl Method {
    fn draw(self, index: u64, profile: &Profile, rng: &mut Rng) -> Box<dyn Draw> {
        match self {
            Method::RandomWalk => Box::new(RandomWalk),
            Method::Uniform => Box::new(Uniform::new(profile)),
            Method::Pct { depth } => Box::new(Pct::new(depth, profile, rng)),
            Method::Pos => Box::new(Pos::new(same_place)),
            Method::Surw => Box::new(Surw::new(profile, rng)),
            Method::RoundRobin => {
                let turns = [
                    Method::Pos,
                    Method::Uniform,
                    Method::Pct { depth: 3 },
                    Method::RandomWalk,
                ];
                turns[(index % 4) as usize].draw(index, profile, rng)
            }
        }
    }
}

/// Draws the executions with the numbers of a range. What an execution does depends on its number,
/// the seed, the method, and what the first few taught; so not on who runs it.
#[derive(Debug)]
pub(crate) struct Sample {
    method: Method,
    seed: u64,
    /// The number of the first execution of this part, of the next, and of the first after it.
    first: u64,
    next: u64,
    end: u64,
    profile: Profile,
    /// What the execution under way teaches, if the profile is not complete.
    lesson: Option<Profile>,
    rng: Rng,
    draw: Box<dyn Draw>,
}

impl Sample {
    /// Draws the executions of these numbers. The first few of all are run in any case, for what
    /// they teach.
    pub(crate) fn new(method: Method, seed: u64, own: Range<u64>) -> Self {
        Sample {
            method,
            seed,
            first: own.start,
            // There is nothing to learn for no execution.
            next: if own.is_empty() { own.end } else { 0 },
            end: own.end,
            profile: Profile::default(),
            lesson: None,
            rng: generator(seed),
            draw: Box::new(RandomWalk),
        }
    }
}

/// The generator of one execution. Neighbours among seeds and among numbers must have nothing in
/// common, so that the base is drawn from the seed, and the generator from base and number.
fn generator_of(seed: u64, index: u64) -> Rng {
    let base = generator(seed).u64(..);
    generator(base.wrapping_add(index))
}

impl Search for Sample {
    fn new_execution(&mut self) -> Option<usize> {
        if let Some(lesson) = self.lesson.take() {
            self.profile.learn(&lesson);
        }
        if self.next >= PROFILING_RUNS {
            self.next = self.next.max(self.first);
        }
        if self.next == self.end {
            return None;
        }
        let index = self.next;
        self.next += 1;
        self.lesson = (index < PROFILING_RUNS).then(Profile::default);
        self.rng = generator_of(self.seed, index);
        self.draw = self.method.draw(index, &self.profile, &mut self.rng);
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let choice = self.draw.choose(point, &mut self.rng);
        if let Some(lesson) = &mut self.lesson {
            lesson.count(point.enabled[choice]);
        }
        Choice::Take(choice)
    }

    fn end(&mut self, _: &Trace<'_>) -> Account {
        // One that was only run to learn is of another part.
        let is_own = self.next > self.first;
        Account {
            is_repetition: !is_own,
            leaves_out: true,
            is_uniform: self.draw.was_uniform() && is_own,
            contradiction: None,
        }
    }
}

impl Part for Sample {
    /// Gives away the later half of what is left, once the profile is complete.
    fn split(&mut self) -> Option<Box<dyn Part>> {
        if self.lesson.is_some() || self.next == self.end {
            return None;
        }
        let middle = self.next + (self.end - self.next) / 2;
        let part = Sample {
            first: middle,
            next: middle,
            end: self.end,
            profile: self.profile.clone(),
            lesson: None,
            rng: generator(self.seed),
            draw: Box::new(RandomWalk),
            ..*self
        };
        self.end = middle;
        Some(Box::new(part))
    }

    /// The number of the first execution: of two parts, the one with the lesser comes first.
    fn order(&self) -> Vec<usize> {
        // A search on a machine of 32 bits does not come so far.
        vec![usize::try_from(self.first).unwrap_or(usize::MAX)]
    }
}

#[cfg(test)]
mod tests;
