//! Waits, before a decision, for what the world outside makes of the step before it.
//!
//! A held thread may sleep in a call that only the world outside can end, as a server does that
//! answers when another thread has committed. That takes a moment of which the search must not
//! depend. So each decision comes when all such calls would go on, or a whole grace after the last
//! step: who is ready then is a function of the steps, as long as the world answers within a grace.

use std::thread;
use std::time::{Duration, Instant};

use super::team::Team;

/// Between two looks.
const SOON: Duration = Duration::from_micros(50);
const LATER: Duration = Duration::from_millis(1);

impl Team {
    /// Waits until each call in which a thread is held would go on, at most for what is left of a
    /// grace since the program has `acted` last: now, if that is nothing. To be called without the
    /// lock of the team.
    #[inline]
    pub(super) fn settle(&self, acted: Option<Instant>) {
        if let Some(grace) = self.grace {
            self.settle_for(grace, acted.unwrap_or_else(Instant::now));
        }
    }

    fn settle_for(&self, grace: Duration, acted: Instant) {
        let mut rest = SOON;
        loop {
            let mut shared = self.shared.lock();
            // It may have taken too long: then nothing is decided any more.
            if shared.core.is_over() || !shared.blocked.sleeps_in_calls() {
                return;
            }
            shared.hear();
            if !shared.awaits_calls() {
                return;
            }
            drop(shared);
            let left = grace.saturating_sub(acted.elapsed());
            if left.is_zero() {
                return;
            }
            thread::sleep(rest.min(left));
            rest = LATER.min(rest * 2);
        }
    }
}
