//! Tasks: a thread whose body polls a future until it is ready.

use std::pin::pin;
use std::sync::Weak;
use std::task::{Context, Poll, Wake};

use super::current;
use super::yield_reason::YieldReason;
use crate::operation::ThreadId;

/// Runs `future` to its end on the calling thread, which a run controls.
///
/// A marker pauses the thread, and with it the whole task, whichever future of it reached the
/// marker. While the future is pending the thread waits for its waker.
pub(crate) fn run_to_end<T>(future: impl Future<Output = T>) -> T {
    let waker = current::waker();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => current::pause(YieldReason::Wait),
        }
    }
}

/// Who is told that a waker fired.
pub(super) trait Alarm: Send + Sync {
    /// The waker of the task `thread` in the execution of this number fired.
    fn wake(&self, thread: ThreadId, execution: u64);
}

/// The waker of one task in one execution. It may be kept for longer than the run lives.
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
            // It may be a thread of a program that calls this, and wait for a lock of the engine.
            current::aside(|| alarm.wake(self.thread, self.execution));
        }
    }
}
