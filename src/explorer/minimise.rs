//! Shrinks a failing execution, and runs what comes out once more on fresh threads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::{Engine, EngineOptions, ExecutionResult, Program, Scheduler, ThreadTable};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::follow::follow;
use crate::operation::{Choice, SchedulingPoint};
use crate::report::{Call, Failure, Minimal};
use crate::shrink::Shrink;
use crate::workers::FailingExecution;

/// How many executions shrinking may cost, and how long.
const MAX_EXECUTIONS: u64 = 10_000;
const MAX_TIME: Duration = Duration::from_secs(5);

/// Makes of a failing execution what is reported.
pub(super) fn failure(
    program: &Arc<dyn Program>,
    found: &FailingExecution,
    engine: Engine,
    options: EngineOptions,
    call: Call,
) -> Result<Failure, Error> {
    let shrinking = if found.record.end.is_timed_out() {
        // Every try would leave another thread behind, after another time-out.
        Shrinking::none(found)
    } else {
        match engine.run(program, Shrinking::new(found), options) {
            Err(error) if error.kind() == ErrorKind::Internal => return Err(error),
            // A candidate may block the fibers where the failure did not.
            shrunk => shrunk.unwrap_or_else(|_| Shrinking::none(found)),
        }
    };
    let (forced, minimal) = (shrinking.forced, shrinking.minimal());
    let best = shrinking.best;
    describe(program, found, &best, forced, minimal, options, call)
}

/// Runs `best` once more on fresh threads, by its first `forced` steps, and describes it.
pub(super) fn describe(
    program: &Arc<dyn Program>,
    found: &FailingExecution,
    best: &Record,
    forced: usize,
    minimal: Minimal,
    options: EngineOptions,
    call: Call,
) -> Result<Failure, Error> {
    let schedule = best.schedule(forced);
    let again = if best.end.is_timed_out() {
        None
    } else {
        Some(follow(Engine::Threads, program, options, &schedule, false)?.record)
    };
    // A replay that takes too long says nothing of the program.
    let again = again.filter(|again| !again.end.is_timed_out());
    let reproduced = again.map(|again| again.end.is_like(&best.end) && again.steps == best.steps);
    Ok(Failure::new(found, best, forced, minimal, reproduced, call))
}

/// Directs executions to ever smaller failures.
#[derive(Debug)]
struct Shrinking {
    shrink: Shrink,
    /// The smallest failing execution so far.
    best: Record,
    /// How many of its steps the schedule forces.
    forced: usize,
    executions: u64,
    began: Instant,
    is_over: bool,
}

impl Shrinking {
    fn new(found: &FailingExecution) -> Self {
        Shrinking {
            shrink: Shrink::new(&found.record.steps),
            best: found.record.clone(),
            forced: found.record.steps.len(),
            executions: 0,
            began: Instant::now(),
            is_over: false,
        }
    }

    /// For a failure that is reported as it was found.
    fn none(found: &FailingExecution) -> Self {
        Shrinking {
            is_over: true,
            ..Shrinking::new(found)
        }
    }

    fn minimal(&self) -> Minimal {
        if self.shrink.is_proved() {
            Minimal::Proved {
                executions: self.executions,
            }
        } else if self.executions > 0 {
            Minimal::Budget {
                executions: self.executions,
            }
        } else {
            Minimal::NotTried
        }
    }
}

impl Scheduler for Shrinking {
    fn new_execution(&mut self) -> Option<usize> {
        // A proof may be found when the budget ends: then nothing is begun, and it counts.
        let has_next = !self.is_over && self.shrink.begin();
        let has_budget = self.executions < MAX_EXECUTIONS && self.began.elapsed() < MAX_TIME;
        (has_next && has_budget).then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(self.shrink.choose(point))
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        self.executions += 1;
        let fails = result.end.is_like(&self.best.end);
        if self.shrink.end(fails) {
            self.best = Record::of(result);
            self.forced = self.shrink.forced();
        }
    }
}
