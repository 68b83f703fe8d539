use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Over, ThreadTable, Turn};
use super::*;
use crate::engine::EngineOptions;
use crate::operation::SchedulingPoint;
use crate::search::{DepthFirst, Search as _};

/// How a turn of a toy ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// One execution of a toy.
struct Run<'a> {
    toy: &'a Toy,
    /// How many turns there were, and how many each thread has left.
    turns: usize,
    left: Vec<usize>,
    shift: usize,
}

impl Run<'_> {
    /// One turn of `thread`. Returns how it has ended; nothing if the thread has come to its end.
    fn turn(&mut self, thread: ThreadId) -> Option<Stop> {
        let stops = &self.toy.stops;
        let stop = stops[(self.turns + self.shift) % stops.len()];
        self.turns += 1;
        let left = &mut self.left[thread.index()];
        *left = left.checked_sub(1)?;
        Some(stop)
    }
}

/// What an engine that repeats turns knows of the execution before.
#[derive(Default)]
struct Before {
    turns: Vec<(ThreadId, Option<Stop>)>,
    /// How many were repeated in all executions.
    repeated: usize,
}

impl Before {
    /// Repeats turns as long as they end as they did. Returns whose turn is the one after them, and
    /// how it has ended.
    fn repeat(
        &mut self,
        state: &mut ExecutionState,
        run: &mut Run<'_>,
    ) -> Option<(ThreadId, Option<Stop>)> {
        self.turns.truncate(state.replayed_turns());
        let last = self.turns.len().checked_sub(1)?;
        let mut reached = vec![None; run.left.len()];
        let mut count = 0;
        loop {
            let (thread, before) = self.turns[count];
            let end = run.turn(thread);
            let is_repeated = end == before && end != Some(Stop::Wait);
            if count == last || !is_repeated {
                self.turns.truncate(count);
                self.repeated += count;
                state.fast_forward(count, thread, reached.iter().copied());
                return Some((thread, end));
            }
            reached[thread.index()] = end.and_then(Stop::marker);
            count += 1;
        }
    }
}

impl Stop {
    fn marker(self) -> Option<MarkerId> {
        match self {
            Stop::Marker(number) => Some(MarkerId::new(number)),
            Stop::Wait => None,
        }
    }
}

impl Toy {
    /// Runs all executions. Returns what was ready at every choice, how each execution ended, and
    /// how many turns were repeated.
    fn explore(&self, repeats: bool) -> (Vec<String>, usize) {
        let options = EngineOptions {
            max_steps: 50,
            ..EngineOptions::default()
        };
        let mut state = ExecutionState::new(&vec![String::new(); self.threads], options);
        let mut search = DepthFirst::default();
        let (mut log, mut before) = (Vec::new(), Before::default());
        let mut execution = 0;
        let mut found = None;
        while let Some(repeated) = search.new_execution() {
            state.reset(repeated);
            let run = Run {
                toy: self,
                turns: 0,
                left: vec![self.turns_each; self.threads],
                shift: usize::from(execution >= self.changes_at),
            };
            let before = repeats.then_some(&mut before);
            let over = Self::run(run, &mut state, &mut search, before, &mut log);
            // Steps that were repeated are told of no more than those that were not asked about.
            log.push(format!("{over:?} {:?}", state.steps()));
            let account = search.end(&state.trace());
            found = account.contradiction;
            execution += 1;
        }
        log.push(format!("{found:?}"));
        (log, before.repeated)
    }

    fn run(
        mut run: Run<'_>,
        state: &mut ExecutionState,
        search: &mut DepthFirst,
        mut before: Option<&mut Before>,
        log: &mut Vec<String>,
    ) -> Over {
        let mut choose = |point: &SchedulingPoint<'_>, _: &ThreadTable| {
            log.push(format!(
                "{} {:?} {:?}",
                point.step, point.last, point.enabled
            ));
            search.choose(point)
        };
        let mut waiting = Vec::new();
        let mut ended = before
            .as_mut()
            .and_then(|before| before.repeat(state, &mut run));
        loop {
            if let Some((thread, end)) = ended {
                if let Some(before) = &mut before {
                    before.turns.push((thread, end));
                }
                match end {
                    None => state.finish(thread),
                    Some(Stop::Marker(number)) => state.pause(thread, MarkerId::new(number)),
                    Some(Stop::Wait) => {
                        state.wait(thread, false);
                        waiting.push(thread);
                    }
                }
            }
            let thread = match state.advance(&mut choose) {
                Turn::Of(thread) => thread,
                Turn::Over(over) => return over,
            };
            waiting.drain(..).for_each(|waiter| state.wake(waiter));
            ended = Some((thread, run.turn(thread)));
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
