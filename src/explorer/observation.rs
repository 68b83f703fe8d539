//! All that can be seen of an execution, and how two differ, in words.

use crate::engine::ExecutionResult;
use crate::execution::{Record, step};
use crate::failure::{FailureKind, MarkerSite};
use crate::operation::{Behaviour, Difference, Differs, Operation, ThreadId, forced};
use crate::schedule::Schedule;
use crate::search::PlannedStep;

/// All that can be seen of an execution.
#[derive(Debug)]
pub(super) struct Observation {
    behaviour: Behaviour,
    record: Record,
    outcome: Option<String>,
    /// What the oracle was shown.
    view: Option<String>,
    /// The step that it was to take and could not, and where its thread stood.
    refused: Option<String>,
    /// How it ended.
    end: String,
}

impl Observation {
    pub(super) fn new(
        result: ExecutionResult<'_>,
        view: Option<String>,
        refused: Option<PlannedStep>,
    ) -> Self {
        let record = Record::of(result);
        let refused = refused.map(|planned| {
            let mut threads = result.trace.identities.iter();
            let thread = threads.position(|it| *it == planned.thread);
            let Some(thread) = thread else {
                return "the thread of its next step has not been started".to_owned();
            };
            let step = described(planned.operation(), &record.names[thread]);
            let position = record.position(thread);
            let name = &record.names[thread];
            format!("then {step} cannot be taken: {name} {position}")
        });
        Observation {
            behaviour: Behaviour::of(&result.trace),
            outcome: result.outcome.map(str::to_owned),
            view,
            refused,
            end: ending(&record),
            record,
        }
    }

    /// How many steps were taken.
    pub(super) fn steps(&self) -> usize {
        self.record.steps.len()
    }

    /// Whether more might have followed.
    pub(super) fn is_cut_short(&self) -> bool {
        let kind = self.record.end.failure();
        matches!(
            kind,
            Some(FailureKind::StepLimit(_) | FailureKind::TimeOut(_))
        ) || self.refused.is_some()
    }

    /// The step of this number, and where it stands in the source.
    pub(super) fn step(&self, number: usize) -> String {
        let event = &self.record.steps[number];
        described(event.operation, &self.record.names[event.thread.index()])
    }

    /// What to replay to see it again, with the first `least` steps.
    pub(super) fn schedule(&self, least: usize) -> Schedule {
        let forced = forced(&self.record.steps);
        self.record.schedule(forced.max(least).min(self.steps()))
    }

    /// What is different in `other`: what can be said of each, if anything is.
    pub(super) fn difference(&self, other: &Observation) -> Option<[String; 2]> {
        let both = [self, other];
        let differ = |of: fn(&Observation) -> &Option<String>, what: &str| {
            let texts = both.map(|it| of(it).as_deref().unwrap_or("not there"));
            let is_other = of(self) != of(other);
            is_other.then(|| texts.map(|text| format!("{what} is {text}")))
        };
        let refused = both.map(|it| it.refused.clone());
        if refused[0] != refused[1] {
            return Some(
                refused.map(|it| it.unwrap_or_else(|| "every step can be taken".to_owned())),
            );
        }
        if self.end != other.end {
            return Some(both.map(|it| it.end.clone()));
        }
        let difference = self.behaviour.difference(&other.behaviour);
        difference
            .map(|it| self.describe(other, it))
            .or_else(|| differ(|it| &it.outcome, "the outcome"))
            .or_else(|| differ(|it| &it.view, "the view"))
    }

    fn describe(&self, other: &Observation, difference: Difference) -> [String; 2] {
        let Difference { thread, what } = difference;
        let records = [&self.record, &other.record];
        let name = |at: usize| {
            let thread = thread[at].map(ThreadId::index);
            thread.map_or("a thread", |it| &*records[at].names[it])
        };
        // A thread that is started in one of the two only has a name there.
        let known = usize::from(thread[0].is_none());
        let step = |operation| described(operation, name(known));
        [0, 1].map(|at| match what {
            Differs::Operation(operations) => match operations[at] {
                Some(operation) => format!("{} goes on with {}", name(known), step(operation)),
                None => format!("{} takes no further step", name(known)),
            },
            Differs::Touched(operation) => {
                let places = ["some places", "others"][at];
                format!("{} touches {places}", step(operation))
            }
            Differs::Stands => match thread[at] {
                Some(thread) => {
                    let position = records[at].position(thread.index());
                    format!("at the end {} {position}", name(at))
                }
                None => format!("{} is not started", name(known)),
            },
        })
    }
}

/// A step, and where its marker stands.
fn described(operation: Operation, thread: &str) -> String {
    let step = step(operation, thread);
    let site = MarkerSite::from(operation.name());
    match site.file() {
        "" => format!("`{step}`"),
        file => format!("`{step}` ({file}:{})", site.line()),
    }
}

fn ending(record: &Record) -> String {
    match record.failure() {
        None => "the execution holds".to_owned(),
        // Where the threads stand is compared by itself.
        Some(FailureKind::Deadlock(_)) => "the execution ends in a deadlock".to_owned(),
        Some(FailureKind::Livelock(_)) => "the execution ends in a livelock".to_owned(),
        Some(FailureKind::StepLimit(_)) => "the execution meets the step limit".to_owned(),
        Some(FailureKind::TimeOut(_)) => "the execution times out".to_owned(),
        Some(kind) => kind.to_string(),
    }
}
