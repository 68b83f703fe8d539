//! Look, then act on what was seen, which may no longer be so.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use interlace::Explorer;

use crate::oracle::{Oracle, assert_right};

/// A queue with room for one.
#[derive(Default)]
struct Queue {
    entries: Mutex<Vec<u32>>,
}

#[interlace::trace]
impl Queue {
    /// Both markers are reached whether there is room or not.
    fn push_if_free(&self) {
        let is_free = self.entries.lock().unwrap().is_empty(); // interlace: check
        // interlace: push
        if is_free {
            self.entries.lock().unwrap().push(1);
        }
    }

    /// The second marker is reached only if there is room.
    fn push_only_if_free(&self) {
        let is_free = self.entries.lock().unwrap().is_empty(); // interlace: check
        if is_free {
            self.entries.lock().unwrap().push(1); // interlace: push
        }
    }

    fn push_if_free_under_one_lock(&self) {
        let mut entries = self.entries.lock().unwrap(); // interlace: check_and_push
        if entries.is_empty() {
            entries.push(1);
        }
    }
}

fn pushers(push: fn(&Queue)) -> Explorer<Queue> {
    Explorer::new(Queue::default)
        .thread("t1", push)
        .thread("t2", push)
        .outcome(|queue| queue.entries.lock().unwrap().len())
        .check(|queue| assert_eq!(queue.entries.lock().unwrap().len(), 1, "too full"))
}

#[test]
fn two_that_check_before_either_pushes_both_push() {
    // As the lost update: only aabb and bbaa are right.
    Oracle {
        schedules: 6,
        failing: 4,
        outcomes: &[("1", 2), ("2", 4)],
        first: 2,
        found: "t1:check t2:check t1:push t2:push",
        minimal: "t1:check t2:check",
        preemptions: 1,
    }
    .assert(|| pushers(Queue::push_if_free));
}

#[test]
fn two_that_reach_the_push_only_when_there_is_room_fail_in_the_same_four() {
    // When one has pushed before the other checks, that one has a single step: aab, abab, abba,
    // baab, baba, bba. Six again, though not the same.
    Oracle {
        schedules: 6,
        failing: 4,
        outcomes: &[("1", 2), ("2", 4)],
        first: 2,
        found: "t1:check t2:check t1:push t2:push",
        minimal: "t1:check t2:check",
        preemptions: 1,
    }
    .assert(|| pushers(Queue::push_only_if_free));
}

#[test]
fn a_check_and_a_push_under_one_lock_leave_one() {
    assert_right(|| pushers(Queue::push_if_free_under_one_lock), 2);
}

/// A value that may be read only while the flag is up.
struct Guarded {
    is_valid: AtomicBool,
    value: AtomicU32,
    read: AtomicU32,
}

#[interlace::trace]
impl Guarded {
    fn new() -> Self {
        Guarded {
            is_valid: AtomicBool::new(true),
            value: AtomicU32::new(10),
            read: AtomicU32::new(0),
        }
    }

    /// Reads the value, or the number 20 in its place.
    fn read(&self) {
        let is_valid = self.is_valid.load(SeqCst); // interlace: read_flag
        // interlace: read_value
        let value = if is_valid {
            self.value.load(SeqCst)
        } else {
            20
        };
        self.read.store(value, SeqCst);
    }

    fn spoil(&self) {
        self.is_valid.store(false, SeqCst); // interlace: lower_flag
        self.value.store(999, SeqCst); // interlace: spoil
    }

    /// The fixed twin: the value stays as long as somebody may read it.
    fn retire(&self) {
        self.is_valid.store(false, SeqCst); // interlace: lower_flag
    }
}

fn reader_against(writer: fn(&Guarded)) -> Explorer<Guarded> {
    Explorer::new(Guarded::new)
        .thread("reader", Guarded::read)
        .thread("writer", writer)
        .outcome(|guarded| guarded.read.load(SeqCst))
        .check(|guarded| assert_ne!(guarded.read.load(SeqCst), 999))
}

#[test]
fn a_value_that_is_spoiled_after_the_flag_was_read_is_read_in_one_of_six() {
    // The flag is up when the reader comes first: aabb and abab read 10 and abba, the third, 999.
    // In the three that b begins the reader makes do with 20.
    Oracle {
        schedules: 6,
        failing: 1,
        outcomes: &[("10", 2), ("20", 3), ("999", 1)],
        first: 3,
        found: "reader:read_flag writer:lower_flag writer:spoil reader:read_value",
        minimal: "reader:read_flag writer:lower_flag",
        preemptions: 1,
    }
    .assert(|| reader_against(Guarded::spoil));
}

#[test]
fn a_value_that_is_never_spoiled_is_read_or_not() {
    // 3! / (2! 1!) = 3: aab, aba, baa.
    assert_right(|| reader_against(Guarded::retire), 3);
}
