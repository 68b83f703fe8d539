//! `SegQueue::len` of crossbeam-queue 0.2.1 subtracts with overflow.
//!
//! The queue is a list of blocks. Whoever pushes the last element that fits into one moves the tail behind it, and
//! then to the next block; whoever pops that element does the same with the head. While both are behind the end, `len`
//! moves the head alone, and subtracts it from the tail. A user saw the panic every time with a pool of wakers
//! (<https://github.com/crossbeam-rs/crossbeam/issues/523>). Without checks of overflow, the length is a number near
//! 2^64. 0.2.3, the last one before 0.3, has the bug as well.

use std::sync::Arc;
use std::thread;

use interlace::Explorer;
use interlace::saved::Nowhere;

/// What the queues of both versions have in common.
trait Queue: Send + Sync + 'static {
    fn new() -> Self;
    fn push(&self);
    fn pop(&self);
    fn len(&self) -> usize;
}

/// For the version that is the package called so here.
macro_rules! version {
    ($package:ident) => {
        impl Queue for $package::SegQueue<()> {
            fn new() -> Self {
                Self::new()
            }

            fn push(&self) {
                self.push(());
            }

            fn pop(&self) {
                let _ = self.pop();
            }

            fn len(&self) -> usize {
                self.len()
            }
        }
    };
}

version!(crossbeam_queue_0_2);
version!(crossbeam_queue_0_3);

/// How many elements a block has room for.
const BLOCK: usize = 31;

/// A push, a pop, and somebody who asks for the length, at the end of a block.
fn length_at_the_end_of_a_block<Q: Queue>() -> Explorer<()> {
    Explorer::model(|| {
        let queue = Arc::new(Q::new());
        for _ in 1..BLOCK {
            queue.push();
            queue.pop();
        }
        let [its, others] = [Arc::clone(&queue), Arc::clone(&queue)];
        let pushes = thread::spawn(move || its.push());
        let pops = thread::spawn(move || others.pop());
        assert!(queue.len() <= 1);
        pushes.join().unwrap();
        pops.join().unwrap();
    })
}

pub(crate) fn wrong() -> Explorer<()> {
    length_at_the_end_of_a_block::<crossbeam_queue_0_2::SegQueue<()>>().saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    length_at_the_end_of_a_block::<crossbeam_queue_0_3::SegQueue<()>>()
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_length_is_subtracted_with_overflow() {
        verdict::fails(wrong(), "panic: attempt to subtract with overflow", 2, 500);
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn the_version_without_the_bug_holds() {
        verdict::holds_in_every_class(right());
    }
}
