//! How races are reversed, and what is tried for that.

use super::mutant::Mutant;
use super::references::Sequence;
use super::sleep::Sleep;
use super::step::Identity;
use super::tree::Reversal;
use super::trial::{Race, Remainder, Trial};
use super::{Reduction, lock};
use crate::operation::{Choice, SchedulingPoint, Trace};

/// How many of the first steps of an execution stay, and the steps that are to come after them.
pub(super) type PlannedReversal = (usize, Vec<usize>);

impl Reduction {
    /// Adds the steps that reverse a race to `reversals`, and how many come before them, if they can be run and
    /// were not explored before. If that is not known, it is to be tried.
    pub(super) fn reverse(&mut self, mut race: Race, reversals: &mut Vec<PlannedReversal>) {
        let Race { earlier, later, .. } = race;
        let is_kept = |it: &usize| *it < later || !Mutant::TruncatedReversal.is_on();
        let others = self.order.independent_of(earlier).filter(is_kept);
        let others =
            others.filter(|it| race.also.iter().all(|also| !self.order.is_from(*also, *it)));
        let steps: Vec<usize> = others.chain([later]).collect();
        let is_guarded = self.order.steps[later].is_guarded;
        // What reverses more may have to be run even where this was.
        let is_shared = is_guarded && self.order.shares_lock(later);
        if is_shared && !self.is_free(&mut race, &steps, reversals) {
            return;
        }
        let order = &self.order;
        let sequence = Sequence::new(earlier, &steps, Some(later));
        let covers = |(_, it): &(usize, &Sleep)| it.covers(order, &steps, sequence);
        let sleeps = || self.sleeps.iter().enumerate();
        if sleeps()
            .filter(|(_, it)| !it.is_unseen)
            .any(|it| covers(&it))
            || !order.could_leave_loop(later, earlier, &steps)
        {
            return;
        }
        if is_guarded && !is_shared && !self.is_free(&mut race, &steps, reversals) {
            return;
        }
        let order = &self.order;
        let covers = |(_, it): &(usize, &Sleep)| it.covers(order, &steps, sequence);
        let sleeps = self.sleeps.iter().enumerate();
        let mut unseen = sleeps.filter(|(at, it)| it.is_unseen && !race.awake.contains(at));
        if let Some((at, sleep)) = unseen.find(covers) {
            let mut threads = steps.iter().map(|it| order.steps[*it].thread);
            let is_among = threads.any(|it| it == sleep.thread);
            race.asked = Some((at, (!is_among).then_some(sleep.thread)));
            self.trials.push(Trial::Sleep { race, steps });
            return;
        }
        reversals.push((earlier, steps));
    }

    /// Whether the lock is free that the last of the steps acquires, which reverse a race. If that is not known, it
    /// is to be tried. If others share it, wider reversals are looked for.
    fn is_free(
        &mut self,
        race: &mut Race,
        steps: &[usize],
        reversals: &mut Vec<PlannedReversal>,
    ) -> bool {
        let answer = self
            .answers
            .after(&self.order, race.later, race.earlier, steps);
        match answer.or(race.is_free.then_some(true)) {
            Some(true) => true,
            Some(false) => {
                self.widen(race, steps, reversals);
                false
            }
            None if Mutant::LocksSupposedFree.is_on() => true,
            None => {
                race.is_free = true;
                let (race, steps) = (race.clone(), steps.to_vec());
                self.trials.push(Trial::Lock { race, steps });
                false
            }
        }
    }

    /// The lock is not free after the steps that reverse a race. If the first of the race has begun to share it,
    /// more of those who have may have to come later.
    pub(super) fn widen(
        &mut self,
        race: &Race,
        steps: &[usize],
        reversals: &mut Vec<PlannedReversal>,
    ) {
        let Race { earlier, later, .. } = *race;
        let [one, other] = [earlier, later].map(|it| &self.order.steps[it]);
        if !one.shares_lock_of(other) || Mutant::OneSharerLater.is_on() {
            return;
        }
        let last = race.also.last().copied().unwrap_or(earlier);
        let sharers = self.order.sharers(later, steps).filter(|it| *it > last);
        for sharer in sharers.collect::<Vec<_>>() {
            let also = race.also.iter().copied().chain([sharer]).collect();
            let wider = Race {
                also,
                ..Race::new(earlier, later)
            };
            self.reverse(wider, reversals);
        }
    }

    /// The execution of a trial shows whether a thread sleeps that may: then the reversal was explored.
    pub(super) fn end_sleep_trial(&mut self, trace: &Trace<'_>, mut race: Race, steps: &[usize]) {
        let Some((at, _)) = race.asked.take() else {
            return;
        };
        self.tried.read(trace);
        let taken: Vec<usize> = (race.earlier..race.earlier + steps.len()).collect();
        let sequence = Sequence::new(race.earlier, &taken, None);
        let seen = self.sleeps[at].seen_in(&self.tried);
        if seen.is_none_or(|it| !it.covers(&self.tried, &taken, sequence)) {
            race.awake.push(at);
            let mut reversals = Vec::new();
            self.reverse(race, &mut reversals);
            self.insert(reversals);
        }
    }

    /// Plans sequences of steps, each after the first steps of the execution. All at once, so that other
    /// workers wait once.
    pub(super) fn insert(&mut self, sequences: impl IntoIterator<Item = PlannedReversal>) {
        let mut tree = lock(&self.tree);
        for (depth, steps) in sequences {
            let reversal = Reversal {
                order: &self.order,
                depth,
                at: self.nodes[depth],
                taken: Some(self.nodes[depth + 1]),
                from: None,
                steps,
            };
            let trial = Trial::of_inserted(&mut tree, reversal);
            self.trials.extend(trial);
        }
    }

    /// Goes on with a reversal whose steps were tried.
    pub(super) fn insert_tried(&mut self, trace: &Trace<'_>, rest: &Remainder) {
        self.tried.read(trace);
        let mut tree = lock(&self.tree);
        let reversal = Reversal {
            order: &self.tried,
            depth: rest.depth,
            at: rest.node,
            taken: rest.taken,
            from: rest.child,
            steps: (rest.depth..rest.plan.len()).collect(),
        };
        let trial = Trial::of_inserted(&mut tree, reversal);
        self.trials.extend(trial);
        tree.finish(rest.node);
    }

    /// All steps of the trial were taken that are planned.
    pub(super) fn end_trial(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let Some(trial) = self.trials.last() else {
            return Choice::Prune;
        };
        if let Trial::Lock { steps, .. } = trial {
            let asked = steps.last().map(|it| self.order.steps[*it].thread);
            self.trial = asked.map(|asked| enabled(asked, point).is_some());
        }
        let next = trial
            .goes_on_with()
            .filter(|_| point.step == self.plan.len());
        let next = next.and_then(|thread| enabled(thread, point));
        next.map_or(Choice::Prune, Choice::Take)
    }
}

/// Which of the enabled is this thread, if it can go on.
fn enabled(thread: Identity, point: &SchedulingPoint<'_>) -> Option<usize> {
    let mut enabled = point.enabled.iter();
    enabled.position(|it| point.identities[it.thread.index()] == thread)
}
