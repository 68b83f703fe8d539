//! The execution nearest to a failing one that holds: as few conflicting steps as possible come the other way
//! round.
//!
//! Each execution that fails leads to others, in each of which one of its races comes the other way round and
//! the rest stays in order as far as it can. They are run in the order of how many races were reversed.

use std::collections::{HashSet, VecDeque};

use super::happens_before::HappensBefore;
use super::reversed::{FailingSteps, ReversedPair, reversed};
use super::step::Identity;
use crate::operation::{Event, SchedulingPoint, Trace, Way};
use crate::site::MarkerId;

/// Looks for the nearest execution that holds. It proposes the next execution and learns how that ended; it
/// runs nothing itself. The first is the failing one, to see what its steps touch.
#[derive(Debug)]
pub(crate) struct NearestHeld {
    found: Vec<Way>,
    /// Known once the failing execution was run again.
    failing: Option<FailingSteps>,
    queue: VecDeque<Reversal>,
    /// How many executions may still be planned.
    budget: usize,
    /// The threads that are still to take steps in the execution under way, in this order where they can.
    left: Vec<Identity>,
    /// How many races it reverses.
    distance: usize,
    /// The classes of the executions that have failed.
    classes: HashSet<u64>,
    order: HappensBefore,
    /// How many accesses a marker declares.
    declared: fn(MarkerId) -> usize,
    /// How many races the nearest that held reverses, and how many conflicting pairs that comes to.
    pub(super) nearest: Option<(usize, usize)>,
    is_over: bool,
}

/// An execution that differs from one that failed in the order of one race more.
#[derive(Debug)]
struct Reversal {
    distance: usize,
    threads: Vec<Identity>,
}

impl NearestHeld {
    /// Begins with the execution that takes the steps `found` and fails, and runs as many others as the budget
    /// says.
    pub(crate) fn new(found: &[Event], budget: usize, declared: fn(MarkerId) -> usize) -> Self {
        NearestHeld {
            found: found.iter().map(Event::way).collect(),
            failing: None,
            queue: VecDeque::new(),
            budget,
            left: Vec::new(),
            distance: 0,
            classes: HashSet::new(),
            order: HappensBefore::default(),
            declared,
            nearest: None,
            is_over: false,
        }
    }

    /// Begins the next execution; false when no other may be nearer than the one that was found.
    pub(crate) fn begin(&mut self) -> bool {
        if self.is_over || self.failing.is_none() {
            return !self.is_over;
        }
        let Some(next) = self.queue.pop_front() else {
            return false;
        };
        self.left = next.threads;
        self.distance = next.distance;
        let is_nearer = |(distance, count)| next.distance <= distance && count > 1;
        self.nearest.is_none_or(is_nearer)
    }

    /// Returns the index in `point.enabled` of the thread that goes next.
    pub(crate) fn choose(&mut self, point: &SchedulingPoint<'_>) -> usize {
        let next = if self.failing.is_none() {
            let way = self.found.get(point.step);
            let mut enabled = point.enabled.iter();
            way.and_then(|way| enabled.position(|it| it.way() == *way))
        } else {
            let ordinary = |thread: Identity| {
                point.enabled.iter().position(|it| {
                    let is_own = point.identities[it.thread.index()] == thread;
                    is_own && (it.operation.rarity() == 0 || it.operation.ends_wait())
                })
            };
            let mut left = self.left.iter().enumerate();
            let next = left.find_map(|(at, thread)| Some((at, ordinary(*thread)?)));
            next.map(|(at, index)| {
                self.left.remove(at);
                index
            })
        };
        next.unwrap_or_else(|| point.default_choice())
    }

    /// Learns how the execution ended. Returns the conflicting steps that came the other way round in the
    /// failing one, if it held and is the nearest so far.
    pub(crate) fn end(&mut self, trace: &Trace<'_>, has_held: bool) -> Option<Vec<ReversedPair>> {
        let is_known = trace.conditional.is_none() && !trace.events.iter().any(Event::is_opaque);
        match &self.failing {
            None => {
                self.is_over = has_held || !is_known;
                self.failing = Some(FailingSteps::of(trace));
            }
            Some(failing) if has_held && is_known => {
                self.order.read(trace);
                let (count, pairs) = reversed(failing, trace, &self.order, self.declared);
                let is_nearest = self.nearest.is_none_or(|(_, fewest)| count < fewest);
                if is_nearest {
                    self.nearest = Some((self.distance, count));
                }
                return is_nearest.then_some(pairs);
            }
            Some(_) => {}
        }
        if is_known && !self.is_over && !has_held {
            self.reverse_races(trace);
        }
        None
    }

    /// Plans an execution for each race of one that failed.
    fn reverse_races(&mut self, trace: &Trace<'_>) {
        self.order.read(trace);
        let order = &self.order;
        if !self.classes.insert(order.class()) {
            return;
        }
        let is_reversible =
            |later: &usize| *later < order.taken || order.is_reversible(*later, trace.has_aborted);
        let all = (0..order.steps.len()).filter(is_reversible);
        let races = all.flat_map(|later| order.races(later).map(move |earlier| (earlier, later)));
        for (earlier, later) in races.take(self.budget) {
            self.budget -= 1;
            self.queue.push_back(Reversal {
                distance: self.distance + 1,
                threads: with_reversed(order, earlier, later),
            });
        }
    }
}

/// The threads of the steps in an order in which `later`, and what happens before it, comes before `earlier`.
fn with_reversed(order: &HappensBefore, earlier: usize, later: usize) -> Vec<Identity> {
    let after = earlier + 1..order.taken;
    let is_needed =
        |it: &usize| order.is_before(*it, later) && !order.is_before(earlier, *it) || *it == later;
    let (needed, rest): (Vec<usize>, Vec<usize>) = after.partition(is_needed);
    // A step that was pending at the end is not among those taken.
    let pending = (later >= order.taken).then_some(later);
    let steps = (0..earlier).chain(needed).chain(pending);
    let steps = steps.chain([earlier]).chain(rest);
    steps.map(|it| order.steps[it].thread).collect()
}
