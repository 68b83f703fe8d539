//! One part of a search, and what was found in it so far.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::Findings;
use crate::engine::ExecutionResult;
use crate::locks::{Mutex, MutexGuard};
use crate::search::{Account, Part};

/// One part of a search, and what was found in it so far. Kept apart from the worker that searches
/// it, since a worker that hangs takes its own state with it.
#[derive(Debug)]
pub(super) struct PartResult {
    /// Its [place](Part::order) in exploration order.
    pub(super) order: Vec<usize>,
    /// Executions that held without an outcome, and their steps. Most executions are such, and to
    /// lock `findings` would take a twentieth of their time on fibers. Only the worker that
    /// searches the part counts here.
    held_executions: AtomicU64,
    held_steps: AtomicU64,
    /// Whether they stand for classes.
    are_classes: AtomicBool,
    findings: Mutex<Findings>,
}

impl PartResult {
    pub(super) fn new(search: &dyn Part) -> Self {
        PartResult {
            order: search.order(),
            held_executions: AtomicU64::new(0),
            held_steps: AtomicU64::new(0),
            are_classes: AtomicBool::new(false),
            findings: Mutex::default(),
        }
    }

    /// Counts an execution of `steps` steps that held and has no outcome, and may stand for its class.
    #[inline]
    pub(super) fn record_held(&self, steps: usize, is_class: bool) {
        if is_class {
            self.are_classes.store(true, Relaxed);
        }
        let add = |to: &AtomicU64, more| to.store(to.load(Relaxed) + more, Relaxed);
        add(&self.held_executions, 1);
        add(&self.held_steps, steps as u64);
    }

    /// Adds an execution, and what it contradicts. Returns whether the search ends here: at a
    /// contradiction, or at a failure unless it `keeps_going`.
    pub(super) fn record(
        &self,
        result: ExecutionResult<'_>,
        account: Account,
        keeps_going: bool,
    ) -> bool {
        let mut findings = self.findings();
        findings.record(result, account);
        findings.is_at_end() || findings.failure.is_some() && !keeps_going
    }

    /// All that was found. To be called by the worker that searches the part, or when that is over.
    pub(super) fn findings(&self) -> MutexGuard<'_, Findings> {
        let mut findings = self.findings.lock();
        findings.record_held(
            self.held_executions.swap(0, Relaxed),
            self.held_steps.swap(0, Relaxed),
        );
        findings.are_classes |= self.are_classes.load(Relaxed);
        findings
    }
}
