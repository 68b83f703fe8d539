//! One part of a search, and what was found in it so far.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::{Mutex, MutexGuard};

use super::Findings;
use crate::engine::ExecutionResult;
use crate::search::{Account, Part};

/// One part of a search, and what was found in it so far. Whoever searches it notes that here, and
/// not with itself, since a worker that does not come back keeps what it has.
#[derive(Debug)]
pub(super) struct PartResult {
    /// What [orders](Part::order) it among the others.
    order: Vec<usize>,
    held: Held,
    findings: Mutex<Findings>,
}

/// Executions that held, of which there is nothing else to say. Most are such, and a lock would
/// cost each a twentieth of its time on fibers. Only the worker that searches the part counts here.
#[derive(Debug, Default)]
struct Held {
    executions: AtomicU64,
    steps: AtomicU64,
}

impl PartResult {
    pub(super) fn new(search: &dyn Part) -> Self {
        PartResult {
            order: search.order(),
            held: Held::default(),
            findings: Mutex::default(),
        }
    }

    /// What orders it among the others: in a depth-first search, the choices that lead to its first
    /// execution.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Takes note of an execution of so many steps that held and of which there is nothing else to
    /// say.
    #[inline]
    pub(super) fn note_held(&self, steps: usize) {
        self.held.count(steps);
    }

    /// Takes note of an execution, and of what it contradicts. Returns whether that ends the search:
    /// whether there was a contradiction, or a failure and it does not keep going.
    pub(super) fn note(
        &self,
        result: ExecutionResult<'_>,
        account: Account,
        keeps_going: bool,
    ) -> bool {
        let mut findings = self.findings();
        findings.note(result, account);
        findings.contradiction.is_some() || findings.failure.is_some() && !keeps_going
    }

    /// All that was found. To be called by the worker that searches the part, or when that is over.
    pub(super) fn findings(&self) -> MutexGuard<'_, Findings> {
        let mut findings = self.findings.lock();
        let Held { executions, steps } = &self.held;
        findings.note_held(executions.swap(0, Relaxed), steps.swap(0, Relaxed));
        findings
    }
}

impl Held {
    #[inline]
    fn count(&self, steps: usize) {
        let add = |to: &AtomicU64, more| to.store(to.load(Relaxed) + more, Relaxed);
        add(&self.executions, 1);
        add(&self.steps, steps as u64);
    }
}
