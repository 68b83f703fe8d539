//! What the program's calls to the system become: operations of the run that controls the calling
//! thread. All but [`is_controlled`] are for threads that a run controls.
//!
//! None of these unwinds into its caller, which is code of C or of std that cannot be unwound. A
//! thread whose execution is over while it waits leaves that code behind, if it may, or is left.

#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use super::baton::Grant;
use super::current;
use super::execution_core::ExecutionCore;
use super::external_wakers::ask_for;
use super::fiber::{at_next_local, lender_id};
use super::prelude;
use super::ready_check::ReadyCheck;
use super::yield_reason::YieldReason;
use crate::memory;
use crate::operation::{FileKind, SystemCall, ThreadId};
use crate::own_stack;

pub(crate) use super::controller::{NewThread, Started};
pub(crate) use super::core::WaitEnd;

/// A wait of the calling thread in a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// The queue, named by an address: that of a futex, or of a lock.
    pub(crate) queue: usize,
    /// What the word there must hold for the thread to wait, if it is a futex.
    pub(crate) expected: Option<u32>,
    /// Who wakes with a mask that has no bit in common does not wake this thread.
    pub(crate) mask: u32,
    /// What the report names; `None` for a futex.
    pub(crate) call: Option<(SystemCall, FileKind)>,
    /// When the wait times out, in virtual time since the start of the execution.
    pub(crate) deadline: Option<Duration>,
    /// Whether it may end although nobody has woken the thread.
    pub(crate) may_be_spurious: bool,
    /// Where std has called, if it has: a thread can unwind from there, by leaving the frames of std
    /// that cannot.
    pub(crate) hook: Option<Hook>,
}

/// The function that std has called: the address of a local variable of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hook(*const ());

impl Hook {
    /// # Safety
    ///
    /// `local` is a variable of the function that std has called, and of no function that that has
    /// called. It is used only until that function returns.
    pub(crate) unsafe fn at(local: &u8) -> Self {
        Hook(std::ptr::from_ref(local).cast())
    }

    /// Whether an address is in the frame of a function further up.
    pub(crate) fn is_in_frame_above(self, address: usize) -> bool {
        current::is_in_frame_above(self.0.addr(), address)
    }

    /// Unwinds the calling thread. Returns if it cannot.
    fn unwind(self, word: usize) {
        let word = std::ptr::with_exposed_provenance_mut::<u32>(word);
        // SAFETY: a futex is four aligned bytes, and the thread waits at it.
        let word = (!word.is_null()).then(|| unsafe { AtomicU32::from_ptr(word) });
        memory::come_back();
        #[cfg(panic = "unwind")]
        // SAFETY: as whoever made this promised.
        unsafe {
            super::unwind_past::unwind_past(self.0, word);
        }
    }
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
        None => {
            if current::with_core(|core, _| core.goes_on_for_ever()) == Some(true) {
                leave(wait.hook, wait.queue);
            }
            WaitEnd::TimedOut
        }
        // A thread that no run controls may have changed it before it could see this one wait.
        Some(_) if wait.expected.is_some_and(|it| load(wait.queue) != it) => end_wait(),
        Some(blocked) => {
            let grant = current::yield_turn(YieldReason::Block(blocked));
            if grant == Grant::Unwind && wait.deadline.is_none() {
                let word = if wait.call.is_none() { wait.queue } else { 0 };
                leave(wait.hook, word);
            }
            let end = end_wait();
            if end == WaitEnd::TimedOut {
                wait_in_earnest(wait.deadline, || false);
            }
            end
        }
    }
}

/// What a futex holds.
fn load(word: usize) -> u32 {
    let word = std::ptr::with_exposed_provenance_mut(word);
    // SAFETY: a futex is four aligned bytes, and the thread is about to wait at it.
    unsafe { AtomicU32::from_ptr(word) }.load(Ordering::SeqCst)
}

/// Waits until all is done that threads which no run controls are about to do about what the calling
/// thread is going to wait for.
pub(crate) fn settle() {
    current::settle();
}

/// From here on to the end of the execution, no other one runs that calls the system. To be called
/// before a thread does what others could notice.
pub(crate) fn take_process_lock() {
    current::take_process_lock();
}

