//! A queue that says it is empty while it is not, found by asking whether any order of its operations explains
//! what they returned.
//!
//! Values are pushed onto one list and popped from another, each under a lock of its own. If the second list is
//! empty, a pop moves the values from the first: in the hasty queue nobody can see them on their way.
//!
//! Prints the operations that no order explains, and the schedule, then how the fixed twin does.

use std::collections::VecDeque;
use std::mem;
use std::sync::Mutex;

use interlace::linear::{History, Spec};
use interlace::{Explorer, Report};

/// What can be done with a queue.
#[derive(Debug, Clone, Copy)]
enum Op {
    Push(u32),
    Pop,
}

/// What a queue should do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Fifo(VecDeque<u32>);

impl Spec for Fifo {
    type Op = Op;
    type Ret = Option<u32>;

    fn apply(&mut self, op: &Op) -> Option<u32> {
        match op {
            Op::Push(value) => {
                self.0.push_back(*value);
                None
            }
            Op::Pop => self.0.pop_front(),
        }
    }
}

/// The last value of `outgoing` is the next to come.
#[derive(Debug, Default)]
struct Queue {
    incoming: Mutex<Vec<u32>>,
    outgoing: Mutex<Vec<u32>>,
}

#[interlace::trace]
impl Queue {
    fn push(&self, value: u32) {
        // interlace: push acquires(self.incoming)
        self.incoming.lock().unwrap().push(value);
    }

    fn hasty_pop(&self) -> Option<u32> {
        // interlace: pop acquires(self.outgoing)
        let first = self.outgoing.lock().unwrap().pop();
        if first.is_some() {
            return first;
        }
        // interlace: take acquires(self.incoming)
        let mut values = mem::take(&mut *self.incoming.lock().unwrap());
        values.reverse();
        let first = values.pop();
        // interlace: give acquires(self.outgoing)
        self.outgoing.lock().unwrap().splice(0..0, values);
        first
    }

    fn pop(&self) -> Option<u32> {
        // interlace: pop acquires(self.outgoing)
        let mut outgoing = self.outgoing.lock().unwrap();
        if outgoing.is_empty() {
            // interlace: take acquires(self.incoming)
            let mut values = mem::take(&mut *self.incoming.lock().unwrap());
            values.reverse();
            *outgoing = values;
        }
        outgoing.pop()
    }
}

type Recorded = (Queue, History<Fifo>);

/// Somebody pushes two values, and two others pop once each.
fn explore(pop: fn(&Queue) -> Option<u32>) -> Report {
    let popping = move |(queue, history): &Recorded| {
        history.call(Op::Pop, || pop(queue));
    };
    Explorer::new(Recorded::default)
        .thread("producer", |(queue, history)| {
            for value in [1, 2] {
                history.call(Op::Push(value), || {
                    queue.push(value);
                    None
                });
            }
        })
        .thread("consumer1", popping)
        .thread("consumer2", popping)
        .linearizable(|(_, history)| history)
        .explore()
}

fn main() {
    println!("values are nowhere while they are moved:\n");
    let hasty = explore(Queue::hasty_pop);
    println!("{hasty}\n");
    hasty.assert_fails();

    println!("whoever moves them holds both locks:\n");
    let fixed = explore(Queue::pop);
    println!("{fixed}");
    fixed.assert_ok();
    assert!(fixed.is_exhaustive());
}
