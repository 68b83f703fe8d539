use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Over, Turn};
use super::*;
use crate::search::{DepthFirst, Point, Search as _};

/// How a turn of a toy ends.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Marker(u32),
    Wait,
}

/// A toy program. Its threads stop as a list says, by how many turns there were before, so that
/// what one does depends on the schedule. A turn wakes who waits.
#[derive(Debug, Clone)]
struct Toy {
    threads: usize,
    turns_each: usize,
    stops: Vec<Stop>,
    /// From this execution on, turns stop elsewhere: the program contradicts itself.
    changes_at: usize,
}

impl Toy {
    /// Runs all executions. Returns what was ready at every choice, how each execution ended, and
    /// how many turns were repeated.
    fn explore(&self, repeats: bool) -> (Vec<String>, usize) {
        let mut state = State::new(self.threads, 50);
        let mut search = DepthFirst::default();
        let (mut log, mut repeated) = (Vec::new(), 0);
        let mut execution = 0;
        while search.begin() {
            state.reset(search.repeated());
            let over = self.run(
                &mut state,
                &mut search,
                repeats,
                execution,
                &mut log,
                &mut repeated,
            );
            // Steps that were repeated are told of no more than those that were not asked about.
            log.push(format!("{over:?} {:?}", state.steps()));
            search.end(state.steps().len());
            execution += 1;
        }
        log.push(format!("{:?}", search.mismatch()));
        (log, repeated)
    }

    fn run(
        &self,
        state: &mut State,
        search: &mut DepthFirst,
        repeats: bool,
        execution: usize,
        log: &mut Vec<String>,
        repeated: &mut usize,
    ) -> Over {
        let mut choose = |point: &Point<'_>| {
            log.push(format!("{} {:?} {:?}", point.step, point.last, point.ready));
            search.choose(point)
        };
        let (mut turns, mut left) = (0, vec![self.turns_each; self.threads]);
        let mut waiting = Vec::new();
        let first = repeats.then(|| state.repeat()).flatten();
        let mut turn = first.map_or_else(|| state.advance(&mut choose), Turn::Of);
        loop {
            let thread = match turn {
                Turn::Of(thread) => thread,
                Turn::Over(over) => return over,
            };
            waiting.drain(..).for_each(|waiter| state.wake(waiter));
            let left = &mut left[thread.index()];
            let shift = usize::from(execution >= self.changes_at);
            let stop = self.stops[(turns + shift) % self.stops.len()];
            turns += 1;
            let next = match (*left, stop) {
                (0, _) => state.repeat_after(Halt::finished(thread)),
                (_, Stop::Marker(marker)) => {
                    state.repeat_after(Halt::at_marker(thread, MarkerId::new(marker)))
                }
                (_, Stop::Wait) => None,
            };
            *repeated += usize::from(next.is_some());
            if next.is_none() {
                match (*left, stop) {
                    (0, _) => state.finish(thread),
                    (_, Stop::Marker(marker)) => state.pause(thread, MarkerId::new(marker)),
                    (_, Stop::Wait) => {
                        state.wait(thread);
                        waiting.push(thread);
                    }
                }
            }
            *left = left.saturating_sub(1);
            turn = next.map_or_else(|| state.advance(&mut choose), Turn::Of);
        }
    }
}

fn toys() -> impl Strategy<Value = Toy> {
    let stop = prop_oneof![4 => (0..4_u32).prop_map(Stop::Marker), 1 => Just(Stop::Wait)];
    let changes = prop_oneof![Just(usize::MAX), 1..40_usize];
    (1..4_usize, 1..4_usize, vec(stop, 1..9), changes).prop_map(
        |(threads, turns_each, stops, changes_at)| Toy {
            threads,
            turns_each,
            stops,
            changes_at,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_execution_that_repeats_turns_is_the_same_as_one_that_does_not(toy in toys()) {
        prop_assert_eq!(toy.explore(true).0, toy.explore(false).0);
    }
}

#[test]
fn most_turns_are_repeated() {
    let toy = Toy {
        threads: 3,
        turns_each: 3,
        stops: vec![Stop::Marker(0)],
        changes_at: usize::MAX,
    };
    let (log, repeated) = toy.explore(true);
    let executions = log
        .iter()
        .filter(|line| line.starts_with("Complete"))
        .count();
    // (3 + 3 + 3)! / (3! 3! 3!), of three starts, nine steps; but the first repeats nothing.
    assert_eq!(executions, 1680);
    assert!(repeated > 1680 * 12 / 2, "{repeated}");
    assert_eq!(toy.explore(false).1, 0);
}
