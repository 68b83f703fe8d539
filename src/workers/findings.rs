//! What a search has found: counts of how executions ended, and the first failure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::engine::ExecutionResult;
use crate::error::Error;
use crate::execution::{Record, by_name};
use crate::operation::forced;
use crate::schedule::Schedule;
use crate::search::{Account, Contradiction, Weights};
use crate::verdict::{Tally, Verdict};

/// What was found in one part of a search, or in all of it.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) tally: Tally,
    /// The steps of all executions together.
    pub(crate) steps: u64,
    pub(crate) outcomes: Outcomes,
    pub(crate) failure: Option<FailingExecution>,
    /// The execution that contradicted an earlier one.
    pub(crate) contradiction: Option<(Box<Contradiction>, Record)>,
    /// The weights that a shard was measured by.
    pub(crate) weights: Option<Arc<Weights>>,
    /// Whether the search, or the last of several, left executions out.
    pub(crate) leaves_out: bool,
    /// How many executions were drawn uniformly, each as likely as any other.
    pub(crate) uniform: u64,
    /// Why the engine could not go on.
    pub(super) error: Option<Error>,
}

/// The executions that ended in one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutcomeSummary {
    pub(crate) count: u64,
    pub(crate) failing: u64,
    /// The schedule that forces the first of them.
    pub(crate) example: Schedule,
}

/// The outcomes of executions, by their text.
pub(crate) type Outcomes = BTreeMap<String, OutcomeSummary>;

pub(crate) fn append_outcomes(all: &mut Outcomes, later: Outcomes) {
    for (text, more) in later {
        match all.entry(text) {
            Entry::Vacant(entry) => drop(entry.insert(more)),
            Entry::Occupied(mut entry) => {
                let summary = entry.get_mut();
                summary.count = summary.count.saturating_add(more.count);
                summary.failing = summary.failing.saturating_add(more.failing);
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct FailingExecution {
    /// Its number, from 1, in exploration order.
    pub(crate) index: u64,
    pub(crate) record: Record,
}

impl Findings {
    pub(crate) fn of_one(record: &Record, outcome: Option<&str>) -> Self {
        let mut findings = Findings::default();
        findings.record(record.result(outcome), Account::default());
        findings
    }

    /// Counts `executions` that held, with `steps` in all.
    pub(super) fn record_held(&mut self, executions: u64, steps: u64) {
        self.tally.add(Verdict::Held, executions);
        self.steps += steps;
    }

    pub(crate) fn record(&mut self, result: ExecutionResult<'_>, account: Account) {
        self.leaves_out |= account.leaves_out;
        self.uniform += u64::from(account.is_uniform);
        if account.is_repetition && account.contradiction.is_none() {
            return;
        }
        let steps = result.trace.events;
        self.steps += steps.len() as u64;
        if let Some(contradiction) = account.contradiction {
            self.tally.add(Verdict::NonDeterministic, 1);
            self.contradiction = Some((contradiction, Record::of(result)));
            return;
        }
        let verdict = Verdict::of(result.end);
        self.tally.add(verdict, 1);
        if let Some(text) = result.outcome {
            // Looked up before it is copied: most outcomes have been seen before.
            if !self.outcomes.contains_key(text) {
                let example = by_name(&steps[..forced(steps)], result.names);
                let summary = OutcomeSummary {
                    count: 0,
                    failing: 0,
                    example,
                };
                self.outcomes.insert(text.to_owned(), summary);
            }
            if let Some(outcome) = self.outcomes.get_mut(text) {
                outcome.count += 1;
                outcome.failing += u64::from(verdict.is_failure());
            }
        }
        if verdict.is_failure() && self.failure.is_none() {
            let index = self.tally.total();
            self.failure = Some(FailingExecution {
                index,
                record: Record::of(result),
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
        append_outcomes(&mut self.outcomes, std::mem::take(&mut next.outcomes));
        self.contradiction = self
            .contradiction
            .take()
            .or_else(|| next.contradiction.take());
        self.error = self.error.take().or_else(|| next.error.take());
    }
}
