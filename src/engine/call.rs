//! What the program's calls to the system become: operations of the run that controls the calling
//! thread. All but [`is_controlled`] are for threads that a run controls.
//!
//! None of these unwinds into its caller, which is code of C or of std that cannot be unwound. A
//! thread whose execution is over while it waits leaves that code behind, if it may, or is left.

#![allow(unsafe_code)]

use std::time::Duration;

use super::baton::Grant;
use super::core::Kernel;
use super::current;
use super::ready_check::ReadyCheck;
use super::yield_reason::YieldReason;
use crate::operation::{FileKind, SystemCall, ThreadId};

pub(crate) use super::core::WaitEnd;
pub(crate) use super::current::{NewThread, Started};

/// A wait of the calling thread in a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// The queue, named by an address: that of a futex, or of a lock.
    pub(crate) queue: usize,
    /// Who wakes with a mask that has no bit in common does not wake this thread.
    pub(crate) mask: u32,
    /// What the report names; `None` for a futex.
    pub(crate) call: Option<(SystemCall, FileKind)>,
    /// When the wait times out, in virtual time since the start of the execution.
    pub(crate) deadline: Option<Duration>,
    /// Whether it may end although nobody has woken the thread.
    pub(crate) may_be_spurious: bool,
    /// Whether the thread may unwind from here by leaving the frames above that cannot unwind, as
    /// those of std can be left.
    pub(crate) can_unwind: bool,
}

/// Whether a run controls the calling thread, and it runs the program's code.
#[inline]
pub(crate) fn is_controlled() -> bool {
    current::is_controlled()
}

/// Waits in a queue until woken. Does not return if the execution is over and nobody wakes the
/// thread.
pub(crate) fn wait(wait: Wait) -> WaitEnd {
    let blocked = current::with_core(|core, thread| core.begin_wait(thread, &wait));
    match blocked.flatten() {
        None => WaitEnd::TimedOut,
        Some(blocked) => {
            give_up_turn(YieldReason::Block(blocked), wait.can_unwind);
            end_wait()
        }
    }
}

fn end_wait() -> WaitEnd {
    let end = current::with_core(|core, thread| core.end_wait(thread));
    end.unwrap_or(WaitEnd::Spurious)
}

/// Yields the turn from inside of a call. Returns when the thread is to go on.
fn give_up_turn(reason: YieldReason, can_unwind: bool) {
    if current::yield_turn(reason) == Grant::Unwind {
        if can_unwind && !std::thread::panicking() {
            super::unwind_past::unwind_past();
        }
        current::leave();
    }
}

/// Wakes at most `count` of those that wait in `queue`, the first come first. Returns how many.
pub(crate) fn wake(queue: usize, count: usize, mask: u32) -> usize {
    with_kernel(|kernel| kernel.wake(queue, count, mask)).unwrap_or(0)
}

/// Wakes the first `wake` of those that wait in `from`, and moves the next `moved` to `to`. Returns
/// how many were woken, and how many moved.
pub(crate) fn requeue(from: usize, to: usize, wake: usize, moved: usize) -> (usize, usize) {
    with_kernel(|kernel| kernel.requeue(from, to, wake, moved)).unwrap_or_default()
}

fn with_kernel<T>(body: impl FnOnce(&mut Kernel) -> T) -> Option<T> {
    current::with_core(|core, _| body(&mut core.kernel))
}

/// Lets others go first.
pub(crate) fn yield_now() {
    give_up_turn(YieldReason::Yield, true);
}

/// The virtual time since the start of the execution. Each look moves it by a tick.
pub(crate) fn now() -> Duration {
    with_kernel(|kernel| kernel.clock.now()).unwrap_or_default()
}

/// Fills `bytes` by chance: the same in every execution.
pub(crate) fn random(bytes: &mut [u8]) {
    with_kernel(|kernel| kernel.randomise(bytes));
}

/// Waits until the virtual clock has reached `deadline`.
pub(crate) fn sleep(deadline: Duration) {
    wait(Wait {
        queue: SLEEP,
        mask: 0,
        call: Some((SystemCall::Sleep, FileKind::Clock)),
        deadline: Some(deadline),
        may_be_spurious: false,
        can_unwind: true,
    });
}

/// The queue of those that sleep, in which nobody wakes them.
const SLEEP: usize = 1;

/// Waits until `is_ready`, which is asked before each choice, by any thread. `object`, such as the
/// number of a file, tells what it waits for from others.
pub(crate) fn await_ready(
    object: usize,
    call: (SystemCall, FileKind),
    deadline: Option<Duration>,
    is_ready: &mut dyn FnMut() -> bool,
) -> WaitEnd {
    // SAFETY: `end_wait` drops the check before this returns. If the thread is left, it never does,
    // and its stack is kept.
    let check = unsafe { ReadyCheck::leak(is_ready) };
    let blocked = current::with_core(|core, thread| {
        core.begin_to_await(thread, object, call, deadline, check)
    });
    match blocked.flatten() {
        None => WaitEnd::TimedOut,
        Some(blocked) => {
            give_up_turn(YieldReason::Block(blocked), false);
            end_wait()
        }
    }
}

/// Starts a thread of the program. `None` if the execution is over, or the system gives no thread.
pub(crate) fn spawn(new: NewThread<'_>) -> Option<Started> {
    let is_over = current::with_core(|core, _| core.is_over())?;
    if is_over { None } else { current::spawn(new) }
}

/// Waits for the end of a thread that was started in this execution.
pub(crate) fn join(thread: ThreadId) {
    give_up_turn(YieldReason::Join(thread), true);
}

/// Says what the program calls the calling thread.
pub(crate) fn set_name(name: &str) {
    current::with_core(|core, thread| core.state.rename(thread, name));
}
