//! Runs the steps of one execution in several orders, and compares what is seen.

use super::watched::LastView;
use crate::engine::{ExecutionResult, Scheduler, ThreadTable};
use crate::explorer::observation::Observation;
use crate::operation::{Choice, SchedulingPoint};
use crate::search::{Commuting, PlannedStep};

/// Schedules one execution for each order, up to the first that differs from what is expected.
#[derive(Debug)]
pub(super) struct Orders {
    left: std::vec::IntoIter<Vec<PlannedStep>>,
    current: Vec<PlannedStep>,
    /// The step of the order under way that could not be taken, if there was one.
    refused: Option<PlannedStep>,
    view: LastView,
    /// What each execution must show: what the first does, if it was not known before.
    pub(super) expected: Option<Observation>,
    /// The steps of the first.
    pub(super) commuting: Option<Commuting>,
    /// How many orders have shown that.
    pub(super) alike: usize,
    /// Whether the next one has not.
    pub(super) has_differed: bool,
}

impl Orders {
    pub(super) fn new(
        orders: Vec<Vec<PlannedStep>>,
        expected: Option<Observation>,
        view: &LastView,
    ) -> Self {
        Orders {
            left: orders.into_iter(),
            current: Vec::new(),
            refused: None,
            view: view.clone(),
            expected,
            commuting: None,
            alike: 0,
            has_differed: false,
        }
    }
}

impl Scheduler for Orders {
    fn new_execution(&mut self) -> Option<usize> {
        if self.has_differed {
            return None;
        }
        self.current = self.left.next()?;
        self.refused = None;
        self.view.forget();
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        let Some(planned) = self.current.get(point.step) else {
            return Choice::Take(point.default_choice());
        };
        let index = planned.among(point);
        if index.is_none() {
            self.refused = Some(*planned);
        }
        index.map_or(Choice::Prune, Choice::Take)
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        // Where a time-out was held back, the order is not possible, and tells nothing.
        let is_telling = result.trace.conditional.is_none();
        let seen = Observation::new(result, self.view.last(), self.refused);
        match &self.expected {
            None => {
                self.commuting = Some(Commuting::of(&result.trace));
                self.expected = Some(seen);
            }
            Some(expected) => {
                self.has_differed = is_telling && expected.difference(&seen).is_some();
            }
        }
        self.alike += usize::from(!self.has_differed);
    }
}
