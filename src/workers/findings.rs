//! What a search has found: counts of how executions ended, and the first failure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::class_sample::ClassSample;
use super::difference::Difference;
use super::reach::Reach;
use crate::engine::ExecutionResult;
use crate::error::Error;
use crate::execution::{Record, by_name};
use crate::operation::{Event, Knowledge, forced};
use crate::schedule::Schedule;
use crate::search::{
    Account, Contradiction, Irreducible, Weights, canonical_order, why_irreducible,
};
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
    /// The execution that was another when it was run once more; and how many were run once more, and how often in all.
    pub(crate) difference: Option<Box<Difference>>,
    pub(crate) repeats: u64,
    /// The execution with a step because of which the search cannot go through the program.
    pub(crate) irreducible: Option<(Irreducible, Record)>,
    /// Which threads came to a point, and whether there was a choice.
    pub(crate) reach: Reach,
    /// The schedule of the first execution, if that held.
    pub(crate) first_held: Option<Schedule>,
    /// Whether a marker has declared anything in the first execution.
    pub(crate) declares: bool,
    /// If so, an execution whose class cannot be told.
    pub(crate) classless: Option<(Irreducible, Record)>,
    /// Whether each execution stands for its class.
    pub(crate) are_classes: bool,
    /// Some of the classes, if what declares them is to be verified.
    pub(crate) sample: ClassSample,
    /// Of the examples of outcomes, and of the failure: their classes, if they stand for one. Of several
    /// the least is kept, whichever worker was first.
    pub(super) example_classes: BTreeMap<String, u64>,
    pub(super) failure_class: Option<u64>,
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

/// A schedule of the execution. If it stands for its class, that does not depend on which of the class it is.
fn example(result: ExecutionResult<'_>, is_class: bool) -> Schedule {
    let steps = result.trace.events;
    if is_class {
        let order = canonical_order(&result.trace).into_iter();
        let steps: Vec<Event> = order.map(|number| steps[number]).collect();
        return by_name(&steps, result.names);
    }
    by_name(&steps[..forced(steps)], result.names)
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
    /// If it stands for its class: a schedule that does not depend on which of the class it is.
    pub(crate) of_class: Option<Schedule>,
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

    /// Notes the schedule of the very first execution if that held.
    pub(crate) fn note_held(&mut self, result: ExecutionResult<'_>) {
        self.first_held = result.end.is_held().then(|| example(result, false));
    }

    /// Notes what the first execution shows of the program.
    pub(super) fn note_first(&mut self, result: ExecutionResult<'_>) {
        let mut events = result.trace.events.iter();
        self.declares = events.any(|event| event.knowledge == Knowledge::Declared);
        if self.declares {
            let why = why_irreducible(&result.trace);
            self.classless = why.map(|why| (why, Record::of(result)));
        }
    }

    pub(crate) fn record(&mut self, result: ExecutionResult<'_>, account: Account) {
        self.leaves_out |= account.leaves_out;
        self.uniform += u64::from(account.is_uniform);
        self.are_classes |= account.class.is_some();
        let ends = account.ends_search();
        let counts = !account.is_repetition || account.counts_if_it_fails && !result.end.is_held();
        if !counts && !ends {
            return;
        }
        if let Some(irreducible) = account.irreducible {
            self.irreducible = Some((irreducible, Record::of(result)));
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
            self.record_outcome(text, verdict, result, account.class);
        }
        if verdict.is_failure() {
            let is_less = account.class.is_some() && account.class < self.failure_class;
            if self.failure.is_none() || is_less {
                self.failure_class = account.class;
                self.failure = Some(FailingExecution {
                    // Which class is the first depends on the workers.
                    index: account.class.map_or(self.tally.total(), |_| 0),
                    of_class: account.class.map(|_| example(result, true)),
                    record: Record::of(result),
                });
            }
        }
    }

    /// An execution was another when it was run once more.
    pub(super) fn differs(&mut self, difference: Box<Difference>) {
        self.tally.add(Verdict::NonDeterministic, 1);
        self.steps += difference.now.record.steps.len() as u64;
        self.difference = Some(difference);
    }

    fn record_outcome(
        &mut self,
        text: &str,
        verdict: Verdict,
        result: ExecutionResult<'_>,
        class: Option<u64>,
    ) {
        // Looked up before it is copied: most outcomes have been seen before.
        let is_new = !self.outcomes.contains_key(text);
        let is_less = class.is_some_and(|class| {
            let least = self.example_classes.get(text);
            least.is_none_or(|least| class < *least)
        });
        if is_new {
            let summary = OutcomeSummary {
                count: 0,
                failing: 0,
                example: Schedule::default(),
            };
            self.outcomes.insert(text.to_owned(), summary);
        }
        if let Some(class) = class.filter(|_| is_less) {
            self.example_classes.insert(text.to_owned(), class);
        }
        if let Some(outcome) = self.outcomes.get_mut(text) {
            outcome.count += 1;
            outcome.failing += u64::from(verdict.is_failure());
            if is_new || is_less {
                outcome.example = example(result, class.is_some());
            }
        }
    }

    /// Whether the search ends with what was found last.
    pub(super) fn is_at_end(&self) -> bool {
        self.contradiction.is_some() || self.irreducible.is_some() || self.difference.is_some()
    }

    /// Adds what was found in the part that comes next in exploration order.
    pub(super) fn append(&mut self, next: &mut Findings) {
        let before = self.tally.total();
        let is_less = next.failure_class.is_some() && next.failure_class < self.failure_class;
        if self.failure.is_none() || is_less {
            self.failure = next.failure.take();
            self.failure_class = next.failure_class;
            if let Some(found) = self.failure.as_mut().filter(|it| it.index > 0) {
                found.index += before;
            }
        }
        self.are_classes |= next.are_classes;
        self.sample.append(&mut next.sample);
        self.reach.append(&next.reach);
        self.first_held = self.first_held.take().or_else(|| next.first_held.take());
        self.declares |= next.declares;
        self.classless = self.classless.take().or_else(|| next.classless.take());
        self.irreducible = self.irreducible.take().or_else(|| next.irreducible.take());
        for (text, class) in std::mem::take(&mut next.example_classes) {
            let least = self.example_classes.get(&text);
            if least.is_none_or(|least| class < *least)
                && let (Some(own), Some(other)) =
                    (self.outcomes.get_mut(&text), next.outcomes.get_mut(&text))
            {
                std::mem::swap(&mut own.example, &mut other.example);
            }
            let least = self.example_classes.entry(text).or_insert(class);
            *least = class.min(*least);
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
        self.difference = self.difference.take().or_else(|| next.difference.take());
        self.repeats += next.repeats;
        self.error = self.error.take().or_else(|| next.error.take());
    }
}
