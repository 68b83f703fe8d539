//! What the thread that waits for executions does while they run.

use std::time::{Duration, Instant};

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

    /// Whether its time has come.
    pub(super) fn is_due(&self) -> bool {
        self.due.is_some_and(|due| due <= Instant::now())
    }

    /// Does it, unless it has been done.
    pub(super) fn attend(&mut self) {
        self.due = None;
        if let Some(body) = self.body.take() {
            body();
        }
    }
}
