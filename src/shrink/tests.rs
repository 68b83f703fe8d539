use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Shrink;
use crate::operation::{Event, Pending, SchedulingPoint, Way, forced};

/// A toy without threads: thread `t` has `counts[t]` steps, and step `k` of it may wait until
/// another thread has taken some steps, or for that and a time. An execution fails if it contains the
/// pattern as a subsequence.
#[derive(Debug, Clone)]
struct Toy {
    counts: Vec<usize>,
    /// (thread, step, other thread, steps that the other must have taken).
    waits: Vec<(usize, usize, usize, usize)>,
    /// The same, for waits with a time-out: a step that comes too early is a time-out.
    timed: Vec<(usize, usize, usize, usize)>,
    /// (thread, step of that thread): fails when they are taken in this order.
    pattern: Vec<(usize, usize)>,
}

/// Preemptions, forced steps, and whether it fails.
type Run = (usize, usize, Vec<Way>, bool);

impl Toy {
    fn ready(&self, passed: &[usize]) -> Vec<Pending> {
        let has_come = |waits: &[(usize, usize, usize, usize)], thread: usize| {
            let mut waits = waits
                .iter()
                .filter(|wait| (wait.0, wait.1) == (thread, passed[thread]));
            waits.all(|wait| passed[wait.2] >= wait.3)
        };
        let is_ready =
            |&thread: &usize| passed[thread] < self.counts[thread] && has_come(&self.waits, thread);
        let threads = (0..self.counts.len()).filter(is_ready);
        let (ready, waiting): (Vec<_>, Vec<_>) =
            threads.partition(|&thread| has_come(&self.timed, thread));
        let ready = ready.into_iter().map(|thread| Pending::at(thread, 0));
        let early = waiting.into_iter().map(|thread| Pending::timed(thread, 0));
        ready.chain(early).collect()
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
            let thread = ready[choice].thread;
            let event = point.event(choice);
            steps.push(event);
            let step = (thread.index(), passed[thread.index()]);
            matched += usize::from(self.pattern.get(matched) == Some(&step));
            passed[thread.index()] += 1;
        }
    }

    /// All executions by brute force.
    fn all(&self) -> BTreeSet<Run> {
        let mut all = BTreeSet::new();
        let mut open = vec![Vec::new()];
        while let Some(prefix) = open.pop() {
            let mut choices: Vec<usize> = Vec::new();
            let mut forced_steps = 0;
            let (steps, fails) = self.run(|point| {
                let depth = choices.len();
                let choice = prefix.get(depth).copied().unwrap_or(0);
                if depth >= prefix.len() {
                    let others = 1..point.enabled.len();
                    open.extend(others.map(|other| [&choices[..], &[other]].concat()));
                }
                choices.push(choice);
                if choice != point.default_choice() {
                    forced_steps = choices.len();
                }
                choice
            });
            assert_eq!(forced(&steps), forced_steps);
            let preemptions = steps.iter().filter(|step| step.preempts).count();
            let ways = steps[..forced_steps].iter().map(Event::way).collect();
            all.insert((preemptions, forced_steps, ways, fails));
        }
        all
    }

    fn shrink(&self, found: &[Event]) -> Run {
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
        let ways = best[..shrink.forced()].iter().map(Event::way).collect();
        (preemptions, shrink.forced(), ways, true)
    }
}

#[test]
fn the_lost_update_needs_two_forced_steps_and_one_preemption() {
    // Both read before either writes: t1.read t2.read, and then a write.
    let toy = Toy {
        counts: vec![2, 2],
        waits: vec![],
        timed: vec![],
        pattern: vec![(0, 0), (1, 0), (0, 1)],
    };
    let (found, fails) = toy.run(|point| {
        // Alternate: the schedule with the most preemptions.
        (0..point.enabled.len())
            .find(|&choice| point.preempts(choice))
            .unwrap_or(0)
    });
    assert!(fails);
    let ways = [0, 1].map(|thread| Pending::at(thread, 0).way());
    assert_eq!(toy.shrink(&found), (1, 2, ways.to_vec(), true));
}

#[test]
fn what_fails_without_any_forced_step_has_the_empty_schedule() {
    let toy = Toy {
        counts: vec![2, 2],
        waits: vec![],
        timed: vec![],
        pattern: vec![],
    };
    let (found, _) = toy.run(|point| point.enabled.len() - 1);
    assert_eq!(toy.shrink(&found), (0, 0, vec![], true));
}

/// Thread 0 waits in its first step for all of thread 1, or for a time.
fn timed(pattern: Vec<(usize, usize)>) -> Toy {
    Toy {
        counts: vec![1, 2],
        waits: vec![],
        timed: vec![(0, 0, 1, 2)],
        pattern,
    }
}

#[test]
fn an_early_time_out_goes_if_it_fails_without() {
    let toy = timed(vec![(1, 0), (0, 0)]);
    // It fails if the time-out comes between the two steps of thread 1, or after both.
    let (found, fails) = toy.run(|point| usize::from(point.step == 1));
    assert!(fails && found[1].preempts && found[1].operation.is_interruption());
    assert_eq!(toy.shrink(&found), (0, 0, vec![], true));
}

#[test]
fn an_early_time_out_stays_if_it_fails_only_with_it() {
    let toy = timed(vec![(0, 0), (1, 1)]);
    let (found, fails) = toy.run(|point| usize::from(point.step == 1));
    assert!(fails);
    // It may as well come first of all, which makes the schedule a step shorter.
    let ways = vec![Pending::timed(0, 0).way()];
    assert_eq!(toy.shrink(&found), (1, 1, ways, true));
}

proptest! {
    /// Nothing smaller than the shrunk schedule fails, whichever failing execution was found.
    #[test]
    fn the_result_is_the_minimum_of_brute_force(
        counts in vec(1..4_usize, 2..4),
        waits in vec((0..3_usize, 0..3_usize, 0..3_usize, 1..3_usize), 0..3),
        timed in vec((0..3_usize, 0..3_usize, 0..3_usize, 1..3_usize), 0..3),
        pattern in vec((0..3_usize, 0..3_usize), 0..4),
        choices in vec(0..3_usize, 12),
    ) {
        let toy = Toy {
            waits: waits.into_iter().filter(|w| w.0 < counts.len() && w.2 < counts.len()).collect(),
            timed: timed.into_iter().filter(|w| w.0 < counts.len() && w.2 < counts.len()).collect(),
            counts,
            pattern,
        };
        let mut choices = choices.into_iter().cycle();
        let (found, fails) = toy.run(|point| choices.next().unwrap_or(0) % point.enabled.len());
        prop_assume!(fails);
        let failing = toy.all().into_iter().find(|execution| execution.3);
        prop_assert_eq!(toy.shrink(&found), failing.expect("one was found"));
    }
}
