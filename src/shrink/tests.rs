use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Shrink;
use crate::operation::{Event, Pending, SchedulingPoint};

/// A toy without threads: thread `t` has `counts[t]` steps, and step `k` of it may wait until
/// another thread has taken some steps. An execution fails if it contains the pattern as a
/// subsequence.
#[derive(Debug, Clone)]
struct Toy {
    counts: Vec<usize>,
    /// (thread, step, other thread, steps that the other must have taken).
    waits: Vec<(usize, usize, usize, usize)>,
    /// (thread, step of that thread): fails when they are taken in this order.
    pattern: Vec<(usize, usize)>,
}

impl Toy {
    fn ready(&self, passed: &[usize]) -> Vec<Pending> {
        let is_ready = |&thread: &usize| {
            let waits = self
                .waits
                .iter()
                .filter(|wait| (wait.0, wait.1) == (thread, passed[thread]));
            passed[thread] < self.counts[thread]
                && waits.into_iter().all(|wait| passed[wait.2] >= wait.3)
        };
        let threads = (0..self.counts.len()).filter(is_ready);
        threads.map(|thread| Pending::at(thread, 0)).collect()
    }

    /// Runs to the end; the steps, and whether they fail.
    fn run(&self, mut choose: impl FnMut(&SchedulingPoint<'_>) -> usize) -> (Vec<Event>, bool) {
        let mut passed = vec![0; self.counts.len()];
        let mut steps: Vec<Event> = Vec::new();
        let mut matched = 0;
        loop {
            let ready = self.ready(&passed);
            if ready.is_empty() {
                return (steps, matched == self.pattern.len());
            }
            let point = SchedulingPoint::after(&steps, &ready);
            let choice = choose(&point);
            let preempts = point.preempts(choice);
            let thread = ready[choice].thread;
            steps.push(Event {
                preempts,
                ..Event::of(ready[choice])
            });
            let step = (thread.index(), passed[thread.index()]);
            matched += usize::from(self.pattern.get(matched) == Some(&step));
            passed[thread.index()] += 1;
        }
    }

    /// All executions by brute force: (preemptions, forced length, threads forced, fails).
    fn all(&self) -> BTreeSet<(usize, usize, Vec<usize>, bool)> {
        let mut all = BTreeSet::new();
        let mut open = vec![Vec::new()];
        while let Some(prefix) = open.pop() {
            let mut choices: Vec<usize> = Vec::new();
            let mut forced = 0;
            let (steps, fails) = self.run(|point| {
                let depth = choices.len();
                let choice = prefix.get(depth).copied().unwrap_or(0);
                if depth >= prefix.len() {
                    let others = 1..point.enabled.len();
                    open.extend(others.map(|other| [&choices[..], &[other]].concat()));
                }
                choices.push(choice);
                if choice != point.default_choice() {
                    forced = choices.len();
                }
                choice
            });
            let preemptions = steps.iter().filter(|step| step.preempts).count();
            let threads = steps[..forced]
                .iter()
                .map(|step| step.thread.index())
                .collect();
            all.insert((preemptions, forced, threads, fails));
        }
        all
    }

    fn shrink(&self, found: &[Event]) -> (usize, usize, Vec<usize>) {
        let mut shrink = Shrink::new(found);
        let mut best = found.to_vec();
        while shrink.begin() {
            let (steps, fails) = self.run(|point| shrink.choose(point));
            if shrink.end(fails) {
                best = steps;
            }
        }
        assert!(shrink.is_proved());
        let preemptions = best.iter().filter(|step| step.preempts).count();
        let threads = best[..shrink.forced()]
            .iter()
            .map(|step| step.thread.index())
            .collect();
        (preemptions, shrink.forced(), threads)
    }
}

#[test]
fn the_lost_update_needs_two_forced_steps_and_one_preemption() {
    // Both read before either writes: t1.read t2.read, and then a write.
    let toy = Toy {
        counts: vec![2, 2],
        waits: vec![],
        pattern: vec![(0, 0), (1, 0), (0, 1)],
    };
    let (found, fails) = toy.run(|point| {
        // Alternate: the schedule with the most preemptions.
        (0..point.enabled.len())
            .find(|&choice| point.preempts(choice))
            .unwrap_or(0)
    });
    assert!(fails);
    assert_eq!(toy.shrink(&found), (1, 2, vec![0, 1]));
}

#[test]
fn what_fails_without_any_forced_step_has_the_empty_schedule() {
    let toy = Toy {
        counts: vec![2, 2],
        waits: vec![],
        pattern: vec![],
    };
    let (found, _) = toy.run(|point| point.enabled.len() - 1);
    assert_eq!(toy.shrink(&found), (0, 0, vec![]));
}

proptest! {
    /// Nothing smaller than the shrunk schedule fails, whichever failing execution was found.
    #[test]
    fn the_result_is_the_minimum_of_brute_force(
        counts in vec(1..4_usize, 2..4),
        waits in vec((0..3_usize, 0..3_usize, 0..3_usize, 1..3_usize), 0..3),
        pattern in vec((0..3_usize, 0..3_usize), 0..4),
        choices in vec(0..3_usize, 12),
    ) {
        let toy = Toy {
            waits: waits.into_iter().filter(|w| w.0 < counts.len() && w.2 < counts.len()).collect(),
            counts,
            pattern,
        };
        let mut choices = choices.into_iter().cycle();
        let (found, fails) = toy.run(|point| choices.next().unwrap_or(0) % point.enabled.len());
        prop_assume!(fails);
        let failing = toy.all().into_iter().find(|execution| execution.3);
        let (preemptions, forced, threads, _) = failing.expect("one was found");
        prop_assert_eq!(toy.shrink(&found), (preemptions, forced, threads));
    }
}
