//! Which steps of an execution happen before which: the partial order that all executions of its class
//! have in common.
//!
//! Two steps conflict if they are of one thread or touch the same object, of which at least one writes.
//! The order of conflicting steps, and what follows from it, is happens-before. Executions with the same
//! steps and the same happens-before are of one class (Mazurkiewicz, "Trace Theory", 1987).

use super::mutant::Mutant;
use super::references::{Counting, Sequence, count_at};
use super::relation::Relation;
use super::step::{Buffers, Identity, Step};
use crate::operation::{ThreadId, Trace};

/// The steps of one execution and their order. The first `taken` were taken; the others were pending at
/// the end.
#[derive(Debug, Default)]
pub(super) struct HappensBefore {
    pub(super) steps: Vec<Step>,
    pub(super) taken: usize,
    /// Whether any of them counts references.
    have_counts: bool,
    /// The earlier steps that each conflicts with.
    conflicts: Relation,
    /// The earlier steps that happen before each.
    before: Relation,
    /// Those among them without which it could not have been pending.
    enabling: Relation,
    /// The earlier steps that each races with.
    races: Relation,
    /// What steps of earlier executions were kept in.
    spare: Vec<Buffers>,
}

/// The steps of an execution in an order that depends only on its class: the thread that has taken the last
/// step goes on for as long as it can, then the first of the others does.
pub(crate) fn canonical_order(trace: &Trace<'_>) -> Vec<usize> {
    let mut order = HappensBefore::default();
    order.read(trace);
    order.canonical()
}

impl HappensBefore {
    /// Takes the steps of `trace`.
    pub(super) fn read(&mut self, trace: &Trace<'_>) {
        self.spare
            .extend(self.steps.drain(..).map(Step::into_buffers));
        for number in 0..trace.events.len() {
            let buffers = self.spare.pop().unwrap_or_default();
            self.steps.push(Step::taken(trace, number, buffers));
        }
        self.taken = self.steps.len();
        for thread in (0..trace.threads.len()).map(ThreadId::new) {
            let buffers = self.spare.pop().unwrap_or_default();
            self.steps.extend(Step::pending(trace, thread, buffers));
        }
        self.have_counts = self.steps.iter().any(|it| it.counts().next().is_some());
        if self.have_counts {
            // What is pending would find what there is at the end.
            let pending = self.steps.split_off(self.taken);
            for mut step in pending {
                step.find(|object| count_at(&self.steps[..self.taken], self.taken, object));
                self.steps.push(step);
            }
        }
        self.order();
    }

    fn order(&mut self) {
        let count = self.steps.len();
        for relation in [
            &mut self.conflicts,
            &mut self.before,
            &mut self.enabling,
            &mut self.races,
        ] {
            relation.reset(count);
        }
        for later in 0..count {
            self.relate(later);
        }
    }

    /// Relates a step to those before it, the last first: so what happens between the two is known.
    ///
    /// A step races with each that it conflicts with and could have come before. A guarded step could come
    /// before a whole section that another thread is in, so it races with all that it conflicts with.
    /// Others race only with those between which and them nothing happens, since the other races are found
    /// once these are reversed.
    fn relate(&mut self, later: usize) {
        let step = &self.steps[later];
        let is_guarded = step.is_guarded && !Mutant::AdjacentLocks.is_on();
        for (number, other) in self.steps[..later].iter().enumerate().rev() {
            if step.conflicts_with(other) {
                self.conflicts.insert(later, number);
            }
            if number < self.taken
                && !self.enabling.has(later, number)
                && (other.thread == step.thread || step.needs(other))
            {
                self.enabling.unite_with(later, &self.before, number);
                self.enabling.insert(later, number);
            }
        }
        self.before.copy(later, &self.enabling);
        for number in self.conflicts.row(later) {
            if number >= self.taken || self.enabling.has(later, number) {
                continue;
            }
            let is_immediate = !self.before.has(later, number);
            if is_immediate {
                self.before.unite(later, number);
                self.before.insert(later, number);
            }
            if is_immediate || is_guarded {
                self.races.insert(later, number);
            }
        }
    }

