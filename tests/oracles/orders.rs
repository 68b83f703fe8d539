//! One step each: what goes wrong is only the order of the threads, without any preemption.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, FailureKind, Verdict};

use crate::oracle::{Oracle, assert_right};

/// A value that one thread makes and the other takes.
#[derive(Default)]
struct Slot {
    value: Mutex<Option<u32>>,
    was_empty: AtomicBool,
}

#[interlace::trace]
impl Slot {
    fn init(&self) {
        *self.value.lock().unwrap() = Some(7); // interlace: init
    }

    /// Takes note of an empty slot and goes on.
    fn use_it(&self) {
        let is_empty = self.value.lock().unwrap().is_none(); // interlace: use
        self.was_empty.store(is_empty, SeqCst);
    }

    fn take(&self) {
        let value = self.value.lock().unwrap().take(); // interlace: take
        value.expect("the slot is filled");
    }

    /// The fixed twin: makes the value if it is not there yet.
    fn init_or_take(&self) {
        let mut value = self.value.lock().unwrap(); // interlace: take
        value.get_or_insert(7);
    }
}

#[test]
fn a_use_before_the_init_needs_no_preemption() {
    // Two orders, ab and ba; in the second the use comes first.
    Oracle {
        schedules: 2,
        failing: 1,
        outcomes: &[("false", 1), ("true", 1)],
        first: 2,
        found: "t2:use t1:init",
        minimal: "t2:use",
        preemptions: 0,
    }
    .assert(|| {
        Explorer::new(Slot::default)
            .thread("t1", Slot::init)
            .thread("t2", Slot::use_it)
            .outcome(|slot| slot.was_empty.load(SeqCst))
            .check(|slot| assert!(!slot.was_empty.load(SeqCst)))
    });
}

fn writer_then_reader() -> Explorer<Slot> {
    Explorer::new(Slot::default)
        .thread("writer", Slot::init)
        .thread("reader", Slot::take)
}

fn reader_then_writer() -> Explorer<Slot> {
    Explorer::new(Slot::default)
        .thread("reader", Slot::take)
        .thread("writer", Slot::init)
}

#[test]
fn a_reader_that_panics_on_an_empty_slot_is_a_failure_wherever_it_was_added() {
    // The execution ends with the panic: the writer, still paused at its marker, takes no step.
    // The reader that was added second comes first in the second order.
    let second = Oracle {
        schedules: 2,
        failing: 1,
        outcomes: &[],
        first: 2,
        found: "reader:take",
        minimal: "reader:take",
        preemptions: 0,
    };
    second.assert(writer_then_reader);
    // Added first, it comes first in the first order: nothing needs to be forced.
    let first = Oracle {
        first: 1,
        minimal: "",
        ..second
    };
    first.assert(reader_then_writer);
}

#[test]
fn a_panic_of_a_thread_is_counted_and_named() {
    for explorer in [writer_then_reader(), reader_then_writer()] {
        let report = explorer.keep_going().explore();
        let verdicts: Vec<_> = report.verdicts().collect();
        assert_eq!(verdicts, [(Verdict::Held, 1), (Verdict::Panicked, 1)]);
        let FailureKind::Panic(failure) = report.assert_fails().kind() else {
            panic!("{report}");
        };
        assert_eq!(failure.thread(), "reader");
        assert_eq!(failure.panic().message(), "the slot is filled");
    }
}

#[test]
fn a_reader_that_makes_what_it_misses_never_fails() {
    assert_right(
        || {
            Explorer::new(Slot::default)
                .thread("writer", Slot::init)
                .thread("reader", Slot::init_or_take)
        },
        2,
    );
}

/// A sum that should stay below 3.
#[derive(Default)]
struct Sum {
    value: Mutex<u32>,
    seen: AtomicU32,
}

#[interlace::trace]
impl Sum {
    fn add(&self, amount: u32) {
        *self.value.lock().unwrap() += amount; // interlace: add
    }

    fn add_below(&self, amount: u32) {
        let mut value = self.value.lock().unwrap(); // interlace: add
        *value = (*value + amount).min(2);
    }

    fn look(&self) {
        let seen = *self.value.lock().unwrap(); // interlace: look
        self.seen.store(seen, SeqCst);
    }
}

fn sums(add: fn(&Sum, u32)) -> Explorer<Sum> {
    Explorer::new(Sum::default)
        .thread("t1", move |sum| add(sum, 1))
        .thread("t2", move |sum| add(sum, 2))
        .thread("t3", Sum::look)
        .outcome(|sum| sum.seen.load(SeqCst))
        .check(|sum| assert!(sum.seen.load(SeqCst) < 3))
}

#[test]
fn a_look_at_two_locked_additions_sees_both_in_two_of_six_orders() {
    // The look sees 3 when it comes last: abc, the very first, and bac. Nothing is forced. It sees
    // 0 when it comes first, in two orders; 1 in acb, 2 in bca. The other way round, a look that
    // should see both would fail in four.
    Oracle {
        schedules: 6,
        failing: 2,
        outcomes: &[("0", 2), ("1", 1), ("2", 1), ("3", 2)],
        first: 1,
        found: "t1:add t2:add t3:look",
        minimal: "",
        preemptions: 0,
    }
    .assert(|| sums(Sum::add));
}

#[test]
fn additions_with_a_bound_never_show_more() {
    assert_right(|| sums(Sum::add_below), 6);
}
