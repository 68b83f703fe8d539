//! Threads that wait inside of calls to the system: how they begin to, and when they can go on.

use std::time::Duration;

use super::ExecutionCore;
use crate::engine::call::Wait;
use crate::engine::core::{Condition, Kernel, WaitEnd};
use crate::engine::ready_check::ReadyCheck;
use crate::engine::yield_reason::Blocked;
use crate::memory;
use crate::operation::{Access, FileKind, Object, SystemCall, ThreadId, WaitSite};

/// How often a thread may yield before it lets others go first. Locks yield a few times before they
/// wait, as those of `parking_lot` do: that is no choice of theirs. Whoever yields for longer waits for
/// others.
const FREE_YIELDS: u8 = 16;

/// Where a thread is that lets others go first.
pub(super) const YIELD: WaitSite = WaitSite {
    number: 0,
    call: Some((SystemCall::Yield, FileKind::Processor)),
};

/// A call waits or wakes at this address, or changes what is there.
fn word(address: usize) -> Access {
    Access::write(Object::Memory(address..address.saturating_add(4)))
}

impl ExecutionCore {
    /// Whether a thread goes on from one wait with a time-out to the next, though the execution is over:
    /// it may never come to a marker.
    pub(in crate::engine) fn goes_on_for_ever(&mut self) -> bool {
        /// More than a program does on its way to an end.
        const MANY: usize = 1000;
        self.calls.hurried += 1;
        self.calls.hurried > MANY
    }

    /// `thread`, which is running, is about to wait. Nothing if it need not, as when the execution is
    /// over and the wait has a time-out.
    pub(in crate::engine) fn begin_wait(
        &mut self,
        thread: ThreadId,
        wait: &Wait,
    ) -> Option<Blocked> {
        if self.is_over() && wait.deadline.is_some() {
            return None;
        }
        self.reset_yields(thread);
        if wait.hook.is_some() {
            self.calls.can_unwind.push(thread);
        }
        let Wait {
            queue,
            mask,
            call,
            deadline,
            ..
        } = *wait;
        if wait.expected.is_some() {
            self.surroundings.wait_at(queue);
        }
        // Nobody wakes those that sleep.
        let is_sleep = matches!(call, Some((SystemCall::Sleep, _)));
        let queue_word = (!is_sleep).then(|| word(queue));
        if let Some(word) = &queue_word {
            self.state.touch(word.clone());
        }
        if deadline.is_some() {
            self.state.begin_timed_wait(thread, queue_word);
        }
        let wait_there = |kernel: &mut Kernel| kernel.wait(thread, queue, mask, call, deadline);
        Some(Blocked {
            site: self.surroundings.update(&mut self.kernel, wait_there),
            deadline,
            may_be_spurious: wait.may_be_spurious,
        })
    }

    /// As [`begin_wait`](Self::begin_wait), for something in the world outside.
    pub(in crate::engine) fn begin_to_await(
        &mut self,
        thread: ThreadId,
        object: usize,
        call: (SystemCall, FileKind),
        deadline: Option<Duration>,
        check: ReadyCheck,
    ) -> Option<Blocked> {
        if self.is_over() && deadline.is_some() {
            return None;
        }
        self.calls.checks.push((thread, check));
        self.state.note_conditional();
        Some(Blocked {
            site: self
                .kernel
                .wait(thread, object, u32::MAX, Some(call), deadline),
            deadline,
            may_be_spurious: false,
        })
    }

    /// `thread` has the turn again, and goes on from its wait.
    pub(in crate::engine) fn end_wait(&mut self, thread: ThreadId) -> WaitEnd {
        self.state.go_on_from_wait(thread);
        self.calls.can_unwind.retain(|other| *other != thread);
        let waits_for_world = |(other, _): &(ThreadId, ReadyCheck)| *other == thread;
        let check = self.calls.checks.iter().position(waits_for_world);
        let check = check.map(|at| self.calls.checks.swap_remove(at).1);
        let is_ready = check.is_some_and(|mut check| check.is_ready());
        let end = |kernel: &mut Kernel| kernel.end_wait(thread, is_ready);
        self.surroundings.update(&mut self.kernel, end)
    }

    /// A thread wakes at most `count` of those that wait in `queue`. Returns how many were, of the
    /// program and of those outside.
    pub(in crate::engine) fn wake_in_call(
        &mut self,
        queue: usize,
        count: usize,
        mask: u32,
    ) -> (usize, usize) {
        self.state.touch(word(queue));
        let mut woken = 0;
        if !self.kernel.queues.is_empty() {
            let wake = |kernel: &mut Kernel| kernel.wake(queue, count, mask);
            woken = self.surroundings.update(&mut self.kernel, wake);
            self.tell_of_wakes(woken);
        }
        let outside = self
            .surroundings
            .wake_sleepers_at(queue, count - woken, mask);
        (woken, outside)
    }

