//! A search whose parts are handles to one tree that all of them extend, as in a search that
//! reduces.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Toy, all};
use crate::locks::Mutex;
use crate::operation::{Choice, SchedulingPoint, Trace};
use crate::search::{Account, Part, Search};
use crate::workers::Findings;

/// Runs every execution once. At a new point, an execution takes the first choice and leaves the
/// others to the next worker that asks for work.
#[derive(Debug, Default)]
struct SharedTree {
    /// The choices that lead to executions that have not been run yet.
    open: Arc<Mutex<Vec<Vec<usize>>>>,
    /// The choices of the current execution, and how many of them were made before it.
    path: Vec<usize>,
    planned: usize,
    /// Whether the execution of `path` is to be run next.
    has_next: bool,
}

impl SharedTree {
    fn whole() -> Box<dyn Part> {
        let open = Arc::new(Mutex::new(vec![Vec::new()]));
        Box::new(SharedTree {
            open,
            ..SharedTree::default()
        })
    }
}

impl Search for SharedTree {
    fn new_execution(&mut self) -> Option<usize> {
        if !std::mem::take(&mut self.has_next) {
            self.path = self.open.lock().pop()?;
        }
        self.planned = self.path.len();
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        if let Some(&planned) = self
            .path
            .get(point.step)
            .filter(|_| point.step < self.planned)
        {
            return Choice::Take(planned);
        }
        let others = (1..point.enabled.len()).map(|other| [&self.path[..], &[other]].concat());
        self.open.lock().extend(others);
        self.path.push(0);
        Choice::Take(0)
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        assert_eq!(trace.events.len(), self.path.len());
        Account::default()
    }
}

impl Part for SharedTree {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        let path = self.open.lock().pop()?;
        Some(Box::new(SharedTree {
            open: Arc::clone(&self.open),
            path,
            planned: 0,
            has_next: true,
        }))
    }

    fn order(&self) -> Vec<usize> {
        self.path.clone()
    }
}

/// How many executions there were, and how many ended in each outcome.
fn counts(findings: &Findings) -> (u64, Vec<(&str, u64)>) {
    let outcomes = findings.outcomes.iter();
    let outcomes = outcomes.map(|(text, outcome)| (text.as_str(), outcome.count));
    (findings.tally.total(), outcomes.collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(50) })]

    #[test]
    fn every_execution_is_run_once_by_however_many_workers(salt in any::<u64>()) {
        let toy = Toy { threads: 3, max_steps: 3, salt, failing: u64::MAX / 2, contradicting: u64::MAX };
        let (expected, _) = toy.found_by(all(), 1, true);
        for workers in [1, 2, 3, 7] {
            let (found, _) = toy.found_by(SharedTree::whole(), workers, true);
            prop_assert_eq!(counts(&found), counts(&expected), "{} workers", workers);
        }
    }
}