fn end_wait() -> WaitEnd {
    let end = current::with_core(ExecutionCore::end_wait);
    end.unwrap_or(WaitEnd::Spurious)
}

/// Where the program sees the real clock, the calling thread waits in earnest, since its wait has
/// timed out in the model: until `deadline`, or until `is_ready`.
fn wait_in_earnest(deadline: Option<Duration>, is_ready: impl FnMut() -> bool) {
    let times = current::with_core(|core, _| core.calls.real_time);
    if let (Some(real_time), Some(deadline)) = (times, deadline) {
        current::uncontrolled(|| real_time.wait_until(deadline, is_ready));
    }
}

/// Ends the calling thread, whose execution is over and which waits for ever: by unwinding if it
/// can, at `word` if that is a futex.
fn leave(hook: Option<Hook>, word: usize) -> ! {
    hook.inspect(|hook| hook.unwind(word));
    current::leave()
}

/// Wakes at most `count` of those that wait in `queue`, the first come first. Returns how many.
pub(crate) fn wake(queue: usize, count: usize, mask: u32) -> usize {
    let woken = current::with_core(|core, _| core.wake_in_call(queue, count, mask));
    let (woken, outside) = woken.unwrap_or_default();
    if outside > 0 {
        current::settle();
    }
    woken + outside
}

/// Wakes the first `wake` of those that wait in `from`, and moves the next `moved` to `to`. Returns
/// how many were woken, and how many moved.
pub(crate) fn requeue(from: usize, to: usize, wake: usize, moved: usize) -> (usize, usize) {
    let requeued = current::with_core(|core, _| core.requeue_in_call(from, to, wake, moved));
    requeued.unwrap_or_default()
}

/// Waits, with the turn, until other threads have done something that takes them a moment.
pub(crate) fn await_other_threads(is_done: impl Fn() -> bool) {
    while !is_done() {
        settle();
        current::aside(thread::yield_now);
    }
}

/// Lets others go first.
pub(crate) fn yield_now() {
    take_process_lock();
    let yields = current::with_core(ExecutionCore::yields);
    if yields == Some(true) {
        // If the execution is over, it runs on to the next marker.
        current::yield_turn(YieldReason::Yield);
    } else {
        // A lock does so a few times before it waits, and it may not have to wait any more then.
        settle();
    }
}

/// The time since the start of the execution. If it is virtual, each look moves it by a tick.
pub(crate) fn now() -> Duration {
    let now = current::with_core(|core, _| match core.calls.real_time.now() {
        Some(now) => now,
        None => core.look_at_clock(),
    });
    now.unwrap_or_default()
}

/// The time since the start of the execution. Nothing if it is not virtual.
pub(crate) fn virtual_now() -> Option<Duration> {
    let now = current::with_core(|core, _| {
        let is_real = core.calls.real_time.is_real();
        (!is_real).then(|| core.look_at_clock())
    });
    now.flatten()
}

/// Whether the program sees the real clock.
pub(crate) fn is_real_time() -> bool {
    current::with_core(|core, _| core.calls.real_time.is_real()) == Some(true)
}

/// Fills `bytes` by chance: the same in every execution, whatever other threads draw.
pub(crate) fn random(bytes: &mut [u8]) {
    current::with_core(|core, thread| {
        core.state.leave_loops(thread);
        let stream = core.state.threads().identity(thread);
        core.kernel.randomise(stream, bytes);
    });
}

