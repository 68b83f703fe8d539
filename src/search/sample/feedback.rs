//! Executions drawn again with some of their draws changed, if they came to something new.
//!
//! Feedback-guided scheduling in the form that Fray has, after FEST: an execution is recorded as its
//! draws. If threads hand over to each other at shared objects as in no execution before, its recording
//! is kept, and mutants of it are run: recordings in which a few draws are changed. The draws are those
//! of partial order sampling, one for each step; so a change of one leaves those of later steps what
//! they were.
//!
//! Every second execution is drawn anew. With mutants alone, what is rare near all recordings that are
//! kept stays rare: six philosophers were hit a third as often as with partial order sampling, and the
//! failure of the Fibonacci program (`tests/oracles/programs.rs`) a tenth as often.

use std::collections::{BTreeSet, VecDeque};

use fastrand::Rng;

use super::hand_over::{HandOver, add_hand_overs};
use super::pos::Pos;
use super::walk::below;
use super::{Draw, generator_of};
use crate::operation::{Choice, SchedulingPoint, Trace};
use crate::permutations::generator;
use crate::search::{Account, Part, Search};

/// How many mutants of a recording are run before those of the next.
pub(super) const MUTANTS: usize = 16;

/// How many draws of a recording are changed, at most, to make a mutant.
pub(super) const CHANGES: usize = 5;

/// Draws this number of executions. What an execution does depends on all before it, so this does not
/// divide: it is run by one worker.
#[derive(Debug)]
pub(crate) struct Feedback {
    seed: u64,
    next: u64,
    end: u64,
    /// The recordings whose mutants are run, in turn; and how many of the first, before it is the turn
    /// of the next.
    pub(super) kept: VecDeque<Vec<u64>>,
    mutants_left: usize,
    seen: BTreeSet<HandOver>,
    /// One draw for each step of the current execution; those that it had from the beginning, even if
    /// it ends before.
    pub(super) recording: Vec<u64>,
    rng: Rng,
    draw: Pos,
}

impl Feedback {
    pub(crate) fn new(seed: u64, schedules: u64) -> Self {
        Feedback {
            seed,
            next: 0,
            end: schedules,
            kept: VecDeque::new(),
            mutants_left: MUTANTS,
            seen: BTreeSet::new(),
            recording: Vec::new(),
            rng: generator(seed),
            draw: Pos::default(),
        }
    }

    /// A mutant of a recording that is kept; an empty recording if none is.
    fn mutant(&mut self) -> Vec<u64> {
        if self.mutants_left == 0 {
            self.kept.rotate_left(usize::from(!self.kept.is_empty()));
            self.mutants_left = MUTANTS;
        }
        let Some(kept) = self.kept.front() else {
            return Vec::new();
        };
        self.mutants_left -= 1;
        let mut mutant = kept.clone();
        for _ in 0..CHANGES {
            let change = below(mutant.len(), &mut self.rng);
            mutant[change] = self.rng.u64(..);
        }
        mutant
    }
}

impl Search for Feedback {
    fn new_execution(&mut self) -> Option<usize> {
        if self.next == self.end {
            return None;
        }
        self.rng = generator_of(self.seed, self.next);
        self.recording = match self.next % 2 {
            0 => Vec::new(),
            _ => self.mutant(),
        };
        self.next += 1;
        self.draw = Pos::default();
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        while self.recording.len() <= point.step {
            self.recording.push(self.rng.u64(..));
        }
        let mut rng = Rng::with_seed(self.recording[point.step]);
        Choice::Take(self.draw.choose(point, &mut rng))
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let known = self.seen.len();
        add_hand_overs(trace, &mut self.seen);
        if self.seen.len() > known {
            let mut recording = std::mem::take(&mut self.recording);
            recording.truncate(trace.events.len());
            self.kept.push_back(recording);
        }
        Account {
            leaves_out: true,
            ..Account::default()
        }
    }
}

impl Part for Feedback {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        None
    }

    fn order(&self) -> Vec<usize> {
        vec![0]
    }
}