    /// What the calling thread did before happens before what the last `count` do that were woken.
    fn tell_of_wakes(&self, count: usize) {
        for woken in self.kernel.last_woken(count) {
            memory::wakes(woken.index());
        }
    }

    /// The virtual time, which moves by a tick.
    pub(in crate::engine) fn look_at_clock(&mut self) -> Duration {
        self.state.touch(Access::write(Object::Clock));
        self.kernel.clock.now()
    }

    /// As [`wake_in_call`](Self::wake_in_call), and moves the next `moved` to another queue.
    pub(in crate::engine) fn requeue_in_call(
        &mut self,
        from: usize,
        to: usize,
        wake: usize,
        moved: usize,
    ) -> (usize, usize) {
        self.state.touch(word(from));
        self.state.touch(word(to));
        let requeue = |kernel: &mut Kernel| kernel.requeue(from, to, wake, moved);
        let (woken, moved) = self.surroundings.update(&mut self.kernel, requeue);
        self.tell_of_wakes(woken);
        if moved > 0 && self.state.has_conditional() {
            // One that may time out touches another queue then than when its wait began.
            self.state.note_conditional();
        }
        (woken, moved)
    }

    /// Whether `thread`, which yields, lets others go first.
    pub(in crate::engine) fn yields(&mut self, thread: ThreadId) -> bool {
        let yields = &mut self.calls.yields;
        if yields.len() <= thread.index() {
            yields.resize(thread.index() + 1, 0);
        }
        let own = &mut yields[thread.index()];
        *own = (*own + 1) % FREE_YIELDS;
        *own == 0
    }

    /// `thread` does what shows whether it waits for others, as a lock does between its yields: these are no
    /// waits of their own.
    pub(in crate::engine) fn reset_yields(&mut self, thread: ThreadId) {
        if let Some(yields) = self.calls.yields.get_mut(thread.index()) {
            *yields = 0;
        }
    }

    /// The running thread waits as `blocked` says.
    pub(in crate::engine) fn block(&mut self, thread: ThreadId, blocked: Blocked) {
        let may_be_spurious = blocked.may_be_spurious && self.options.waits.spurious_wakeups > 0;
        let spurious = may_be_spurious.then_some(Condition::Spurious);
        if blocked.deadline.is_some() && self.options.waits.real_time {
            self.state.note_conditional();
        }
        let condition = blocked.deadline.map(Condition::TimeOut).or(spurious);
        self.state.block(thread, blocked.site, condition);
    }

    /// When the execution is over, nothing that the search may choose depends on it: a thread that spins then
    /// does not wait under a condition.
    pub(in crate::engine) fn let_others_go_first(&mut self, thread: ThreadId) {
        let condition = (!self.is_over()).then_some(Condition::OthersFirst);
        self.state.block(thread, YIELD, condition);
    }

    /// Whether a thread that waits inside of a call may have become able to go on.
    #[inline]
    pub(in crate::engine) fn has_calls(&self) -> bool {
        self.kernel.has_woken()
            || self.awaits_world()
            || self.surroundings.has_news()
            || self.state.has_woken_in_loops()
    }

    /// Whether a thread waits for the world outside.
    #[inline]
    pub(in crate::engine) fn awaits_world(&self) -> bool {
        !self.calls.checks.is_empty()
    }

    /// Whether a thread waits for the world outside, and could not go on now.
    #[cold]
    pub(in crate::engine) fn awaits_answer(&mut self) -> bool {
        let mut checks = self.calls.checks.iter_mut();
        checks.any(|(_, check)| !check.is_ready())
    }

    /// Finds out which threads that wait inside of calls can go on.
    #[cold]
    pub(in crate::engine) fn hear_calls(&mut self) {
        if self.surroundings.has_news() {
            // What threads do that are unwound has no part in what comes next.
            if !self.is_over() {
                self.state.note_conditional();
            }
            self.surroundings.update(&mut self.kernel, |_| ());
        }
        for thread in self.kernel.take_woken() {
            self.state.unblock(thread);
        }
        self.state.wake_in_loops();
        for (thread, check) in &mut self.calls.checks {
            if check.is_ready() {
                self.state.unblock(*thread);
            } else {
                self.state.block_again(*thread);
            }
        }
    }
}
