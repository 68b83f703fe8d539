//! Executions drawn at random: a range of numbers, each of which stands for one execution.

mod counts;
mod draw;
mod feedback;
mod hand_over;
mod objects;
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
pub(crate) use feedback::Feedback;
use pct::Pct;
use pos::Pos;
use profile::{Lesson, Profile};
use surw::Surw;
use uniform::Uniform;
use walk::RandomWalk;

/// How many first executions the profile is learnt from.
const PROFILING_RUNS: u64 = 5;

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
            Method::Pos => Box::<Pos>::default(),
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

/// Draws the executions whose numbers are in a range. What an execution does depends on its number,
/// the seed, the method, and the profile of the first few: not on which worker runs it.
#[derive(Debug)]
pub(crate) struct Sample {
    method: Method,
    seed: u64,
    /// The number of the first execution of this part, of the next, and of the first after it.
    first: u64,
    next: u64,
    end: u64,
    profile: Profile,
    /// What the current execution teaches, if the profile is not complete.
    lesson: Option<Lesson>,
    rng: Rng,
    draw: Box<dyn Draw>,
}

impl Sample {
    /// Draws the executions of these numbers. The first few of all are always run, for the profile.
    pub(crate) fn new(method: Method, seed: u64, own: Range<u64>) -> Self {
        Sample {
            method,
            seed,
            first: own.start,
            // An empty range needs no profile.
            next: if own.is_empty() { own.end } else { 0 },
            end: own.end,
            profile: Profile::default(),
            lesson: None,
            rng: generator(seed),
            draw: Box::new(RandomWalk),
        }
    }
}

impl Sample {
    /// How many executions are left.
    pub(super) fn left(&self) -> u64 {
        self.end - self.next
    }

    /// Leaves out the last execution.
    pub(super) fn shorten(&mut self) {
        self.end = self.end.saturating_sub(1).max(self.next);
    }
}

/// The generator of one execution. Neighbouring seeds and numbers must have nothing in common, so
/// the base is drawn from the seed, and the generator seeded with base and number.
fn generator_of(seed: u64, index: u64) -> Rng {
    let base = generator(seed).u64(..);
    generator(base.wrapping_add(index))
}

impl Search for Sample {
    fn new_execution(&mut self) -> Option<usize> {
        if let Some(lesson) = self.lesson.take() {
            self.profile.learn(lesson);
        }
        if self.next >= PROFILING_RUNS {
            self.next = self.next.max(self.first);
        }
        if self.next == self.end {
            return None;
        }
        let index = self.next;
        self.next += 1;
        self.lesson = (index < PROFILING_RUNS).then(Lesson::default);
        self.rng = generator_of(self.seed, index);
        self.draw = self.method.draw(index, &self.profile, &mut self.rng);
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let choice = self.draw.choose(point, &mut self.rng);
        if let Some(lesson) = &mut self.lesson {
            lesson.count(point, point.enabled[choice]);
        }
        Choice::Take(choice)
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        if let Some(lesson) = &mut self.lesson {
            lesson.end(trace);
        }
        // One that was run only for the profile belongs to another part.
        let is_own = self.next > self.first;
        Account {
            is_repetition: !is_own,
            leaves_out: true,
            is_uniform: self.draw.was_uniform() && is_own,
            ..Account::default()
        }
    }
}

impl Part for Sample {
    /// Gives away the later half of the rest, once the profile is complete.
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

    /// The number of the first execution.
    fn order(&self) -> Vec<usize> {
        // No search on a 32-bit machine gets that far.
        vec![usize::try_from(self.first).unwrap_or(usize::MAX)]
    }
}

#[cfg(test)]
mod tests;
