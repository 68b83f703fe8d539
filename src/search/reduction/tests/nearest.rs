//! The nearest execution that holds, compared with all that hold.

use super::machine::Execution;
use super::program::{Code, Program};
use crate::operation::{AccessKind, Choice, SchedulingPoint, Trace};
use crate::search::reduction::happens_before::HappensBefore;
use crate::search::reduction::reversed::{FailingSteps, reversed};
use crate::search::{Account, NearestHeld, ReversedPair, Search};

/// Runs what is proposed, as a search would be run.
#[derive(Debug)]
struct Proposed(NearestHeld);

impl Search for Proposed {
    fn new_execution(&mut self) -> Option<usize> {
        self.0.begin().then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        Choice::Take(self.0.choose(point))
    }

    fn end(&mut self, _: &Trace<'_>) -> Account {
        Account::default()
    }
}

/// The pairs that are told of the nearest that holds, and how many races and pairs it differs in.
fn nearest(
    program: &Program,
    failing: &Execution,
    holds: impl Fn(&Execution) -> bool,
) -> (Vec<ReversedPair>, (usize, usize)) {
    let mut proposed = Proposed(NearestHeld::new(&failing.events, 200, |_| usize::MAX));
    let (mut found, mut count) = (None, 0);
    while proposed.new_execution().is_some() {
        let execution = program.run(&mut proposed);
        count += 1;
        if count == 1 {
            assert_eq!(execution.order(), failing.order());
        }
        let pairs = proposed.0.end(&execution.trace(), holds(&execution));
        found = pairs.or(found);
    }
    (found.expect("one holds"), proposed.0.nearest.unwrap())
}

/// In how few pairs an execution that holds differs from this one.
fn fewest(all: &[Execution], failing: &Execution, holds: impl Fn(&Execution) -> bool) -> usize {
    let steps = FailingSteps::of(&failing.trace());
    let counts = all.iter().filter(|it| holds(it)).map(|held| {
        let mut order = HappensBefore::default();
        order.read(&held.trace());
        reversed(&steps, &held.trace(), &order, |_| usize::MAX).0
    });
    counts.min().expect("one holds")
}

/// Checks each execution that fails: how many that are, the most pairs that are told of one, and how many
/// races are reversed there.
fn check(
    threads: Vec<Vec<Code>>,
    holds: impl Fn(&Execution) -> bool + Copy,
    expected: (usize, (usize, usize)),
) {
    let program = Program {
        declared: threads.len(),
        threads,
        cells: 2,
    };
    let all = program.every_execution(50_000).unwrap();
    let failing: Vec<_> = all.iter().filter(|it| !holds(it)).collect();
    let mut most = (0, 0);
    for failing in &failing {
        let (pairs, (races, count)) = nearest(&program, failing, holds);
        assert_eq!(count, fewest(&all, failing, holds), "{:?}", failing.order());
        for ReversedPair { first, second, .. } in &pairs {
            assert_ne!(first.thread, second.thread);
            assert!(first.kind != AccessKind::Read || second.kind != AccessKind::Read);
        }
        most = most.max((pairs.len(), races));
    }
    assert_eq!((failing.len(), most), expected);
}

#[test]
fn no_execution_that_holds_differs_in_fewer_conflicts() {
    use Code::{Lock, PanicAt, Read, Write};
    // Of the six orders of two times two steps, two are serial. One read came before a write.
    let increment = || vec![Read(0), Write(0)];
    check(vec![increment(); 2], |it| it.outcome.0[0] == 2, (4, (1, 1)));
    // Of 90, six are serial. If all read at first, one has to come before and one after both others.
    check(
        vec![increment(); 3],
        |it| it.outcome.0[0] == 3,
        (84, (2, 3)),
    );
    // Whoever comes first, each thread has one lock.
    let take = |first, second| {
        vec![
            Lock(first, false),
            Lock(second, false),
            Code::Unlock(first),
            Code::Unlock(second),
        ]
    };
    check(vec![take(0, 1), take(1, 0)], |it| it.outcome.2, (2, (1, 1)));
    // The reader panics if it reads before the writer writes there. In one of five executions it does so
    // before the writer has begun: a panic keeps others from going on, so both of their steps are races, too.
    let reader = vec![Read(0), PanicAt(0)];
    check(
        vec![vec![Write(1), Write(0)], reader],
        |it| !it.has_aborted,
        (5, (1, 3)),
    );
}
