//! Why an execution fails: the steps that come the other way round in the nearest execution that held.

use std::time::{Duration, Instant};

use super::run_context::RunContext;
use crate::engine::{ExecutionResult, Scheduler, ThreadTable};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::failure::{Conflict, ConflictingStep, Conflicts};
use crate::operation::{Choice, Event, Knowledge, SchedulingPoint};
use crate::search::{NearestHeld, ReversedPair, Touch};

const MAX_EXECUTIONS: usize = 200;
const MAX_TIME: Duration = Duration::from_secs(2);

/// Each pair of steps is compared in each execution.
const MAX_STEPS: usize = 1000;

/// The conflicts on whose order the failure depends. None if steps may touch more than they declare, or
/// nothing that holds is near.
///
/// # Errors
///
/// If something goes wrong inside of interlace.
pub(super) fn conflicts(context: RunContext<'_>, failing: &Record) -> Result<Conflicts, Error> {
    let steps = &failing.steps;
    let declares = |step: &Event| step.knowledge == Knowledge::Declared;
    let is_known = steps.iter().any(declares) && !steps.iter().any(Event::is_opaque);
    let is_long = steps.len() > MAX_STEPS || failing.end.is_timed_out();
    if !is_known || is_long || context.options.external_wakers {
        return Ok(Conflicts::default());
    }
    match context.run(Comparing::new(failing)) {
        Ok(comparing) => Ok(comparing.conflicts),
        Err(error) if error.kind() == ErrorKind::Internal => Err(error),
        // The failure is told without.
        Err(_) => Ok(Conflicts::default()),
    }
}

/// Runs executions ever less like the failing one, until one holds.
#[derive(Debug)]
struct Comparing {
    failing: Record,
    nearest: NearestHeld,
    conflicts: Conflicts,
    has_begun: bool,
    began: Instant,
    is_over: bool,
}

impl Comparing {
    fn new(failing: &Record) -> Self {
        Comparing {
            failing: failing.clone(),
            nearest: NearestHeld::new(&failing.steps, MAX_EXECUTIONS, |marker| {
                let site = marker.site();
                // An access in instrumented code is one, to one place.
                site.places().len() + usize::from(site.is_found())
            }),
            conflicts: Conflicts::default(),
            has_begun: false,
            began: Instant::now(),
            is_over: false,
        }
    }
}

impl Scheduler for Comparing {
    fn new_execution(&mut self) -> Option<usize> {
        let has_time = !self.is_over && self.began.elapsed() < MAX_TIME;
        (has_time && self.nearest.begin()).then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(self.nearest.choose(point))
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let is_again = !is_first || result.is_like(self.failing.result(None));
        if !is_again || result.end.is_timed_out() || result.trace.events.len() > MAX_STEPS {
            self.is_over = is_first || result.end.is_timed_out();
            return;
        }
        let pairs = self.nearest.end(&result.trace, result.end.is_held());
        if let Some(pairs) = pairs {
            let pairs = pairs.iter().map(|pair| conflict(pair, &result));
            self.conflicts = Conflicts(pairs.collect());
        }
    }
}

fn conflict(pair: &ReversedPair, held: &ExecutionResult<'_>) -> Conflict {
    let step = |touch: &Touch| {
        let site = touch.marker.site();
        let place = site.places().get(touch.place).copied();
        let place = place.unwrap_or_else(|| site.accessed());
        ConflictingStep {
            thread: held.names[touch.thread.index()].clone(),
            kind: touch.operation.step_kind(),
            marker: touch.operation.name().into(),
            access: touch.kind,
            place: place.into(),
        }
    };
    Conflict {
        first: step(&pair.first),
        second: step(&pair.second),
        has_second: pair.has_second,
    }
}
