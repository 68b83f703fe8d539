//! Follows a named schedule, and tells exactly where a program departs from it.

use crate::engine::{Engine, EngineOptions, ExecutionEnd, Noting, Program, ThreadTable};
use crate::error::Error;
use crate::execution::{Chooser, Record, Single, run_single};
use crate::failure::FailureKind;
use crate::operation::{Choice, Pending, SchedulingPoint};
use crate::program::check_names;
use crate::schedule::{Schedule, Step, StepKind};

mod refusal;

#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) record: Record,
    /// The outcome of the execution, if the program describes one.
    pub(crate) outcome: Option<String>,
    /// Why it could not follow the schedule, if it could not.
    pub(crate) fits: Result<(), Error>,
}

/// Runs one execution of `program` along `schedule`. Any further steps follow the fixed order; if
/// `is_exact`, there may be none. Spurious wake-ups that it names are allowed, so that a regression
/// test needs no setting.
///
/// # Errors
///
/// If there is no thread, two have the same name, or the engine cannot run them.
pub(crate) fn follow(
    engine: Engine,
    program: &std::sync::Arc<dyn Program>,
    mut options: EngineOptions,
    schedule: &Schedule,
    is_exact: bool,
) -> Result<Followed, Error> {
    check_names(program.threads())?;
    let is_spurious = |step: &&Step| step.kind() == StepKind::Spurious;
    let named = schedule.steps().iter().filter(is_spurious).count();
    let named = u32::try_from(named).unwrap_or(u32::MAX);
    options.waits.spurious_wakeups = options.waits.spurious_wakeups.max(named);
    // They are for what is shown of the execution.
    options.notes_stacks = true;
    let _noting = Noting::begin();
    let follow = Follow {
        schedule: schedule.clone(),
        is_exact,
        taken: 0,
        stop: None,
    };
    let Single {
        chooser,
        record,
        outcome,
    } = run_single(engine, program, follow, options)?;
    let fits = chooser.fits(&record);
    Ok(Followed {
        record,
        outcome,
        fits,
    })
}

/// Chooses the steps of a schedule.
#[derive(Debug)]
struct Follow {
    schedule: Schedule,
    /// Whether every step of the execution must be in the schedule.
    is_exact: bool,
    taken: usize,
    stop: Option<Stop>,
}

/// Why an execution was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The next step cannot be taken.
    Diverged,
    /// No step is left, and this thread is enabled.
    UsedUp(Pending),
}

impl Follow {
    fn fits(&self, record: &Record) -> Result<(), Error> {
        let (schedule, at) = (&self.schedule, self.taken);
        match (&record.end, self.stop) {
            (ExecutionEnd::Pruned, Some(Stop::UsedUp(pending))) => {
                let name = &record.names[pending.thread.index()];
                let has_steps = self.names(name);
                Err(refusal::used_up(schedule, pending, has_steps, record))
            }
            (ExecutionEnd::Pruned, _) => Err(refusal::diverged(schedule, at, record)),
            (end, _) if at < schedule.len() && has_come_to_its_end(end) => {
                Err(refusal::too_long(schedule, at, record))
            }
            _ => Ok(()),
        }
    }

    fn names(&self, thread: &str) -> bool {
        let mut steps = self.schedule.steps().iter();
        steps.any(|step| step.thread() == thread)
    }
}

/// Whether every thread came to its end, even if a check failed after that.
fn has_come_to_its_end(end: &ExecutionEnd) -> bool {
    match end {
        ExecutionEnd::Held => true,
        ExecutionEnd::Pruned => false,
        ExecutionEnd::Failed(kind) => matches!(
            **kind,
            FailureKind::Check(_)
                | FailureKind::OutcomeNotAllowed(_)
                | FailureKind::NotSerializable(_)
        ),
    }
}

/// Whether this operation of the thread called `name` is this step. A step that names a marker also
/// matches going on after a wait: the first version of schedules wrote both alike.
fn is_step(step: &Step, pending: Pending, name: &str) -> bool {
    let operation = pending.operation;
    step.thread() == name
        && step.marker() == operation.name().site().name()
        && match step.kind() {
            StepKind::Marker => !operation.is_interruption(),
            kind => kind == operation.step_kind(),
        }
}

impl Chooser for Follow {
    fn choose(&mut self, point: &SchedulingPoint<'_>, threads: &ThreadTable) -> Choice {
        let name = |pending: &Pending| &*threads.names()[pending.thread.index()];
        let mut enabled = point.enabled.iter();
        if let Some(step) = self.schedule.steps().get(self.taken) {
            let index = enabled.position(|pending| is_step(step, *pending, name(pending)));
            let Some(index) = index else {
                self.stop = Some(Stop::Diverged);
                return Choice::Prune;
            };
            self.taken += 1;
            return Choice::Take(index);
        }
        if !self.is_exact {
            return Choice::Take(point.default_choice());
        }
        // Rather report a thread that the schedule never names than one whose steps are used up.
        let unnamed = enabled.find(|pending| !self.names(name(pending)));
        self.stop = Some(Stop::UsedUp(*unnamed.unwrap_or(&point.enabled[0])));
        Choice::Prune
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution;
    use crate::operation::{Operation, ThreadId};
    use crate::site::Site;

    #[test]
    fn a_step_at_a_marker_may_go_on_after_a_wait_and_interrupts_none() {
        static RECV: Site = Site::new("recv", "src/a.rs", 3, 9);
        let operations: [Operation; 5] = [
            Operation::at_marker(RECV.id()),
            Operation::resume(RECV.id()),
            Operation::timeout(RECV.id()),
            Operation::spurious(RECV.id()),
            Operation::cancel(RECV.id()),
        ];
        let thread = ThreadId::new(0);
        let fits = |step: &Step| {
            operations.map(|operation| is_step(step, Pending { thread, operation }, "a"))
        };
        assert_eq!(
            fits(&Step::new("a", "recv")),
            [true, true, false, false, false]
        );
        for (at, operation) in operations.iter().enumerate().skip(1) {
            let step = execution::step(*operation, "a");
            assert_eq!(
                fits(&step),
                [0, 1, 2, 3, 4].map(|other| other == at),
                "{step}"
            );
        }
        assert_eq!(fits(&Step::timeout("b", "recv")), [false; 5]);
    }
}
