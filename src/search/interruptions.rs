//! Searches of a toy whose waits may be interrupted, against brute force.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Bounded, DepthFirst, Search};
use crate::operation::{
    Choice, Event, Operation, Pending, SchedulingPoint, ThreadId, Trace, Way, forced,
};
use crate::site::MarkerId;

/// A step of a thread.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// It can always be taken.
    Marker,
    /// It can be taken once thread `other` has taken `steps` steps. Until then, it may be taken by an
    /// interruption; a cancellation ends the thread, and is possible afterwards too.
    Wait {
        other: usize,
        steps: usize,
        interruption: Interruption,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interruption {
    Timeout,
    Spurious,
    Cancel,
}

const INTERRUPTIONS: [Interruption; 3] = [
    Interruption::Timeout,
    Interruption::Spurious,
    Interruption::Cancel,
];

impl Interruption {
    fn of(self, thread: usize) -> Pending {
        let passed = MarkerId::new(0);
        let operation = match self {
            Interruption::Timeout => Operation::timeout(passed),
            Interruption::Spurious => Operation::spurious(passed),
            Interruption::Cancel => Operation::cancel(passed),
        };
        let thread = ThreadId::new(thread);
        Pending { thread, operation }
    }
}

#[derive(Debug, Clone)]
struct Toy(Vec<Vec<Step>>);

impl Toy {
    /// What could be done where each thread has `passed` this many steps. Nothing if all that is left
    /// is to wake up by itself or to be cancelled: that is a deadlock.
    fn enabled(&self, passed: &[usize]) -> Vec<Pending> {
        let mut enabled = Vec::new();
        for (thread, steps) in self.0.iter().enumerate() {
            match steps.get(passed[thread]) {
                None => {}
                Some(Step::Marker) => enabled.push(Pending::at(thread, 0)),
                Some(&Step::Wait {
                    other,
                    steps,
                    interruption,
                }) => {
                    let has_come = other < passed.len() && passed[other] >= steps;
                    if has_come {
                        enabled.push(Pending::at(thread, 0));
                    }
                    if !has_come || interruption == Interruption::Cancel {
                        enabled.push(interruption.of(thread));
                    }
                }
            }
        }
        enabled.sort_by_key(|it| it.way());
        if enabled.iter().all(|it| it.operation.rarity() == 2) {
            enabled.clear();
        }
        enabled
    }

    fn pass(&self, passed: &mut [usize], step: Pending) {
        let thread = step.thread.index();
        passed[thread] += 1;
        if step == Interruption::Cancel.of(thread) {
            passed[thread] = self.0[thread].len();
        }
    }

    /// Runs one execution; whether it counts, and whether others were left out.
    fn run(&self, search: &mut impl Search) -> (Vec<Event>, bool, bool) {
        let mut passed = vec![0; self.0.len()];
        let mut events = Vec::new();
        loop {
            let enabled = self.enabled(&passed);
            if enabled.is_empty() {
                let account = search.end(&Trace::of(&events));
                assert_eq!(account.contradiction, None);
                return (events, !account.is_repetition, account.leaves_out);
            }
            let point = SchedulingPoint::after(&events, &enabled);
            let Choice::Take(choice) = search.choose(&point) else {
                panic!("a contradiction");
            };
            events.push(point.event(choice));
            self.pass(&mut passed, enabled[choice]);
        }
    }

    /// The executions that count, in exploration order, and whether others were left out.
    fn all(&self, mut search: impl Search) -> (Vec<Vec<Way>>, bool) {
        let (mut all, mut any_left_out) = (Vec::new(), false);
        while search.new_execution().is_some() {
            let (events, counts, leaves_out) = self.run(&mut search);
            any_left_out |= leaves_out;
            if counts {
                all.push(events.iter().map(Event::way).collect());
            }
        }
        (all, any_left_out)
    }

    /// All executions in order, each with its preemptions, by trying everything everywhere.
    fn brute_force(&self, passed: &[usize], path: &[Way], cost: usize) -> Vec<(Vec<Way>, usize)> {
        let enabled = self.enabled(passed);
        if enabled.is_empty() {
            return vec![(path.to_vec(), cost)];
        }
        let ordinary = |it: &Pending| !it.operation.is_interruption();
        let last = path.last().map(|way| way.thread());
        let last_goes_on = enabled
            .iter()
            .any(|it| ordinary(it) && Some(it.thread) == last);
        let after = |step: &Pending| {
            let preempts = match step.operation {
                it if !it.is_interruption() => last_goes_on && Some(step.thread) != last,
                it if it == Interruption::Timeout.of(0).operation => enabled.iter().any(ordinary),
                _ => true,
            };
            let mut passed = passed.to_vec();
            self.pass(&mut passed, *step);
            let path = [path, &[step.way()]].concat();
            self.brute_force(&passed, &path, cost + usize::from(preempts))
        };
        enabled.iter().flat_map(after).collect()
    }
}

/// Thread 0 waits for the first step of thread 1, which takes `steps` steps.
fn wait(interruption: Interruption, steps: usize) -> Toy {
    let wait = Step::Wait {
        other: 1,
        steps: 1,
        interruption,
    };
    Toy(vec![vec![wait], vec![Step::Marker; steps]])
}

/// How many executions have 0, 1, 2 preemptions, and whether there are more.
fn counts(toy: &Toy) -> ([usize; 3], bool) {
    let with = |preemptions| toy.all(Bounded::new(preemptions));
    let counts = [0, 1, 2].map(|preemptions| with(preemptions).0.len());
    (counts, with(2).1)
}

#[test]
fn an_early_time_out_is_explored_last_and_costs_a_preemption() {
    let toy = wait(Interruption::Timeout, 2);
    let [a, b] = [0, 1].map(|thread| Way::ordinary(ThreadId::new(thread)));
    let early = Interruption::Timeout.of(0).way();
    // Thread 0 goes on between the steps of thread 1, after both, or too early.
    let expected = [vec![b, a, b], vec![b, b, a], vec![early, b, b]];
    assert_eq!(toy.all(DepthFirst::default()), (expected.to_vec(), false));
    for steps in 1..5 {
        // It costs nothing after all steps of thread 1, one in each of the places before.
        let toy = wait(Interruption::Timeout, steps);
        assert_eq!(counts(&toy), ([1, steps, 0], false));
    }
}

#[test]
fn waking_up_by_itself_costs_a_preemption_and_saves_nobody_from_a_deadlock() {
    for steps in 1..5 {
        let toy = wait(Interruption::Spurious, steps);
        assert_eq!(counts(&toy), ([1, steps, 0], false));
    }
    // Without a step of thread 1, thread 0 waits for ever.
    let toy = wait(Interruption::Spurious, 0);
    assert_eq!(toy.all(DepthFirst::default()), (vec![vec![]], false));
}

#[test]
fn a_task_may_be_cancelled_before_and_after_it_was_woken() {
    for steps in 1..5 {
        let toy = wait(Interruption::Cancel, steps);
        // Cancelled before or after any step of thread 1, but where nothing else is left: there it
        // has been woken. It goes on after any step, which costs nothing after the last.
        let all = (steps + 1) + steps;
        assert_eq!(toy.all(DepthFirst::default()).0.len(), all);
        assert_eq!(counts(&toy), ([1, all - 1, 0], false));
    }
}

#[test]
fn who_waits_for_time_alone_times_out_in_any_order_for_nothing() {
    let wait = Step::Wait {
        other: 0,
        steps: usize::MAX,
        interruption: Interruption::Timeout,
    };
    let toy = Toy(vec![vec![wait]; 3]);
    assert_eq!(counts(&toy), ([6, 0, 0], false));
}

/// Any thread of a few steps.
fn thread() -> impl Strategy<Value = Vec<Step>> {
    let interruption = prop::sample::select(&INTERRUPTIONS);
    let wait = (0..3_usize, 1..3_usize, interruption);
    let wait = wait.prop_map(|(other, steps, interruption)| Step::Wait {
        other,
        steps,
        interruption,
    });
    vec(prop_oneof![Just(Step::Marker), wait], 0..3)
}

proptest! {
    #[test]
    fn every_execution_is_found_with_its_preemptions(threads in vec(thread(), 1..4)) {
        let toy = Toy(threads);
        let expected = toy.brute_force(&vec![0; toy.0.len()], &[], 0);
        let executions: Vec<_> = expected.iter().map(|it| it.0.clone()).collect();
        prop_assert_eq!(toy.all(DepthFirst::default()), (executions, false));
        for preemptions in 0..4 {
            let with: Vec<_> = expected.iter().filter(|it| it.1 == preemptions).collect();
            let with: Vec<_> = with.into_iter().map(|it| it.0.clone()).collect();
            let others = expected.iter().any(|it| it.1 > preemptions);
            prop_assert_eq!(toy.all(Bounded::new(preemptions)), (with, others));
        }
    }

    #[test]
    fn what_is_forced_leads_to_the_same_execution(
        threads in vec(thread(), 1..4),
        choices in vec(0..8_usize, 12),
    ) {
        let toy = Toy(threads);
        let run = |choose: &mut dyn FnMut(&SchedulingPoint<'_>) -> usize| {
            let (mut passed, mut events) = (vec![0; toy.0.len()], Vec::new());
            loop {
                let enabled = toy.enabled(&passed);
                if enabled.is_empty() {
                    return events;
                }
                let point = SchedulingPoint::after(&events, &enabled);
                let choice = choose(&point);
                events.push(point.event(choice));
                toy.pass(&mut passed, enabled[choice]);
            }
        };
        let mut choices = choices.into_iter().cycle();
        let steps = run(&mut |point| choices.next().unwrap_or(0) % point.enabled.len());
        let mut left = steps[..forced(&steps)].iter();
        let again = run(&mut |point| {
            let index = left.next().map(|step| step.index as usize);
            index.unwrap_or_else(|| point.default_choice())
        });
        prop_assert_eq!(&again, &steps);
        let shorter = steps[..forced(&steps)].split_last().map_or(&[][..], |it| it.1);
        let mut left = shorter.iter();
        let again = run(&mut |point| {
            let index = left.next().map(|step| step.index as usize);
            index.unwrap_or_else(|| point.default_choice())
        });
        prop_assert!(shorter.len() == forced(&steps) || again != steps);
    }
}
