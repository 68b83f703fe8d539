//! Who waits where: the queues of futexes and of locks, each known by an address.
//!
//! Their rules are those of futex(2). Where that says nothing, Linux's own order counts.

use crate::operation::ThreadId;

/// The threads that wait in this execution, each in one queue. Their memory is kept from one
/// execution to the next.
#[derive(Debug, Default)]
pub(crate) struct WaitQueues {
    /// Those of all queues in one list, whoever came first in front: few threads wait at a time, so
    /// going through them costs less than to look up a list of each queue's own.
    waiters: Vec<Waiter>,
    /// Those on their way from one queue to another. Empty between two calls.
    moving: Vec<Waiter>,
    /// The queues in the order in which they were first named: a queue's number is its place.
    numbered: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Waiter {
    thread: ThreadId,
    queue: usize,
    mask: u32,
}

impl WaitQueues {
    /// Makes ready for the next execution: nobody waits, and no queue has a number.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.waiters.clear();
        self.numbered.clear();
    }

    /// Whether nobody waits in any queue.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// Puts `thread`, which waits nowhere yet, at the end of `queue`. Only a wake-up whose mask has a
    /// bit in common with `mask` is for it. The mask is not 0, which the kernel refuses as well.
    pub(crate) fn wait(&mut self, thread: ThreadId, queue: usize, mask: u32) {
        debug_assert_eq!(self.waits(thread), None, "{thread:?} waits already");
        debug_assert_ne!(mask, 0, "nothing could wake {thread:?}");
        self.number(queue);
        self.waiters.push(Waiter {
            thread,
            queue,
            mask,
        });
    }

    /// Wakes the first `count` threads in `queue` whose masks have a bit in common with `mask`, in
    /// the order in which they came. Returns how many they are.
    #[inline]
    pub(crate) fn wake(
        &mut self,
        queue: usize,
        count: usize,
        mask: u32,
        mut woken: impl FnMut(ThreadId),
    ) -> usize {
        // Most wake-ups find nobody at all.
        if self.waiters.is_empty() {
            return 0;
        }
        let is_meant = |waiter: &mut Waiter| waiter.queue == queue && waiter.mask & mask != 0;
        let leaving = self.waiters.extract_if(.., is_meant).take(count);
        leaving.inspect(|waiter| woken(waiter.thread)).count()
    }

    /// Wakes the first `wake` threads in `from`, whatever their masks, and puts the next `moved` at
    /// the end of `to`, with the masks that they have. Returns how many were woken, and how many
    /// were moved.
    ///
    /// From a queue to itself threads count as moved, and keep their places, as on Linux.
    pub(crate) fn requeue(
        &mut self,
        from: usize,
        to: usize,
        wake: usize,
        moved: usize,
        woken: impl FnMut(ThreadId),
    ) -> (usize, usize) {
        let woken = self.wake(from, wake, u32::MAX, woken);
        if from == to {
            return (woken, self.waiting_at(from).take(moved).count());
        }
        let leaving = self.waiters.extract_if(.., |waiter| waiter.queue == from);
        let moving = leaving.take(moved).map(|waiter| Waiter {
            queue: to,
            ..waiter
        });
        self.moving.extend(moving);
        let moved = self.moving.len();
        self.waiters.append(&mut self.moving);
        if moved > 0 {
            self.number(to);
        }
        (woken, moved)
    }

    /// Takes `thread` out of its queue, since its wait ends by itself. Returns whether it waited.
    pub(crate) fn cancel(&mut self, thread: ThreadId) -> bool {
        let place = self.waiters.iter().position(|it| it.thread == thread);
        place.map(|place| self.waiters.remove(place)).is_some()
    }

    /// The number of `queue` in this execution, to tell queues apart where an address would be
    /// different in every process. They are numbered from 0, in the order in which they were first
    /// named: by a thread that waits or is moved there, or by this question.
    pub(crate) fn number(&mut self, queue: usize) -> u32 {
        let known = self.numbered.iter().position(|other| *other == queue);
        let number = known.unwrap_or_else(|| {
            self.numbered.push(queue);
            self.numbered.len() - 1
        });
        u32::try_from(number).expect("fewer than 2^32 queues")
    }

    /// The queue in which `thread` waits.
    pub(crate) fn waits(&self, thread: ThreadId) -> Option<usize> {
        let waiter = self.waiters.iter().find(|it| it.thread == thread);
        waiter.map(|waiter| waiter.queue)
    }

    /// The queue and the mask of each thread that waits, whoever came first in front.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.waiters
            .iter()
            .map(|waiter| (waiter.queue, waiter.mask))
    }

    /// The threads in `queue`, whoever came first in front.
    pub(crate) fn waiting_at(&self, queue: usize) -> impl Iterator<Item = ThreadId> + '_ {
        let waiters = self.waiters.iter().filter(move |it| it.queue == queue);
        waiters.map(|waiter| waiter.thread)
    }
}

#[cfg(test)]
mod tests;
