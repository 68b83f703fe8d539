//! A bounded queue that holds more than it may, found with inputs and interleaving drawn together.
//!
//! A push looks whether there is room, and then pushes: two that look at once both push. Which
//! operations and which interleaving that takes is for proptest to find, and to shrink.
//!
//! Prints the smallest inputs and the schedule, then how the fixed twin does.

use std::collections::VecDeque;
use std::sync::Mutex;

use interlace::Explorer;
use interlace::strategies::interleavings;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

/// How many a queue may hold.
pub(crate) const CAPACITY: usize = 2;

/// What a thread does with the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Pushes, if there is room.
    Push(u8),
    /// Pops, if there is anything.
    Pop,
}

/// A queue of at most [`CAPACITY`].
pub(crate) trait Queue: Default + Send + Sync + 'static {
    /// Pushes a value, if there is room.
    fn push(&self, value: u8);

    /// Removes the first value, if there is one.
    fn pop(&self);

    /// How many values there are.
    fn len(&self) -> usize;
}

/// Looks and pushes in two steps.
#[derive(Debug, Default)]
pub(crate) struct Hasty(Mutex<VecDeque<u8>>);

#[interlace::trace]
impl Queue for Hasty {
    fn push(&self, value: u8) {
        // interlace: look
        if self.len() < CAPACITY {
            self.0.lock().unwrap().push_back(value); // interlace: push
        }
    }

    fn pop(&self) {
        self.0.lock().unwrap().pop_front(); // interlace: pop
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// The fixed twin: looks and pushes under one lock.
#[derive(Debug, Default)]
pub(crate) struct Careful(Mutex<VecDeque<u8>>);

#[interlace::trace]
impl Queue for Careful {
    fn push(&self, value: u8) {
        let mut values = self.0.lock().unwrap(); // interlace: push
        if values.len() < CAPACITY {
            values.push_back(value);
        }
    }

    fn pop(&self) {
        self.0.lock().unwrap().pop_front(); // interlace: pop
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// Two threads that do these operations on one queue, which must never hold too many.
pub(crate) fn program<Q: Queue>(operations: [Vec<Op>; 2]) -> Explorer<Q> {
    let [first, second] = operations.map(|operations| {
        move |queue: &Q| {
            for operation in &operations {
                match *operation {
                    Op::Push(value) => queue.push(value),
                    Op::Pop => queue.pop(),
                }
            }
        }
    });
    Explorer::new(Q::default)
        .thread("first", first)
        .thread("second", second)
        .invariant("holds at most two", |queue| queue.len() <= CAPACITY)
}

/// Any operations of one thread.
pub(crate) fn operations() -> impl Strategy<Value = Vec<Op>> {
    let operation = prop_oneof![any::<u8>().prop_map(Op::Push), Just(Op::Pop)];
    vec(operation, 0..6)
}

fn main() {
    let config = ProptestConfig {
        failure_persistence: None, // this one is meant to fail
        ..ProptestConfig::with_cases(500)
    };
    let strategy = (operations(), operations(), interleavings());

    let hasty = TestRunner::new(config.clone()).run(&strategy, |(first, second, interleaving)| {
        let execution = program::<Hasty>([first, second]).run_under(&interleaving);
        Ok(execution.result()?)
    });
    let Err(TestError::Fail(why, (first, second, interleaving))) = hasty else {
        panic!("the queue held too many in no execution: {hasty:?}");
    };
    println!("first: {first:?}, second: {second:?}, {interleaving:?}\n\n{why}\n");
    // One push before, and one of each thread that meet; and that is all.
    assert_eq!(first.len() + second.len(), 3);

    let careful = TestRunner::new(config).run(&strategy, |(first, second, interleaving)| {
        let execution = program::<Careful>([first, second]).run_under(&interleaving);
        Ok(execution.result()?)
    });
    assert!(careful.is_ok(), "{careful:?}");
    println!("the fixed twin: 500 cases held");

    // The smallest program, exhaustively: look push look push beside LOOK PUSH. It fails if LOOK
    // comes before the last push, and the last look before PUSH: four places for LOOK, two for PUSH.
    // It holds if PUSH comes before the last look, which then sees a full queue, and so pushes no
    // more (6 ways to place the two among three), or if LOOK comes last and sees a full queue (1).
    let [two, one] = [vec![Op::Push(0); 2], vec![Op::Push(0)]];
    let report = program::<Hasty>([two.clone(), one.clone()])
        .keep_going()
        .explore();
    assert_eq!((report.failing(), report.schedules()), (8, 15));
    let report = program::<Careful>([two, one]).explore();
    report.assert_ok();
    assert_eq!(report.schedules(), 3); // C(3, 1)
    println!("exhaustively: 8 of 15 schedules fail, and of the fixed twin 0 of 3");
}
