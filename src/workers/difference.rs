//! In what an execution differs from one with the same choices.

use super::mutant::Mutant;
use crate::engine::ExecutionResult;
use crate::execution::Record;
use crate::operation::{Behaviour, Differs, Pending, SchedulingPoint, Trace};

/// All that was seen of an execution.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) record: Record,
    identities: Vec<u64>,
    outcome: Option<String>,
}

/// Where a repeat has left the steps of the execution before.
#[derive(Debug, Clone)]
pub(crate) struct Stray {
    /// How many steps were the same.
    pub(crate) depth: usize,
    /// What could be done next; nothing if it had ended.
    pub(crate) found: Vec<Pending>,
}

/// An execution, and another with the same choices that was not the same.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(super) what: What,
    pub(crate) before: Seen,
    pub(crate) now: Seen,
    /// Whether it was like now each time that it was run once more after that.
    pub(crate) has_settled: bool,
}

/// In what two executions with the same choices differ.
#[derive(Debug)]
pub(crate) enum What {
    Steps(Stray),
    /// How it ended, its outcome, or where its threads stood.
    End,
    /// What the steps have touched.
    Touched,
}

impl Difference {
    pub(super) fn new(what: What, before: Seen, now: Seen) -> Self {
        Difference {
            what,
            before,
            now,
            has_settled: false,
        }
    }

    /// Where the steps are not the same, if they are not.
    pub(crate) fn stray(&self) -> Option<&Stray> {
        match &self.what {
            What::Steps(stray) => Some(stray),
            What::End | What::Touched => None,
        }
    }
}

impl What {
    /// Whether the steps are the same, and so is the end.
    pub(super) fn is_of_touched(&self) -> bool {
        matches!(self, What::Touched)
    }
}

impl Stray {
    pub(super) fn at(point: &SchedulingPoint<'_>) -> Self {
        Stray {
            depth: point.step,
            found: point.enabled.to_vec(),
        }
    }
}

impl Seen {
    pub(super) fn of(result: ExecutionResult<'_>) -> Self {
        Seen {
            record: Record::of(result),
            identities: result.trace.identities.to_vec(),
            outcome: result.outcome.map(str::to_owned),
        }
    }

    pub(crate) fn result(&self) -> ExecutionResult<'_> {
        let result = self.record.result(self.outcome.as_deref());
        ExecutionResult {
            trace: Trace {
                identities: &self.identities,
                ..result.trace
            },
            ..result
        }
    }

    /// The choice that was made at this point, if it is the same point.
    pub(super) fn choice(&self, point: &SchedulingPoint<'_>) -> Option<usize> {
        let event = self.record.steps.get(point.step)?;
        let choice = event.index as usize;
        let is_there = point.enabled.get(choice) == Some(&event.pending());
        let are_as_many = point.enabled.len() == event.enabled_count as usize;
        (is_there && (are_as_many || Mutant::CountsIgnored.is_on())).then_some(choice)
    }

    /// In what `now` differs, which has left the steps at `stray`, if it has.
    pub(super) fn differs(&self, now: ExecutionResult<'_>, stray: Option<Stray>) -> Option<What> {
        if let Some(stray) = stray {
            return Some(What::Steps(stray));
        }
        let depth = now.trace.events.len();
        if depth < self.record.steps.len() {
            let found = Vec::new();
            return Some(What::Steps(Stray { depth, found }));
        }
        let before = self.result();
        if !ends_like(before, now) {
            return Some(What::End);
        }
        if !Mutant::OutcomesIgnored.is_on() && before.outcome != now.outcome {
            return Some(What::End);
        }
        if is_same(&before.trace, &now.trace) {
            return None;
        }
        let difference = Behaviour::of(&before.trace).difference(&Behaviour::of(&now.trace))?;
        match difference.what {
            Differs::Touched(_) if Mutant::TouchedIgnored.is_on() => None,
            Differs::Touched(_) => Some(What::Touched),
            Differs::Operation(_) | Differs::Stands => Some(What::End),
        }
    }
}

fn ends_like(before: ExecutionResult<'_>, now: ExecutionResult<'_>) -> bool {
    let is_held = before.end.is_held();
    if Mutant::EndsIgnored.is_on() {
        return true;
    }
    is_held == now.end.is_held() && (is_held || before.is_like(now))
}

/// Whether all is the same, to the address: nothing need be looked at more closely.
fn is_same(before: &Trace<'_>, now: &Trace<'_>) -> bool {
    before.events == now.events
        && before.accesses == now.accesses
        && before.threads == now.threads
        && before.identities == now.identities
}
