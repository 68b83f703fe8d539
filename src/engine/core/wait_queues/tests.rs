use super::*;

mod interpreter;
mod programs;

const ALL: u32 = u32::MAX;

/// Two words of memory, known by their addresses.
const A: usize = 0x7f00;
const B: usize = 0x1000;

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

fn threads(indices: impl IntoIterator<Item = usize>) -> Vec<ThreadId> {
    indices.into_iter().map(thread).collect()
}

fn waiting(queues: &WaitQueues, queue: usize) -> Vec<ThreadId> {
    queues.waiting_at(queue).collect()
}

/// Wakes, and returns who was woken. That the count says the same is asserted here.
fn wake(queues: &mut WaitQueues, queue: usize, count: usize, mask: u32) -> Vec<ThreadId> {
    let mut woken = Vec::new();
    let number = queues.wake(queue, count, mask, |thread| woken.push(thread));
    assert_eq!(number, woken.len());
    woken
}

/// As [`wake`], with how many were moved.
fn requeue(
    queues: &mut WaitQueues,
    (from, to): (usize, usize),
    (wake, moved): (usize, usize),
) -> (Vec<ThreadId>, usize) {
    let mut woken = Vec::new();
    let (number, moved) = queues.requeue(from, to, wake, moved, |thread| woken.push(thread));
    assert_eq!(number, woken.len());
    (woken, moved)
}

/// Threads 0 to `count - 1` wait at `A`, in this order, for any wake-up.
fn crowd(count: usize) -> WaitQueues {
    let mut queues = WaitQueues::default();
    for index in 0..count {
        queues.wait(thread(index), A, ALL);
    }
    queues
}

/// A lost wake-up: it comes before the wait, finds nobody, and is not kept for later.
#[test]
fn a_wake_up_that_finds_nobody_is_lost() {
    let mut queues = WaitQueues::default();
    assert_eq!(wake(&mut queues, A, 1, ALL), []);
    queues.wait(thread(0), A, ALL);
    assert_eq!(queues.waits(thread(0)), Some(A));
    assert!(!queues.is_empty());
}

/// Threads come in the order 2, 0, 1 and go in that order, whatever their ids. Whoever waits again
/// does so at the end: 2, woken first, comes after 1.
#[test]
fn whoever_came_first_is_woken_first() {
    let mut queues = WaitQueues::default();
    for index in [2, 0, 1] {
        queues.wait(thread(index), A, ALL);
    }
    assert_eq!(wake(&mut queues, A, 1, ALL), threads([2]));
    queues.wait(thread(2), A, ALL);
    assert_eq!(wake(&mut queues, A, 2, ALL), threads([0, 1]));
    assert_eq!(waiting(&queues, A), threads([2]));
}

/// As with one condition variable for each of two conditions: who waits at the other one sleeps on.
#[test]
fn only_waiters_of_that_queue_are_woken() {
    let mut queues = crowd(2);
    queues.wait(thread(2), B, ALL);
    assert_eq!(wake(&mut queues, B, usize::MAX, ALL), threads([2]));
    assert_eq!(waiting(&queues, A), threads([0, 1]));
    assert_eq!(wake(&mut queues, A, 0, ALL), []);
    assert_eq!(wake(&mut queues, A, usize::MAX, ALL), threads([0, 1]));
    assert!(queues.is_empty());
}

/// A lock for readers and writers that has one futex: readers wait with bit 1, writers with bit 2. A
/// wake-up for one writer passes over the reader that came first. One for both takes them as they
/// come, and the count counts only those that it is for.
#[test]
fn a_wake_up_is_only_for_masks_that_share_a_bit() {
    let (reader, writer) = (1, 2);
    let mut queues = WaitQueues::default();
    for (index, mask) in [reader, writer, reader, writer].into_iter().enumerate() {
        queues.wait(thread(index), A, mask);
    }
    assert_eq!(wake(&mut queues, A, 1, writer), threads([1]));
    assert_eq!(wake(&mut queues, A, 2, reader | writer), threads([0, 2]));
    assert_eq!(wake(&mut queues, A, usize::MAX, reader), []);
    assert_eq!(waiting(&queues, A), threads([3]));
}

