//! Tasks: threads that poll a future until it is ready.

use std::pin::pin;
use std::sync::Weak;
use std::task::{Context, Poll, Wake};

use super::current;
use super::outside::is_up_by_itself;
use super::yield_reason::YieldReason;
use crate::memory;
use crate::operation::ThreadId;

/// Runs `future` to its end on the calling thread, which a run controls.
///
/// A marker in any part of the future pauses the thread, and so the whole task. While the future is
/// pending, the thread waits for its waker. If the task `is_cancellable`, it may be cancelled there:
/// then the future is dropped.
pub(crate) fn run_to_end(future: impl Future<Output = ()>, is_cancellable: bool) {
    let waker = current::waker();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(()) => return,
            Poll::Pending => current::pause(YieldReason::Wait { is_cancellable }),
        }
        if is_cancellable && current::is_cancelled() {
            return;
        }
    }
}

/// Receives wake-ups.
pub(super) trait Alarm: Send + Sync {
    /// Learns that the waker of the task `thread` in this execution has fired: by nothing but time,
    /// or by what the program has done.
    fn wake(&self, thread: ThreadId, execution: u64, by_time: bool);
}

/// The waker of one task in one execution. It may outlive the run.
pub(super) struct TaskWaker<A: Alarm> {
    pub(super) alarm: Weak<A>,
    pub(super) thread: ThreadId,
    pub(super) execution: u64,
}

impl<A: Alarm + 'static> Wake for TaskWaker<A> {
    fn wake(self: std::sync::Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &std::sync::Arc<Self>) {
        if let Some(alarm) = self.alarm.upgrade() {
            memory::wakes(self.thread.index());
            // A program's thread may call this, and then wait for a lock of the engine.
            let by_time = !current::is_controlled() && is_up_by_itself();
            current::aside(|| alarm.wake(self.thread, self.execution, by_time));
        }
    }
}
