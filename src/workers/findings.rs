//! What a search has found: how executions ended, counted, and the first failure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::engine::{ExecutionResult, How};
use crate::error::Error;
use crate::execution::Record;
use crate::oracle::Breach;
use crate::schedule::{Schedule, Step};
use crate::search::{Account, Enabled, Event, Mismatch, Weights, forced};
use crate::verdict::{Tally, Verdict};

/// What was found in one part of a search, or in all of it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) tally: Tally,
    /// How many steps all executions took.
    pub(crate) steps: u64,
    pub(crate) outcomes: BTreeMap<String, Outcome>,
    pub(crate) failure: Option<FailingExecution>,
    /// The execution that contradicted an earlier one.
    pub(crate) contradiction: Option<(Mismatch, Record)>,
    /// What a shard was measured by.
    pub(crate) weights: Option<Arc<Weights>>,
    /// Whether the search, or the last one of several, passed over executions.
    pub(crate) leaves_out: bool,
    /// How many executions were drawn such that all were equally likely.
    pub(crate) uniform: u64,
    /// Why the engine could not go on.
    pub(super) error: Option<Error>,
}

/// The executions that ended in one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) count: u64,
    pub(crate) failing: u64,
    /// What a schedule forces in the first of them.
    example: Box<[Enabled]>,
}

impl Outcome {
    /// The outcome of an execution that took these steps.
    fn first(steps: &[Event]) -> Self {
        let steps = &steps[..forced(steps)];
        let example = steps
            .iter()
            .map(|&Event { thread, marker, .. }| Enabled { thread, marker });
        Outcome {
            count: 0,
            failing: 0,
            example: example.collect(),
        }
    }

    /// The schedule that leads to the first of them.
    pub(crate) fn example(&self, names: &[String]) -> Schedule {
        let steps = self.example.iter();
        steps
            .map(|step| Step::new(&names[step.thread.index()], step.marker.site().name()))
            .collect()
    }
}

/// A failing execution.
#[derive(Debug, Clone)]
pub(crate) struct FailingExecution {
    /// Its number, from 1, in exploration order.
    pub(crate) index: u64,
    pub(crate) record: Record,
}

impl Findings {
    /// What was found in one execution.
    pub(crate) fn of_one(record: &Record, outcome: Option<&str>) -> Self {
        let ended = ExecutionResult {
            steps: &record.steps,
            threads: &record.threads,
            wants: &record.wants,
            how: &record.how,
            outcome,
        };
        let mut findings = Findings::default();
        findings.note(ended, Account::default(), None);
        findings
    }

    /// Takes note of so many executions that held, with so many steps in all.
    pub(super) fn note_held(&mut self, executions: u64, steps: u64) {
        self.tally.add(Verdict::Held, executions);
        self.steps += steps;
    }

    /// Takes note of an execution, and of what it contradicts.
    pub(crate) fn note(
        &mut self,
        ended: ExecutionResult<'_>,
        account: Account,
        mismatch: Option<&Mismatch>,
    ) {
        self.leaves_out |= account.leaves_out;
        self.uniform += u64::from(account.is_uniform);
        if account.is_repetition && mismatch.is_none() {
            return;
        }
        let verdict = match mismatch {
            Some(_) => Verdict::NonDeterministic,
            None => verdict(ended.how),
        };
        self.tally.add(verdict, 1);
        self.steps += ended.steps.len() as u64;
        if let Some(mismatch) = mismatch {
            self.contradiction = Some((mismatch.clone(), Record::of(ended)));
            return;
        }
        if let Some(text) = ended.outcome {
            // Looked up before it is copied: most outcomes have been seen before.
            let outcome = match self.outcomes.get_mut(text) {
                Some(outcome) => outcome,
                None => self
                    .outcomes
                    .entry(text.to_owned())
                    .or_insert(Outcome::first(ended.steps)),
            };
            outcome.count += 1;
            outcome.failing += u64::from(verdict.is_failure());
        }
        if verdict.is_failure() && self.failure.is_none() {
            let index = self.tally.total();
            self.failure = Some(FailingExecution {
                index,
                record: Record::of(ended),
            });
        }
    }

    /// Adds what was found in the part that comes next in exploration order.
    pub(super) fn append(&mut self, next: &mut Findings) {
        let before = self.tally.total();
        if self.failure.is_none() {
            self.failure = next.failure.take();
            if let Some(found) = &mut self.failure {
                found.index += before;
            }
        }
        self.tally.append(&next.tally);
        self.steps += next.steps;
        self.leaves_out |= next.leaves_out;
        self.uniform += next.uniform;
        for (text, next) in std::mem::take(&mut next.outcomes) {
            match self.outcomes.entry(text) {
                Entry::Vacant(entry) => {
                    entry.insert(next);
                }
                Entry::Occupied(mut entry) => {
                    entry.get_mut().count += next.count;
                    entry.get_mut().failing += next.failing;
                }
            }
        }
        self.contradiction = self
            .contradiction
            .take()
            .or_else(|| next.contradiction.take());
        self.error = self.error.take().or_else(|| next.error.take());
    }
}

fn verdict(how: &How) -> Verdict {
    match how {
        How::Held => Verdict::Held,
        How::Panicked(..) | How::PanickedIn(..) => Verdict::Panicked,
        How::CheckFailed(_) => Verdict::CheckFailed,
        How::Breached(breach) => match **breach {
            Breach::NotAllowed { .. } => Verdict::OutcomeNotAllowed,
            Breach::NotSerializable { .. } => Verdict::NotSerializable,
        },
        How::InvariantViolated(_) | How::InvariantPanicked(_) => Verdict::InvariantViolated,
        How::Deadlock => Verdict::Deadlocked,
        How::StepLimit => Verdict::StepLimit,
        How::TimedOut(_) | How::NotWoken => Verdict::TimedOut,
        How::Stopped => unreachable!("a search stops only at a contradiction"),
    }
}
