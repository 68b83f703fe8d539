//! A failing execution in, a minimal one out.
//!
//! Minimal means, in this order: fewest preemptions, then the shortest schedule (what it leaves
//! out follows the fixed order), then first in exploration order.
//!
//! First the failing execution is made smaller step by step, by cutting its schedule short, by
//! leaving interruptions of waits out, and by moving the blocks of a thread together (the moves of Jalbert and Sen, "A Trace Simplification
//! Technique for Effective Debugging of Concurrent Programs", FSE 2010). That gives a bound. Then
//! every smaller schedule is tried, in order of preemptions first (as in Musuvathi and Qadeer,
//! "Iterative Context Bounding", PLDI 2007), then of length. Choices that follow the fixed order
//! cost nothing, so only schedules that end in another choice are tried.

mod candidate;
mod variants;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use candidate::Candidate;
use variants::Variants;

use crate::operation::{Event, SchedulingPoint, Way};

/// Searches for the minimal failing schedule. It proposes the next execution and learns whether
/// that failed in the same way; it runs nothing itself.
#[derive(Debug)]
pub(crate) struct Shrink {
    best: Candidate,
    /// The variants of the best execution that are left to try.
    variants: Variants,
    /// The schedules that are one choice away from a smaller one that was tried.
    queue: BinaryHeap<Reverse<Candidate>>,
    stage: Stage,
    /// How to go on in this execution, one after the other, where that is possible.
    preferred: VecDeque<Way>,
    path: Vec<Way>,
    preemptions: usize,
    /// The schedule of this execution, up to the last choice that does not follow the fixed order.
    run: Candidate,
    is_proved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The execution that was found is run again, to see what its schedule must force.
    FailingExecution,
    Local,
    Global,
}

impl Shrink {
    pub(crate) fn new(found: &[Event]) -> Self {
        let ways: Vec<Way> = found.iter().map(Event::way).collect();
        let preemptions = found.iter().filter(|taken| taken.preempts).count();
        Shrink {
            best: Candidate::new(preemptions, ways.clone()),
            variants: Variants::only(ways),
            queue: BinaryHeap::from([Reverse(Candidate::default())]),
            stage: Stage::FailingExecution,
            preferred: VecDeque::new(),
            path: Vec::new(),
            preemptions: 0,
            run: Candidate::default(),
            is_proved: false,
        }
    }

    /// Starts from nothing: tries all schedules, smallest first, until one fails.
    pub(crate) fn anew() -> Self {
        Shrink {
            best: Candidate::largest(),
            variants: Variants::of(&[], 0),
            stage: Stage::Global,
            ..Shrink::new(&[])
        }
    }

    /// The length of the smallest failing schedule so far.
    pub(crate) fn forced(&self) -> usize {
        self.best.ways.len()
    }

    pub(crate) fn is_proved(&self) -> bool {
        self.is_proved
    }

    /// Begins the next execution; false when nothing is left to try.
    pub(crate) fn begin(&mut self) -> bool {
        self.path.clear();
        self.preemptions = 0;
        self.run = Candidate::default();
        if self.is_proved {
            return false;
        }
        if let Some(variant) = self.variants.next() {
            self.preferred = variant.into();
            return true;
        }
        self.stage = Stage::Global;
        match self.queue.pop() {
            Some(Reverse(next)) if next < self.best => {
                self.preferred = next.ways.into();
                true
            }
            // The rest is larger than the best.
            _ => {
                self.is_proved = true;
                false
            }
        }
    }

    /// Returns the index in `point.enabled` of the thread that goes next.
    pub(crate) fn choose(&mut self, point: &SchedulingPoint<'_>) -> usize {
        let is_free = self.preferred.is_empty();
        let default = point.default_choice();
        let choice = self.next_preferred(point).unwrap_or(default);
        if is_free && self.stage == Stage::Global {
            self.queue_alternatives(point, default);
        }
        self.preemptions += usize::from(point.preempts(choice));
        self.path.push(point.enabled[choice].way());
        if choice != default {
            self.run = Candidate::new(self.preemptions, self.path.clone());
        }
        choice
    }

    /// Learns whether the execution failed in the same way. Returns whether it did and is the
    /// smallest so far.
    pub(crate) fn end(&mut self, failed: bool) -> bool {
        let run = std::mem::take(&mut self.run);
        let is_smaller = failed && (run < self.best || self.stage == Stage::FailingExecution);
        match self.stage {
            Stage::FailingExecution => self.stage = Stage::Local,
            // Schedules are tried smallest first: the first that fails is the minimum.
            Stage::Global => self.is_proved = is_smaller,
            Stage::Local => {}
        }
        if is_smaller {
            self.best = run;
            self.variants = Variants::of(&self.path, self.forced());
        }
        is_smaller
    }

    /// The index of the next preferred way that is open.
    fn next_preferred(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        while let Some(way) = self.preferred.pop_front() {
            let choice = point.enabled.iter().position(|it| it.way() == way);
            if choice.is_some() {
                return choice;
            }
        }
        None
    }

    fn queue_alternatives(&mut self, point: &SchedulingPoint<'_>, default: usize) {
        for (choice, ready) in point.enabled.iter().enumerate() {
            let preemptions = self.preemptions + usize::from(point.preempts(choice));
            if choice != default && self.best.may_exceed(preemptions, self.path.len() + 1) {
                let ways = self.path.iter().copied().chain([ready.way()]).collect();
                self.queue.push(Reverse(Candidate::new(preemptions, ways)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
