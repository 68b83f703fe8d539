//! The search of a program of which it is not known whether its executions fall into classes: the first
//! shows it.

use super::part::Decided;
use super::reduction::why_irreducible;
use super::{Account, DepthFirst, Multinomial, Part, Progress, Reduction, Search};
use crate::operation::{Choice, SchedulingPoint, Trace};

/// Runs the first execution. From then on, it is [decided](Part::decided) how to go on: by classes if all
/// steps say what they touch, and through every execution otherwise.
#[derive(Debug, Default)]
pub(crate) struct Automatic {
    all: DepthFirst,
    classes: Option<Reduction>,
}

impl Search for Automatic {
    fn new_execution(&mut self) -> Option<usize> {
        self.all.new_execution()
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        self.all.choose(point)
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        if trace.is_cut_short || why_irreducible(trace).is_some() {
            return self.all.end(trace);
        }
        let mut classes = Reduction::new();
        let account = classes.begin_with(trace);
        self.classes = Some(classes);
        account
    }
}

impl Part for Automatic {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        None
    }

    fn order(&self) -> Vec<usize> {
        self.all.order()
    }

    fn progress(&self, began: &[usize], tree: Option<&Multinomial>) -> Option<Progress> {
        let all = self.classes.is_none().then_some(&self.all)?;
        all.progress(began, tree)
    }

    fn decided(&mut self) -> Decided {
        Decided::By(match self.classes.take() {
            Some(classes) => Box::new(classes),
            None => Box::new(std::mem::take(&mut self.all)),
        })
    }
}
