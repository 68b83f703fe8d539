//! How races are reversed, and what is tried for that.

use super::mutant::Mutant;
use super::sleep::Sleep;
use super::step::Identity;
use super::tree::Reversal;
use super::trial::{Race, Remainder, Trial};
use super::{Reduction, lock};
use crate::operation::{Choice, SchedulingPoint, Trace};

impl Reduction {
    /// The steps that reverse a race, and how many come before them, if they can be run and were not explored
    /// before. Nothing if that is to be tried.
    pub(super) fn reverse(&mut self, mut race: Race) -> Option<(usize, Vec<usize>)> {
        let Race { earlier, later, .. } = race;
        let order = &self.order;
        let is_kept = |it: &usize| *it < later || !Mutant::TruncatedReversal.is_on();
        let others = order.independent_of(earlier).filter(is_kept);
        let steps: Vec<usize> = others.chain([later]).collect();
        let covers = |(_, it): &(usize, &Sleep)| it.covers(order, earlier, steps.iter().copied());
        let sleeps = || self.sleeps.iter().enumerate();
        if sleeps()
            .filter(|(_, it)| !it.is_unseen)
            .any(|it| covers(&it))
        {
            return None;
        }
        if order.steps[later].is_guarded && !race.is_free {
            match self.answers.after(order, later, earlier, &steps) {
                Some(true) => {}
                Some(false) => return None,
                None if Mutant::LocksSupposedFree.is_on() => {}
                None => {
                    race.is_free = true;
                    self.trials.push(Trial::Lock { race, steps });
                    return None;
                }
            }
        }
        let mut unseen = sleeps().filter(|(at, it)| it.is_unseen && !race.awake.contains(at));
        if let Some((at, sleep)) = unseen.find(covers) {
            let mut threads = steps.iter().map(|it| order.steps[*it].thread);
            let is_among = threads.any(|it| it == sleep.thread);
            race.asked = Some((at, (!is_among).then_some(sleep.thread)));
            self.trials.push(Trial::Sleep { race, steps });
            return None;
        }
        Some((earlier, steps))
    }

    /// The execution of a trial shows whether a thread sleeps that may: then the reversal was explored.
    pub(super) fn end_sleep_trial(&mut self, trace: &Trace<'_>, mut race: Race, steps: &[usize]) {
        let Some((at, _)) = race.asked.take() else {
            return;
        };
        self.tried.read(trace);
        let sequence = race.earlier..race.earlier + steps.len();
        let seen = self.sleeps[at].seen_in(&self.tried);
        if seen.is_none_or(|it| !it.covers(&self.tried, race.earlier, sequence)) {
            race.awake.push(at);
            let reversal = self.reverse(race);
            self.insert(reversal);
        }
    }

    /// Plans sequences of steps, each after the first steps of the execution. All at once, so that other
    /// workers wait once.
    pub(super) fn insert(&mut self, sequences: impl IntoIterator<Item = (usize, Vec<usize>)>) {
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
