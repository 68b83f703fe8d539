//! Work that the thread that waits for executions does once, if they take long.

use std::time::{Duration, Instant};

use super::processor::is_machine_busy;
use super::thread_clocks::ThreadClocks;

/// How much processor time executions must have used on a busy machine. There, to hand work to
/// other threads costs milliseconds, more than once.
const BUSY: Duration = Duration::from_millis(20);

/// How often to check whether they have.
const LOOK: Duration = Duration::from_millis(4);

pub(crate) struct Deferred<'a> {
    due: Option<Instant>,
    body: Option<Box<dyn FnOnce() + 'a>>,
}

impl<'a> Deferred<'a> {
    pub(crate) fn nothing() -> Self {
        Deferred {
            due: None,
            body: None,
        }
    }

    /// Runs `body` when the executions have taken this time.
    pub(crate) fn after(time: Duration, body: impl FnOnce() + 'a) -> Self {
        Deferred {
            due: Some(Instant::now() + time),
            body: Some(Box::new(body)),
        }
    }

    /// When the work is due; `None` if it is done.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether the work is due, for executions on threads with these clocks. On a busy machine they
    /// must first have used [more processor time](BUSY).
    pub(super) fn is_due(&mut self, clocks: &ThreadClocks) -> bool {
        let now = Instant::now();
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        let is_early = || clocks.read().is_some_and(|times| times.ran < BUSY);
        if is_machine_busy() && is_early() {
            self.due = Some(now + LOOK);
            return false;
        }
        true
    }

    /// Does the work, unless it has been done.
    pub(super) fn run(&mut self) {
        self.due = None;
        if let Some(body) = self.body.take() {
            body();
        }
    }
}
