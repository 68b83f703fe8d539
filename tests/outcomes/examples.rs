//! Each outcome of a report comes with the first schedule that leads to it.

use std::collections::BTreeMap;

use interlace::{Engine, Explorer, Schedule, marker, permutations};

use crate::programs::{Bank, Cells, Counter, snapshot, two_increments, two_transfers};
use crate::{counts, explore};

/// The first schedule in exploration order that ends in each outcome, by running one after the
/// other.
fn firsts<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    schedules: impl Iterator<Item = Schedule>,
) -> BTreeMap<String, Schedule> {
    let mut firsts = BTreeMap::new();
    for schedule in schedules {
        // A replay tells no outcome, so it is asked for with the only one that is allowed.
        let replayed = explorer().allow_outcomes([()]).replay(&schedule);
        let Some(interlace::FailureKind::OutcomeNotAllowed(found)) = replayed.failure_kind() else {
            panic!("{replayed}");
        };
        firsts.entry(found.outcome().to_owned()).or_insert(schedule);
    }
    firsts
}

/// Asserts that the examples of the program are the first schedules of their outcomes.
#[track_caller]
fn assert_examples<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    threads: [(&str, &[&str]); 2],
    outcomes: usize,
) {
    let explorer = || explorer().engine(Engine::Fibers);
    let report = explore(explorer);
    let firsts = firsts(explorer, permutations::all(threads));
    assert_eq!(firsts.len(), outcomes);
    let examples = report.outcome_examples().map(|(outcome, example)| {
        // The example leaves out what follows by itself: replayed, it is the whole schedule.
        let steps = explorer().replay(example).steps().to_vec();
        (outcome.to_owned(), Schedule::new(steps))
    });
    assert_eq!(examples.collect::<BTreeMap<_, _>>(), firsts);
}

#[test]
fn the_example_of_an_outcome_is_the_first_schedule_that_leads_to_it() {
    let counter = || two_increments().outcome(Counter::value);
    let increment: &[&str] = &["read", "write"];
    assert_examples(counter, [("t1", increment), ("t2", increment)], 2);

    let bank = || two_transfers().outcome(Bank::balances);
    let transfer: &[&str] = &["read_a", "read_b", "write_a", "write_b"];
    assert_examples(bank, [("t1", transfer), ("t2", transfer)], 4);

    let cells = || snapshot().outcome(Cells::seen);
    let copy = [("reader", &["read"; 4][..]), ("writer", &["write"; 4])];
    assert_examples(cells, copy, 16);
}

#[test]
fn the_table_shows_what_each_example_forces() {
    let report = explore(|| {
        two_increments()
            .outcome(Counter::value)
            .check(|counter| assert_eq!(counter.value(), 2))
    });
    assert_eq!(counts(&report), (6, 4));
    let text = report.to_string();
    // The first schedule is one increment after the other, with nothing forced. In the second, t1
    // reads, t2 reads, t1 writes: a switch away from t2, which could have gone on.
    let table = "outcomes:
  4 × 1  (failed; as in t1:read t2:read t1:write)
  2 × 2  (with no step forced)";
    assert!(text.contains(table), "{text}");
}

#[test]
fn a_thread_that_ended_is_followed_by_the_first_that_can_go_on_and_others_are_forced() {
    let body = |(): &()| marker!("x");
    let report = Explorer::new(|| ())
        .thread("a", body)
        .thread("b", body)
        .thread("c", body)
        .outcome(|()| 0)
        .explore();
    let examples: Vec<_> = report.outcome_examples().collect();
    assert_eq!(examples, [("0", &Schedule::default())]);
}
