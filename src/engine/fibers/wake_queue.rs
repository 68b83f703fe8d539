//! Wakers that fired, on whichever thread.

use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::time::Duration;

use crate::engine::futures::Alarm;
use crate::engine::lock::{Condvar, Mutex};
use crate::operation::ThreadId;

/// Wakers that fired. They may fire on any thread, and are heard before the next turn.
#[derive(Debug, Default)]
pub(super) struct WakeQueue {
    has_any: AtomicBool,
    fired: Mutex<Vec<WakeEvent>>,
    news: Condvar,
}

/// One waker that fired.
#[derive(Debug)]
pub(super) struct WakeEvent {
    pub(super) thread: ThreadId,
    pub(super) execution: u64,
    /// Whether nothing but time has brought it.
    pub(super) by_time: bool,
}

impl WakeQueue {
    /// Whether one has fired that was not heard, or a thread was started. It is looked at before
    /// every turn: a load, since a swap would cost as much as the turn.
    #[inline]
    pub(super) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Relaxed)
    }

    /// Has the turn under way end as if one had fired: there is something to take note of.
    pub(super) fn alert(&self) {
        self.has_any.store(true, Ordering::Relaxed);
    }

    /// Tells `hear` of those that have fired and were not heard.
    #[cold]
    pub(super) fn take(&self, hear: impl FnMut(WakeEvent)) {
        let mut fired = self.fired.lock();
        self.has_any.store(false, Ordering::Relaxed);
        fired.drain(..).for_each(hear);
    }

    /// Whether one has fired, of those that have been dropped since as well.
    pub(super) fn are_new(&self) -> bool {
        // Whoever sees that a waker is gone sees what it did before.
        fence(Ordering::Acquire);
        self.has_any()
    }

    /// Sleeps until one fires, or for so long.
    pub(super) fn wait(&self, rest: Duration) {
        let mut fired = self.fired.lock();
        if fired.is_empty() {
            self.news.wait_for(&mut fired, rest);
        }
    }
}

impl Alarm for WakeQueue {
    fn wake(&self, thread: ThreadId, execution: u64, by_time: bool) {
        let mut fired = self.fired.lock();
        fired.push(WakeEvent {
            thread,
            execution,
            by_time,
        });
        self.has_any.store(true, Ordering::Relaxed);
        drop(fired);
        self.news.notify_one();
    }
}
