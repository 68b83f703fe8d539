//! What the thread that waits for executions does while they run.

use std::time::{Duration, Instant};

use super::processor::is_machine_busy;
use super::thread_clocks::ThreadClocks;

/// Who has others do something on a busy machine waits for them for milliseconds, more than once. So
/// executions are to have used a processor for so long before.
const BUSY: Duration = Duration::from_millis(20);

/// How often it is looked whether they have.
const LOOK: Duration = Duration::from_millis(4);

/// Something that the thread that waits for executions does once, when they take longer than that.
pub(crate) struct Deferred<'a> {
    due: Option<Instant>,
    body: Option<Box<dyn FnOnce() + 'a>>,
}

impl<'a> Deferred<'a> {
    /// Nothing is to be done.
    pub(crate) fn nothing() -> Self {
        Deferred {
            due: None,
            body: None,
        }
    }

    /// `body` is to be done when the executions have taken so long.
    pub(crate) fn after(time: Duration, body: impl FnOnce() + 'a) -> Self {
        Deferred {
            due: Some(Instant::now() + time),
            body: Some(Box::new(body)),
        }
    }

    /// When it is to be done, if it is and has not been.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether its time has come, in executions on threads with these clocks. While the machine is
    /// busy, they first use a processor for [longer](BUSY).
    pub(super) fn is_due(&mut self, clocks: &ThreadClocks) -> bool {
        let now = Instant::now();
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        let is_early = || clocks.read().is_some_and(|times| times.ran < BUSY);
        let is_put_off = is_machine_busy() && is_early();
        if is_put_off {
            self.due = Some(now + LOOK);
        }
        !is_put_off
    }

    /// Does it, unless it has been done.
    pub(super) fn attend(&mut self) {
        self.due = None;
        if let Some(body) = self.body.take() {
            body();
        }
    }
}