/// Waits until the virtual clock has reached `deadline`.
pub(crate) fn sleep(deadline: Duration) {
    wait(Wait {
        queue: SLEEP,
        expected: None,
        mask: u32::MAX,
        call: Some((SystemCall::Sleep, FileKind::Clock)),
        deadline: Some(deadline),
        may_be_spurious: false,
        hook: None,
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
    if is_answered_in_time(is_ready) {
        return WaitEnd::Woken;
    }
    // SAFETY: `end_wait` drops the check before this returns. If the thread is left, it never does,
    // and its stack is kept.
    let check = unsafe { ReadyCheck::leak(is_ready) };
    let blocked = current::with_core(|core, thread| {
        core.begin_to_await(thread, object, call, deadline, check)
    });
    match blocked.flatten() {
        None => WaitEnd::TimedOut,
        Some(blocked) => {
            let grant = current::yield_turn(YieldReason::Block(blocked));
            if grant == Grant::Unwind && deadline.is_none() {
                leave(None, 0);
            }
            let end = end_wait();
            if end == WaitEnd::TimedOut {
                let mut has_come = false;
                wait_in_earnest(deadline, || {
                    has_come = is_ready();
                    has_come
                });
                return if has_come { WaitEnd::Woken } else { end };
            }
            end
        }
    }
}

/// Waits in earnest for as long as the world outside is promised to take for an answer. If it comes, the
/// call was no wait for another thread, and its end is no step.
fn is_answered_in_time(is_ready: &mut dyn FnMut() -> bool) -> bool {
    let grace = current::with_core(|core, _| core.options.grace.filter(|_| !core.is_over()));
    grace
        .flatten()
        .is_some_and(|grace| current::uncontrolled(|| ask_for(grace, is_ready)))
}

/// Starts a thread of the program. `None` if the execution is over, or the system gives no thread.
pub(crate) fn spawn(new: NewThread<'_>) -> Option<Started> {
    let is_over = current::with_core(|core, _| core.is_over())?;
    if is_over { None } else { current::spawn(new) }
}

/// libc is about to ask which thread calls it, as a lock does that knows its owner.
pub(crate) fn identify() {
    current::identify();
}

/// Waits for the end of a thread that was started in this execution.
pub(crate) fn join(thread: ThreadId, hook: Option<Hook>) {
    if current::yield_turn(YieldReason::Join(thread)) == Grant::Unwind {
        leave(hook, 0);
    }
}

/// Whether a thread that is about to begin with the function `start` [has a prelude](begin_prelude).
pub(crate) fn has_prelude(start: usize) -> bool {
    prelude::is_of_std(start)
}

/// A thread that no run controls starts another, by the function `start`.
pub(crate) fn learn_start(start: usize) {
    prelude::learn_start(start);
}

/// The calling thread, which was just started, goes on ahead of its first step until it has a name.
/// `here` is the address of a variable of the function that is about to call std's start of a thread.
pub(crate) fn begin_prelude(here: *const u8) {
    prelude::begin(here);
}

/// Whether std does something of its own on the calling thread, before or behind the program's code.
pub(crate) fn is_aside() -> bool {
    prelude::is_aside()
}

/// The calling thread asks for the stack of its handler of signals: if it is in its prelude, that ends
/// here, and its first step begins.
pub(crate) fn ask_for_stack() {
    if is_aside() {
        end_prelude();
    } else if !is_controlled() {
        prelude::note_question();
    }
}

/// The calling thread gives up the stack of its handler of signals. If it is std that does so, no run
/// controls the thread until [the function that has called std](begin_prelude) goes on.
pub(crate) fn give_up_stack() {
    prelude::end_program();
}

/// Ends what std does of its own on the calling thread. If that was its prelude, the thread tells its
/// name, and waits for its first step. If it is to unwind instead, it does where that drops what it
/// was to run.
pub(crate) fn end_prelude() {
    let introduce = |thread: Thread| current::introduce(thread.name());
    if prelude::end() && introduce(thread::current()) == Grant::Unwind {
        // That of std for what is to run on threads that this one starts, just before the program's
        // code, in the scope in which std catches panics.
        at_next_local(|here| {
            // SAFETY: it is a variable of what std has called, and owns nothing at that call.
            leave(Some(unsafe { Hook::at(here) }), 0)
        });
    }
}

/// The lowest and the highest address of the stack of the calling thread, and what the system calls it, if
/// it runs on a fiber with thread-locals of its own.
pub(crate) fn own_stack_and_id() -> Option<((usize, usize), i32)> {
    Some((own_stack::ends()?, lender_id()?))
}

/// Whether the calling thread is one of the program's and runs on a fiber, whose OS thread is not its
/// own.
pub(crate) fn is_on_fiber() -> bool {
    prelude::control().is_of_fiber()
}