    /// The steps, if any of them counts references.
    fn counting(&self) -> Option<Counting<'_>> {
        let (steps, taken) = (&self.steps[..], self.taken);
        self.have_counts.then_some(Counting { steps, taken })
    }

    pub(super) fn conflict(&self, one: usize, other: usize) -> bool {
        self.conflicts.has(one.max(other), one.min(other))
    }

    pub(super) fn is_before(&self, earlier: usize, later: usize) -> bool {
        self.before.has(later, earlier)
    }

    /// Whether `later` is the step `earlier`, or happens after it.
    pub(super) fn is_from(&self, earlier: usize, later: usize) -> bool {
        earlier == later || self.is_before(earlier, later)
    }

    /// The steps that `later` races with, the last first.
    pub(super) fn races(&self, later: usize) -> impl Iterator<Item = usize> + '_ {
        self.races.row(later)
    }

    pub(super) fn race(&self, earlier: usize, later: usize) -> bool {
        self.races.has(later, earlier)
    }

    /// Whether a step that was pending at the end could have come earlier: one that waits for a lock, or any
    /// if the execution was `aborted`.
    pub(super) fn is_reversible(&self, pending: usize, aborted: bool) -> bool {
        aborted || self.steps[pending].is_guarded
    }

    /// Whether the step `later` could be taken after the first `depth` steps and those of `sequence` if its
    /// thread has waited in a loop: one of them has changed what it read.
    pub(super) fn could_leave_loop(&self, later: usize, depth: usize, sequence: &[usize]) -> bool {
        let step = &self.steps[later];
        let began = self.predecessor(later);
        let mut before = (0..depth).chain(sequence.iter().copied());
        !step.leaves_loop
            || Mutant::LoopsAlwaysLeft.is_on()
            || before.any(|it| {
                Some(it) > began && it != later && self.steps[it].enables(step.pending.thread)
            })
    }

    /// The step of its thread that comes before `step`.
    pub(super) fn predecessor(&self, step: usize) -> Option<usize> {
        let thread = self.steps[step].thread;
        let earlier = &self.steps[..step.min(self.taken)];
        earlier.iter().rposition(|it| it.thread == thread)
    }

    /// Whether two steps touch the same lock, of which the second is about to be acquired.
    pub(super) fn share_lock(&self, step: usize, guarded: usize) -> bool {
        self.steps[step].touches_lock_of(&self.steps[guarded])
    }

    /// The steps that were taken after `step` and do not happen after it.
    pub(super) fn independent_of(&self, step: usize) -> impl Iterator<Item = usize> + '_ {
        let later = step + 1..self.taken;
        later.filter(move |it| !self.is_before(step, *it))
    }

    /// The step that `thread` takes, or had pending at the end, after `skipped` others from `depth` on.
    pub(super) fn nth_of(&self, thread: Identity, depth: usize, skipped: usize) -> Option<usize> {
        let steps = self.steps.iter().enumerate().skip(depth);
        let mut own = steps.filter(|(_, step)| step.thread == thread);
        own.nth(skipped).map(|(number, _)| number)
    }

    /// A number that all executions of the class have, and hardly any other.
    pub(super) fn class(&self) -> u64 {
        let mut numbers: Vec<u64> = Vec::with_capacity(self.taken);
        for (number, step) in self.steps[..self.taken].iter().enumerate() {
            let earlier = self.conflicts.row(number).chain(self.enabling.row(number));
            let past = earlier.fold(0_u64, |sum, it| sum.wrapping_add(numbers[it]));
            numbers.push(mix(past ^ mix(step.thread)));
        }
        numbers.iter().fold(0, |sum, it| sum.wrapping_add(*it))
    }

    /// The steps in the order that the thread with the last step goes on if nothing is to come before its
    /// next, and otherwise the first of those threads does of which that holds. A wait times out only where
    /// all that may come before it has come: early time-outs are not always possible.
    pub(super) fn canonical(&self) -> Vec<usize> {
        let mut left: Vec<usize> = (0..self.taken).collect();
        let mut order: Vec<usize> = Vec::with_capacity(self.taken);
        while !left.is_empty() {
            let is_free = |it: &&usize| left.iter().all(|other| !self.is_before(*other, **it));
            let last = order.last().map(|it: &usize| self.steps[*it].thread);
            let place = |it: &usize| {
                let step = &self.steps[*it];
                let is_late = step.pending.operation.is_interruption();
                let is_other = Some(step.thread) != last;
                (is_late, is_other, step.pending.thread, step.thread)
            };
            let Some(next) = left.iter().filter(is_free).copied().min_by_key(place) else {
                break;
            };
            left.retain(|it| *it != next);
            order.push(next);
        }
        order
    }

    /// Whether what `thread` does after `skipped` others from `depth` on was not seen, but only what it declares.
    pub(super) fn is_unseen(&self, thread: Identity, depth: usize, skipped: usize) -> bool {
        self.nth_of(thread, depth, skipped)
            .is_none_or(|it| it >= self.taken)
    }

    /// Before which step a thread no longer sleeps whose next step after the first `depth` was explored
    /// before: the first that conflicts with it.
    pub(super) fn wakes_at(&self, thread: Identity, depth: usize) -> usize {
        let Some(own) = self.nth_of(thread, depth, 0) else {
            return depth;
        };
        let mut later = depth..self.taken;
        let counting = self.counting();
        let wakes = later.find(|it| {
            *it == own
                || match counting {
                    Some(counting) => counting.is_woken_by(own, *it),
                    None => self.conflict(*it, own),
                }
        });
        wakes.unwrap_or(self.taken)
    }

    /// The steps of `sequence` that it could begin with: no other of it happens before them.
    pub(super) fn initials(&self, sequence: &[usize]) -> impl Iterator<Item = usize> {
        let is_first = |(at, step): &(usize, &usize)| {
            let mut earlier = sequence[..*at].iter();
            !earlier.any(|it| self.is_before(*it, **step))
        };
        let steps = sequence.iter().enumerate().filter(is_first);
        steps.map(|(_, step)| *step)
    }

    /// Whether an execution of what is `left` of `sequence`, in some order and perhaps with more steps, can
    /// begin with the step of `thread`, which is `next`. If that is not known, it is supposed to conflict with all.
    pub(super) fn is_weak_initial(
        &self,
        thread: Identity,
        next: Option<usize>,
        left: &[usize],
        sequence: Sequence<'_>,
    ) -> bool {
        let counting = self.counting();
        for &number in left {
            if self.steps[number].thread == thread {
                return true;
            }
            let conflicts = |next: usize| match counting {
                Some(counting) => counting.conflict_in(next, number, sequence),
                None => self.conflict(next, number),
            };
            if next.is_none_or(conflicts) {
                return false;
            }
        }
        !Mutant::OnlyOccurring.is_on()
    }
}

/// A permutation of the numbers that spreads small differences, that of the generator `SplitMix64` (Steele,
/// Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
pub(super) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
