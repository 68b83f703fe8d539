use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::operation::{Event, Pending};

/// Runs threads with `counts` markers. Returns the threads in the order of their steps.
fn run(plan: &Plan, counts: &[usize]) -> (Vec<usize>, Plan) {
    let mut decisions = Decisions::new(plan);
    let mut left = counts.to_vec();
    let mut steps: Vec<Event> = Vec::new();
    loop {
        let live = (0..left.len()).filter(|&thread| left[thread] > 0);
        let enabled: Vec<Pending> = live.map(|thread| Pending::at(thread, 0)).collect();
        if enabled.is_empty() {
            let order = steps.iter().map(|step| step.thread.index());
            return (order.collect(), decisions.plan());
        }
        let choice = decisions.choose(&SchedulingPoint::after(&steps, &enabled));
        left[enabled[choice].thread.index()] -= 1;
        steps.push(Event::of(enabled[choice]));
    }
}

fn deviations(pairs: &[(usize, usize)]) -> Plan {
    let deviation = |&(gap, pick)| Deviation { gap, pick };
    Plan::Deviations(pairs.iter().map(deviation).collect())
}

#[test]
fn without_deviations_threads_go_in_the_order_in_which_they_were_added() {
    let (order, seen) = run(&deviations(&[]), &[2, 2, 1]);
    assert_eq!(order, [0, 0, 1, 1, 2]);
    assert_eq!(seen, deviations(&[]));
}

#[test]
fn a_deviation_comes_after_its_gap_and_picks_one_of_the_others() {
    // After the first choice, instead of thread 0 the second of the others, which is thread 2. It
    // has one marker; then the fixed order goes on with thread 0.
    let (order, _) = run(&deviations(&[(1, 1)]), &[2, 2, 1]);
    assert_eq!(order, [0, 2, 0, 1, 1]);
    // Where one thread is left there is no choice, so the second deviation is not used.
    let (order, seen) = run(&deviations(&[(0, 0), (9, 0)]), &[2, 2]);
    assert_eq!(order, [1, 1, 0, 0]);
    assert_eq!(seen, deviations(&[(0, 0)]));
    // There are two others: 7 is 1.
    let (order, seen) = run(&deviations(&[(0, 7)]), &[1, 1, 1]);
    assert_eq!(order, [2, 0, 1]);
    assert_eq!(seen, deviations(&[(0, 1)]));
}

#[test]
fn every_change_makes_a_plan_simpler() {
    let expected = [
        deviations(&[]),
        deviations(&[(2, 1)]),
        deviations(&[(2, 1)]),
        // The remaining one stays in its place: after 2 + 1 + 0 choices.
        deviations(&[(3, 0)]),
        deviations(&[(0, 1), (0, 0)]),
        deviations(&[(1, 1), (0, 0)]),
        deviations(&[(1, 1), (0, 0)]),
        deviations(&[(2, 0), (0, 0)]),
        deviations(&[(2, 0), (0, 0)]),
    ];
    assert_eq!(deviations(&[(2, 1), (0, 0)]).simpler(), expected);
    assert_eq!(Plan::Walk { seed: 1 }.simpler(), []);
}

/// How simple a plan is.
fn weight(plan: &Plan) -> (usize, usize) {
    let Plan::Deviations(deviations) = plan else {
        return (usize::MAX, 0);
    };
    let sum = deviations.iter().map(|it| it.gap + it.pick).sum();
    (deviations.len(), sum)
}

proptest! {
    #[test]
    fn any_plan_decides_any_program_and_what_it_did_is_a_plan(
        seed in any::<u64>(),
        counts in vec(0..6_usize, 0..5),
    ) {
        let plan = Plan::draw(seed);
        let (order, seen) = run(&plan, &counts);
        let expected: Vec<usize> = counts.iter().enumerate().flat_map(|(t, &c)| vec![t; c]).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, expected);
        prop_assert_eq!(run(&seen, &counts), (order, seen.clone()));
        prop_assert!(weight(&seen) <= weight(&plan), "{:?} {:?}", seen, plan);
        for simpler in seen.simpler() {
            prop_assert!(weight(&simpler) < weight(&seen), "{:?} {:?}", simpler, seen);
        }
    }
}

#[test]
fn plans_of_all_kinds_are_drawn() {
    let plans: Vec<Plan> = (0..1000).map(Plan::draw).collect();
    let count = |f: &dyn Fn(&Plan) -> bool| plans.iter().filter(|plan| f(plan)).count();
    let walks = count(&|plan| matches!(plan, Plan::Walk { .. }));
    // A quarter of 1000, give or take four standard deviations of 14.
    assert!((195..=305).contains(&walks), "{walks}");
    for number in 0..=MAX_DEVIATIONS {
        let with = count(&|plan| matches!(plan, Plan::Deviations(d) if d.len() == number));
        assert!(with > 0, "{number}");
    }
    // At most two have 3/4 · (1 + 1 + 1 + 3/4 + 3/5 + 3/6 + 3/7 + 3/8 + 3/9) / 9, that is one half.
    let few = count(&|plan| matches!(plan, Plan::Deviations(d) if d.len() <= 2));
    assert!(few > 400, "{few}");
}
