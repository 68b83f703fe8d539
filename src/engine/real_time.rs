//! The time of an execution whose program sees the real clock.

use std::thread;
use std::time::{Duration, Instant};

/// When the execution began, if its program sees the real clock.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RealTime(Option<Instant>);

impl RealTime {
    /// An execution begins.
    #[inline]
    pub(super) fn begin(is_real: bool) -> Self {
        RealTime(is_real.then(Instant::now))
    }

    pub(super) fn is_real(self) -> bool {
        self.0.is_some()
    }

    /// The real time since the start of the execution.
    pub(super) fn now(self) -> Option<Duration> {
        self.0.map(|began| began.elapsed())
    }

    /// Waits until `deadline`, or until `is_ready`, which is asked now and then.
    pub(super) fn wait_until(self, deadline: Duration, mut is_ready: impl FnMut() -> bool) {
        /// How long to wait before asking again.
        const LOOK: Duration = Duration::from_millis(1);
        while let Some(now) = self.now().filter(|now| *now < deadline) {
            if is_ready() {
                break;
            }
            thread::sleep(deadline.saturating_sub(now).min(LOOK));
        }
    }
}
