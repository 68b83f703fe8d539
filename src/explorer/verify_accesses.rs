//! Runs schedules that are equivalent by what markers declare, and compares them.
//!
//! Each class of the sample is run once more, and along orders that exchange two of its steps which conflict by
//! no declaration. All that can be seen must be the same. If it is not, the exchanges of neighbours that lead
//! from one order to the other are halved until one is left, whose two steps do not commute.

mod orders;
mod watched;

use std::sync::Arc;

use itertools::Itertools as _;

use super::observation::Observation;
use super::run_context::RunContext;
use crate::engine::Program;
use crate::error::{Error, ErrorKind};
use crate::search::{Commuting, PlannedStep, Tried, between, distance};
use crate::workers::{ClassSample, Limits};
use orders::Orders;
use watched::{LastView, Watched};

/// How many pairs of steps are exchanged, if each class has as many as come to it.
const PAIRS: usize = 1024;

/// How many of each class, however many classes there are and however long they are.
const PAIRS_OF_CLASS: usize = 16;

/// How many steps are taken for the further pairs of a class: about half of what the executions have.
const STEPS: usize = 100_000;

/// Returns on how many pairs of steps the declarations were checked.
///
/// # Errors
///
/// If two steps do not commute, though nothing that they declare conflicts; if the engine cannot run them.
pub(super) fn verify(
    context: RunContext<'_>,
    sample: &ClassSample,
    limits: &Limits,
) -> Result<u64, Error> {
    let view = LastView::default();
    let program: Arc<dyn Program> = Arc::new(Watched::new(context.program, &view));
    let mut verification = Verification {
        context: RunContext {
            program: &program,
            ..context
        },
        view,
        tried: Tried::new(),
        pairs: 0,
    };
    let executions = sample.executions();
    let most = PAIRS_OF_CLASS.max(PAIRS / executions.len().max(1));
    for steps in executions {
        if limits.reached(0).is_some() {
            break;
        }
        verification.check_class(steps, most)?;
    }
    Ok(verification.pairs)
}

struct Verification<'a> {
    context: RunContext<'a>,
    view: LastView,
    tried: Tried,
    pairs: u64,
}

/// An order to run, and one that differs from it and has been seen to be no different otherwise.
struct Exchange {
    from: Vec<usize>,
    to: Vec<usize>,
}

impl Verification<'_> {
    /// Checks the class of the execution with these steps. An execution that cannot be repeated tells nothing.
    fn check_class(&mut self, steps: &[PlannedStep], most: usize) -> Result<(), Error> {
        let first = self.run(vec![steps.to_vec()], None)?;
        let (Some(expected), Some(commuting)) = (first.expected, first.commuting) else {
            return Ok(());
        };
        if expected.is_cut_short() || expected.steps() != steps.len() {
            return Ok(());
        }
        let canonical = commuting.canonical();
        let mut exchanges = Vec::new();
        let mut add = |from: &[usize], to: &[usize]| {
            if from != to {
                let (from, to) = (from.to_vec(), to.to_vec());
                exchanges.push(Exchange { from, to });
            }
        };
        add(&(0..steps.len()).collect_vec(), canonical);
        let affordable = STEPS / steps.len().max(1);
        let most = most.min(affordable.max(PAIRS_OF_CLASS));
        let swaps = commuting.swaps(most, &mut self.tried);
        for swap in &swaps {
            add(canonical, &swap.before);
            add(&swap.before, &swap.after);
        }
        let orders = exchanges.iter().map(|it| commuting.planned(&it.to));
        let all = self.run(orders.collect(), Some(expected))?;
        match (all.expected, exchanges.get(all.alike)) {
            (Some(expected), Some(exchange)) if all.has_differed => {
                let wrong = self.locate(&commuting, exchange, expected)?;
                wrong.map_or(Ok(()), Err)
            }
            _ => {
                self.pairs += swaps.len() as u64;
                Ok(())
            }
        }
    }

    /// Runs the orders, up to the first that is not as `expected`, or as the first if nothing is.
    fn run(
        &self,
        orders: Vec<Vec<PlannedStep>>,
        expected: Option<Observation>,
    ) -> Result<Orders, Error> {
        self.context.run(Orders::new(orders, expected, &self.view))
    }

    /// The error of the two neighbours that do not commute, of those that are exchanged on this way. None
    /// if the same order does not always show the same.
    fn locate(
        &self,
        commuting: &Commuting,
        Exchange { from, to }: &Exchange,
        expected: Observation,
    ) -> Result<Option<Error>, Error> {
        let (mut alike, mut other) = (0, distance(from, to));
        let order = |count| commuting.planned(&between(from, to, count));
        let mut expected = Some(expected);
        while other - alike > 1 {
            let middle = usize::midpoint(alike, other);
            let run = self.run(vec![order(middle)], expected)?;
            if run.has_differed {
                other = middle;
            } else {
                alike = middle;
            }
            expected = run.expected;
        }
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            before.extend(self.run(vec![order(alike)], None)?.expected);
            after.extend(self.run(vec![order(other)], None)?.expected);
        }
        let is_stable = |it: &[Observation]| it[0].difference(&it[1]).is_none();
        if !is_stable(&before) || !is_stable(&after) {
            return Ok(None);
        }
        let [one, two] = [alike, other].map(|count| between(from, to, count));
        let at = one.iter().zip(&two).position(|(one, two)| one != two);
        let what = before[1].difference(&after[1]);
        Ok(at
            .zip(what)
            .map(|(at, what)| wrong_declaration([&before[1], &after[1]], at, &what)))
    }
}

#[cold]
fn wrong_declaration(both: [&Observation; 2], at: usize, what: &[String; 2]) -> Error {
    let steps = [at, at + 1].map(|number| both[0].step(number));
    let schedules = both.map(|it| it.schedule(at + 2));
    let what = what.each_ref().map(|it| it.replace('\n', "\n  "));
    let text = format!(
        "two steps do not commute, though they have nothing in common by what their markers declare:\n  \
         {}\n  {}\n\
         one way:       {}\n  {}\n\
         the other way: {}\n  {}\n\
         One of them touches more than its marker says. Declare at both what they share, by `reads(…)`, \
         `writes(…)` or `acquires(…)`, and `releases(…)` only where a lock is released; a marker that \
         declares nothing may touch anything",
        steps[0], steps[1], schedules[0], what[0], schedules[1], what[1],
    );
    Error::new(ErrorKind::WrongDeclaration, text)
}
