//! Threads that wait inside of calls to the system: how they begin to, when they can go on, and how
//! they end when the execution is over.

use std::time::Duration;

use super::baton::Grant;
use super::call::Wait;
use super::core::{Condition, Kernel, WaitEnd};
use super::execution_core::ExecutionCore;
use super::ready_check::ReadyCheck;
use super::real_time::RealTime;
use super::yield_reason::Blocked;
use crate::operation::{FileKind, SystemCall, ThreadId, ThreadState, WaitSite};

/// What is known of the threads that are inside of calls.
#[derive(Debug, Default)]
pub(super) struct CallWaits {
    /// What those wait for that wait for the world outside.
    checks: Vec<(ThreadId, ReadyCheck)>,
    /// The threads that can unwind from where they wait, by id.
    can_unwind: Vec<ThreadId>,
    /// The threads that were told to unwind, and those that can neither go on nor unwind.
    unwinding: Vec<ThreadId>,
    left: Vec<ThreadId>,
    /// How often each thread has yielded since it last waited, by id.
    yields: Vec<u8>,
    pub(super) real_time: RealTime,
}

impl CallWaits {
    /// Of an execution that begins now.
    pub(super) fn new(is_time_real: bool) -> Self {
        CallWaits {
            real_time: RealTime::begin(is_time_real),
            ..CallWaits::default()
        }
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.checks.clear();
        self.can_unwind.clear();
        self.unwinding.clear();
        self.left.clear();
        self.yields.clear();
        self.real_time = RealTime::begin(self.real_time.is_real());
    }
}

/// How often a thread may yield before it lets others go first. Locks yield a few times before they
/// wait, as those of `parking_lot` do: that is no choice of theirs. Whoever yields for longer waits for
/// others.
const FREE_YIELDS: u8 = 16;

/// Where a thread is that lets others go first.
pub(super) const YIELD: WaitSite = WaitSite {
    number: 0,
    call: Some((SystemCall::Yield, FileKind::Processor)),
};

impl ExecutionCore {
    /// `thread`, which is running, is about to wait. Nothing if it need not, as when the execution is
    /// over and the wait has a time-out.
    pub(super) fn begin_wait(&mut self, thread: ThreadId, wait: &Wait) -> Option<Blocked> {
        if self.is_over() && wait.deadline.is_some() {
            return None;
        }
        if let Some(yields) = self.calls.yields.get_mut(thread.index()) {
            *yields = 0;
        }
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
        let wait_there = |kernel: &mut Kernel| kernel.wait(thread, queue, mask, call, deadline);
        Some(Blocked {
            site: self.surroundings.update(&mut self.kernel, wait_there),
            deadline,
            may_be_spurious: wait.may_be_spurious,
        })
    }

    /// As [`begin_wait`](Self::begin_wait), for something in the world outside.
    pub(super) fn begin_to_await(
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
        Some(Blocked {
            site: self
                .kernel
                .wait(thread, object, u32::MAX, Some(call), deadline),
            deadline,
            may_be_spurious: false,
        })
    }

