//! A futex interpreter as simple as can be, written from futex(2): one list of who waits, in no order,
//! each with the time at which it came; all of it is looked at for each single thread.

use crate::operation::ThreadId;

/// What a program does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// This thread waits at this queue with this mask, unless it waits already.
    Wait(ThreadId, usize, u32),
    /// At this queue, how many threads, and for this mask.
    Wake(usize, usize, u32),
    /// From a queue to another one, how many to wake and then how many to move.
    Requeue((usize, usize), (usize, usize)),
    Cancel(ThreadId),
    Clear,
}

/// Who waits, and which queues were named.
#[derive(Debug, Default)]
pub(super) struct Interpreter {
    waiting: Vec<Waiting>,
    named: Vec<usize>,
    /// How often a thread has come to a queue.
    arrivals: usize,
}

#[derive(Debug)]
struct Waiting {
    thread: ThreadId,
    queue: usize,
    mask: u32,
    arrival: usize,
}

impl Interpreter {
    /// Makes `call`. Returns who was woken, and how many were moved or cancelled.
    pub(super) fn make(&mut self, call: Call) -> (Vec<ThreadId>, usize) {
        match call {
            Call::Wait(waiter, queue, mask) => {
                if self.waits(waiter).is_none() {
                    self.arrive(waiter, queue, mask);
                }
                (vec![], 0)
            }
            Call::Wake(queue, count, mask) => (self.wake(queue, count, mask), 0),
            Call::Requeue((from, to), (wake, moved)) => {
                let woken = self.wake(from, wake, u32::MAX);
                let moving = self.waiting_at(from).into_iter().take(moved);
                let moved = moving.map(|thread| self.move_to(to, thread)).count();
                (woken, moved)
            }
            Call::Cancel(waiter) => {
                let before = self.waiting.len();
                self.waiting.retain(|it| it.thread != waiter);
                (vec![], before - self.waiting.len())
            }
            Call::Clear => {
                *self = Interpreter::default();
                (vec![], 0)
            }
        }
    }

    /// Wakes the thread that came first of those that are meant, again and again.
    fn wake(&mut self, queue: usize, count: usize, mask: u32) -> Vec<ThreadId> {
        let mut woken = Vec::new();
        while woken.len() < count {
            let meant = self.waiting.iter().enumerate();
            let meant = meant.filter(|(_, it)| it.queue == queue && it.mask & mask != 0);
            let Some((first, _)) = meant.min_by_key(|(_, it)| it.arrival) else {
                break;
            };
            woken.push(self.waiting.swap_remove(first).thread);
        }
        woken
    }

    fn move_to(&mut self, queue: usize, thread: ThreadId) {
        let place = self.waiting.iter().position(|it| it.thread == thread);
        let place = place.expect("it waits");
        if self.waiting[place].queue != queue {
            let mask = self.waiting.swap_remove(place).mask;
            self.arrive(thread, queue, mask);
        }
    }

    fn arrive(&mut self, thread: ThreadId, queue: usize, mask: u32) {
        if !self.named.contains(&queue) {
            self.named.push(queue);
        }
        self.arrivals += 1;
        self.waiting.push(Waiting {
            thread,
            queue,
            mask,
            arrival: self.arrivals,
        });
    }

    pub(super) fn waits(&self, thread: ThreadId) -> Option<usize> {
        let mut waiting = self.waiting.iter();
        waiting.find(|it| it.thread == thread).map(|it| it.queue)
    }

    /// The threads in `queue`, sorted by when they came.
    pub(super) fn waiting_at(&self, queue: usize) -> Vec<ThreadId> {
        let mut there: Vec<_> = self.waiting.iter().collect();
        there.retain(|it| it.queue == queue);
        there.sort_by_key(|it| it.arrival);
        there.into_iter().map(|it| it.thread).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn named(&self) -> &[usize] {
        &self.named
    }
}
