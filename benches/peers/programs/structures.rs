//! Structures without locks.

use super::super::types::atomic::AtomicUsize;
use super::super::types::{Arc, Plain, spin};
use super::{beside, programs, twice};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

programs![
    stack_push_pop,
    stack_used_again,
    swap_with_grace,
    swap_without_grace,
    counting_barrier,
    counting_barrier_of_two_steps,
];

/// The end of a list.
const NONE: usize = usize::MAX;

/// A stack of places in an array, linked by numbers.
struct Stack {
    head: AtomicUsize,
    next: [AtomicUsize; 3],
    value: [Plain; 3],
}

impl Stack {
    /// With the first `count` places on it, the last on top.
    fn of(count: usize) -> Arc<Self> {
        let below = |place: usize| place.checked_sub(1).unwrap_or(NONE);
        Arc::new(Stack {
            head: AtomicUsize::new(below(count)),
            next: [0, 1, 2].map(|place| AtomicUsize::new(below(place))),
            value: [0; 3].map(|_| Plain::default()),
        })
    }

    fn push(&self, place: usize) {
        let mut head = self.head.load(Relaxed);
        loop {
            self.next[place].store(head, Relaxed);
            match self.head.compare_exchange(head, place, Release, Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    fn pop(&self) -> Option<usize> {
        let mut head = self.head.load(Acquire);
        while head != NONE {
            let next = self.next[head].load(Relaxed);
            match self.head.compare_exchange(head, next, AcqRel, Acquire) {
                Ok(_) => return Some(head),
                Err(now) => head = now,
            }
        }
        None
    }
}

/// Each pushes a place of its own, and one pops: every place is used once.
fn stack_push_pop() {
    let stack = Stack::of(0);
    beside(
        &stack,
        |stack| {
            stack.value[0].set(7);
            stack.push(0);
        },
        |stack| {
            if let Some(place) = stack.pop() {
                assert_eq!(stack.value[place].get(), 7);
            }
            stack.push(1);
        },
    );
}

/// One pops, while the other pops two and pushes the first of them again: what the one has read as the next
/// is on the stack no more.
fn stack_used_again() {
    let stack = Stack::of(2);
    let (popped, kept) = beside(&stack, Stack::pop, |stack| {
        let first = stack.pop();
        let second = stack.pop();
        if let Some(first) = first {
            stack.push(first);
        }
        second
    });
    if popped.is_some() && kept.is_some() {
        assert_ne!(popped, kept, "two have it");
        assert_ne!(stack.pop(), kept, "it is on the stack");
    }
}

/// A value in one of two places, with two halves that belong together.
#[derive(Default)]
struct Swapped {
    current: AtomicUsize,
    readers: AtomicUsize,
    halves: [[AtomicUsize; 2]; 2],
}

impl Swapped {
    fn read(&self) {
        self.readers.fetch_add(1, SeqCst);
        let halves = &self.halves[self.current.load(SeqCst)];
        let [one, two] = [0, 1].map(|half: usize| halves[half].load(Relaxed));
        self.readers.fetch_sub(1, SeqCst);
        assert_eq!(one, two, "half of it is old");
    }

    fn replace(&self, waits: bool) {
        self.current.swap(1, SeqCst);
        if waits {
            while self.readers.fetch_add(0, SeqCst) != 0 {
                spin();
            }
        }
        for half in &self.halves[0] {
            half.store(9, Relaxed);
        }
    }
}

fn swapped(waits: bool) {
    beside(&Arc::new(Swapped::default()), Swapped::read, move |it| {
        it.replace(waits);
    });
}

fn swap_with_grace() {
    swapped(true);
}

fn swap_without_grace() {
    swapped(false);
}

#[derive(Default)]
struct Barrier {
    arrived: AtomicUsize,
    work: [Plain; 2],
}

fn counting_barrier() {
    let meet = |barrier: &Barrier, own: usize| {
        barrier.work[own].set(1);
        barrier.arrived.fetch_add(1, AcqRel);
        while barrier.arrived.load(Acquire) < 2 {
            spin();
        }
        assert_eq!(barrier.work[1 - own].get(), 1);
    };
    beside(
        &Arc::new(Barrier::default()),
        move |it| meet(it, 0),
        move |it| meet(it, 1),
    );
}

/// Both may count to one, and wait for ever.
fn counting_barrier_of_two_steps() {
    twice(&Arc::new(Barrier::default()), |barrier| {
        let before = barrier.arrived.load(Acquire);
        barrier.arrived.store(before + 1, Release);
        while barrier.arrived.load(Acquire) < 2 {
            spin();
        }
    });
}