    /// `thread` has the turn again, and goes on from its wait.
    pub(super) fn end_wait(&mut self, thread: ThreadId) -> WaitEnd {
        self.state.forget_condition(thread);
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
    pub(super) fn wake_in_call(&mut self, queue: usize, count: usize, mask: u32) -> (usize, usize) {
        let mut woken = 0;
        if !self.kernel.queues.is_empty() {
            let wake = |kernel: &mut Kernel| kernel.wake(queue, count, mask);
            woken = self.surroundings.update(&mut self.kernel, wake);
        }
        let outside = self
            .surroundings
            .wake_sleepers_at(queue, count - woken, mask);
        (woken, outside)
    }

    /// As [`wake_in_call`](Self::wake_in_call), and moves the next `moved` to another queue.
    pub(super) fn requeue_in_call(
        &mut self,
        from: usize,
        to: usize,
        wake: usize,
        moved: usize,
    ) -> (usize, usize) {
        let requeue = |kernel: &mut Kernel| kernel.requeue(from, to, wake, moved);
        self.surroundings.update(&mut self.kernel, requeue)
    }

    /// Whether `thread`, which yields, lets others go first.
    pub(super) fn yields(&mut self, thread: ThreadId) -> bool {
        let yields = &mut self.calls.yields;
        if yields.len() <= thread.index() {
            yields.resize(thread.index() + 1, 0);
        }
        let own = &mut yields[thread.index()];
        *own = (*own + 1) % FREE_YIELDS;
        *own == 0
    }

    /// The running thread waits as `blocked` says.
    pub(super) fn block(&mut self, thread: ThreadId, blocked: Blocked) {
        let spurious = blocked.may_be_spurious.then_some(Condition::Spurious);
        let condition = blocked.deadline.map(Condition::TimeOut).or(spurious);
        self.state.block(thread, blocked.site, condition);
    }

    pub(super) fn let_others_go_first(&mut self, thread: ThreadId) {
        self.state
            .block(thread, YIELD, Some(Condition::OthersFirst));
    }

    /// Whether a thread that waits inside of a call may have become able to go on.
    #[inline]
    pub(super) fn has_calls(&self) -> bool {
        self.kernel.has_woken() || self.awaits_world() || self.surroundings.has_news()
    }

    /// Whether a thread waits for the world outside.
    #[inline]
    pub(super) fn awaits_world(&self) -> bool {
        !self.calls.checks.is_empty()
    }

    /// Whether a thread waits for the world outside, and could not go on now.
    #[cold]
    pub(super) fn awaits_answer(&mut self) -> bool {
        let mut checks = self.calls.checks.iter_mut();
        checks.any(|(_, check)| !check.is_ready())
    }

    /// Finds out which threads that wait inside of calls can go on.
    #[cold]
    pub(super) fn hear_calls(&mut self) {
        if self.surroundings.has_news() {
            self.surroundings.update(&mut self.kernel, |_| ());
        }
        for thread in self.kernel.take_woken() {
            self.state.unblock(thread);
        }
        for (thread, check) in &mut self.calls.checks {
            if check.is_ready() {
                self.state.unblock(*thread);
            } else {
                self.state.block_again(*thread);
            }
        }
    }

    /// When the execution is over: which thread goes on next, and what it is told. Nothing if all
    /// have ended, or none of the others can go on.
    ///
    /// Those that are paused unwind first. That frees what they hold; so a destructor, or a thread
    /// that cannot unwind from where it waits, goes on when it is woken. Then come those that unwind
    /// from where they wait, those whose wait ends by itself, and at last those that are to be left.
    ///
    /// `first` comes first, unless it is to be left.
    pub(super) fn next_to_unwind(&mut self, first: Option<ThreadId>) -> Option<(ThreadId, Grant)> {
        self.hear_calls();
        let all = (0..self.state.threads().len()).map(ThreadId::new);
        let next = all.filter_map(|thread| {
            let (order, grant) = self.unwinds(thread)?;
            Some((order, thread, grant))
        });
        let (_, thread, grant) = next.min_by_key(|(order, thread, _)| {
            let is_last = *order == 4;
            (is_last, Some(*thread) != first, *order, thread.index())
        })?;
        if grant == Grant::Unwind {
            self.calls.unwinding.push(thread);
        }
        self.state.let_go(thread);
        Some((thread, grant))
    }

    /// Whether `thread` can go on when the execution is over: in which order, and what it is told.
    fn unwinds(&self, thread: ThreadId) -> Option<(u8, Grant)> {
        let calls = &self.calls;
        let is_unwinding = calls.unwinding.contains(&thread);
        let can_unwind = !is_unwinding && calls.can_unwind.contains(&thread);
        match self.state.state(thread) {
            ThreadState::NotStarted | ThreadState::Running => None,
            state if state.has_ended() || calls.left.contains(&thread) => None,
            ThreadState::Unblocked(_) | ThreadState::Joined(_) if is_unwinding => {
                Some((1, Grant::Resume))
            }
            ThreadState::Blocked(_) | ThreadState::MayGoOn(_) | ThreadState::Joining(_)
                if can_unwind =>
            {
                Some((2, Grant::Unwind))
            }
            ThreadState::Unblocked(_) => Some((1, Grant::Resume)),
            ThreadState::Blocked(site) | ThreadState::MayGoOn(site) => {
                let yields = site == YIELD;
                let has_time = matches!(self.state.state(thread), ThreadState::MayGoOn(_));
                Some(if yields || has_time {
                    (3, Grant::Resume)
                } else {
                    (4, Grant::Unwind)
                })
            }
            ThreadState::Joining(_) if is_unwinding => Some((4, Grant::Unwind)),
            _ => Some((0, Grant::Unwind)),
        }
    }

    /// Whether a thread waits that cannot unwind from there, and goes on only if it is woken.
    #[cold]
    pub(super) fn may_wait_for_ever(&self) -> bool {
        let mut all = (0..self.state.threads().len()).map(ThreadId::new);
        !self.calls.left.is_empty()
            || all.any(|thread| {
                let waits = match self.state.state(thread) {
                    ThreadState::Blocked(site)
                    | ThreadState::MayGoOn(site)
                    | ThreadState::Unblocked(site) => site != YIELD,
                    _ => false,
                };
                waits && !self.calls.can_unwind.contains(&thread)
            })
    }

    /// `thread` can neither go on nor unwind.
    pub(super) fn leave(&mut self, thread: ThreadId) {
        self.state.leave(thread, ThreadState::Unwound);
        self.calls.left.push(thread);
    }

    /// How many threads are left that can neither go on nor unwind.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.calls.left.len()
    }
}