/// A condition variable that wakes all by moving them to its mutex: the first of five is woken, the
/// next three are moved behind thread 5, which waits for the mutex already; the last one stays.
#[test]
fn requeue_wakes_the_first_and_moves_the_next_to_the_end() {
    let mut queues = crowd(5);
    queues.wait(thread(5), B, ALL);
    assert_eq!(requeue(&mut queues, (A, B), (1, 3)), (threads([0]), 3));
    assert_eq!(waiting(&queues, A), threads([4]));
    assert_eq!(waiting(&queues, B), threads([5, 1, 2, 3]));
    assert_eq!(queues.waits(thread(3)), Some(B));
}

/// Masks do not matter to a requeue, and go along: thread 0 is still not for bit 2.
#[test]
fn a_moved_thread_keeps_its_mask() {
    let mut queues = WaitQueues::default();
    queues.wait(thread(0), A, 1);
    assert_eq!(requeue(&mut queues, (A, B), (0, usize::MAX)), (vec![], 1));
    assert_eq!(wake(&mut queues, B, 1, 2), []);
    assert_eq!(wake(&mut queues, B, 1, 1), threads([0]));
}

/// Seen on Linux 6.18: of four, one is woken and three count as moved; afterwards they are woken in
/// the order in which they came. The same if only two are moved: they do not go behind the third.
#[test]
fn a_requeue_to_the_same_queue_leaves_the_order() {
    for (asked, moved) in [(usize::MAX, 3), (2, 2), (0, 0)] {
        let mut queues = crowd(4);
        let answer = requeue(&mut queues, (A, A), (1, asked));
        assert_eq!(answer, (threads([0]), moved));
        assert_eq!(waiting(&queues, A), threads([1, 2, 3]));
    }
}

/// Of three, the second one's time is over. It takes no wake-up from those after it.
#[test]
fn a_thread_that_is_cancelled_is_not_woken() {
    let mut queues = crowd(3);
    assert!(queues.cancel(thread(1)));
    assert!(!queues.cancel(thread(1)));
    assert_eq!(queues.waits(thread(1)), None);
    assert_eq!(wake(&mut queues, A, 2, ALL), threads([0, 2]));
}

/// `A` lies behind `B` in memory, and is number 0 since it was waited at first. `B` gets its number
/// when a thread is moved there, or it would be 2. Whether anybody still waits does not matter.
#[test]
fn queues_are_numbered_in_the_order_in_which_they_are_named() {
    let (mut queues, asked) = (crowd(1), 0x3000);
    requeue(&mut queues, (A, B), (0, 1));
    assert_eq!(queues.number(asked), 2);
    queues.cancel(thread(0));
    assert_eq!([A, B, asked].map(|queue| queues.number(queue)), [0, 1, 2]);
    queues.clear();
    assert_eq!([B, A].map(|queue| queues.number(queue)), [0, 1]);
}

/// A barrier of 500 threads that moves all but the first to a mutex, which lets one go at a time.
#[test]
fn hundreds_of_threads_keep_their_order() {
    let mut queues = crowd(500);
    assert_eq!(requeue(&mut queues, (A, B), (1, 498)), (threads([0]), 498));
    for index in 1..499 {
        assert_eq!(wake(&mut queues, B, 1, ALL), threads([index]));
    }
    assert_eq!(wake(&mut queues, A, usize::MAX, ALL), threads([499]));
    assert!(queues.is_empty());
}

/// A search runs millions of executions: after the first one, nothing may be allocated any more.
#[test]
fn the_next_execution_needs_no_memory() {
    fn run(queues: &mut WaitQueues) -> [usize; 3] {
        for index in 0..20 {
            queues.wait(thread(index), A, ALL);
        }
        requeue(queues, (A, B), (5, 15));
        queues.clear();
        assert!(queues.is_empty());
        [
            queues.waiters.capacity(),
            queues.moving.capacity(),
            queues.numbered.capacity(),
        ]
    }
    let mut queues = WaitQueues::default();
    let after_one = run(&mut queues);
    assert_eq!(run(&mut queues), after_one);
}
