//! Markers that say that the gated code acquires a lock beside others, as readers do: readers overlap,
//! and do not wait for each other. The same on both engines.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::declared::assert_counts;
use interlace::Verdict::{Deadlocked, Held};
use interlace::{Acquire, Explorer, FailureKind, marker};

type Shelf = RwLock<u32>;

/// Takes the lock, and gives it back one step later.
fn reads(lock: &Shelf) {
    marker!("read", acquires_shared(lock));
    let value = lock.read().unwrap();
    marker!("reading");
    assert!(*value <= 2);
}

#[interlace::trace]
fn writes(lock: &Shelf) {
    let mut value = lock.write().unwrap(); // interlace: write acquires(lock)
    let next = *value + 1;
    *value = next; // interlace: writing
}

/// So many of each.
fn shelf(readers: usize, writers: usize) -> Explorer<Shelf> {
    let mut explorer = Explorer::new(Shelf::default);
    for number in 0..readers {
        explorer = explorer.thread(format!("r{number}"), reads);
    }
    for number in 0..writers {
        explorer = explorer.thread(format!("w{number}"), writes);
    }
    explorer
}

#[test]
fn readers_overlap_and_writers_do_not() {
    // Two readers go in and out in every order: 4!/(2! 2!).
    assert_counts(|| shelf(2, 0), 6, 0).assert_ok();
    // One is in before the other, whoever comes first.
    assert_counts(|| shelf(1, 1), 2, 0).assert_ok();
    assert_counts(|| shelf(0, 2), 2, 0).assert_ok();
    // In each of those 6, the writer comes before all or after all; in 2 of them, where one reader
    // has left before the other comes, between the two as well.
    assert_counts(|| shelf(2, 1), 14, 0).assert_ok();
    // Three readers alone.
    assert_counts(|| shelf(3, 0), 90, 0).assert_ok();
}

#[test]
fn readers_of_parking_lot_overlap_through_whatever_leads_to_the_lock() {
    type State = Box<parking_lot::RwLock<u32>>;
    let program = || {
        Explorer::new(State::default)
            .thread("a", |lock: &State| {
                marker!("read", acquires_shared(lock));
                let _guard = lock.read();
                marker!("reading");
            })
            .thread("b", |lock: &State| {
                let inner = &**lock;
                marker!("read", acquires_shared(inner, lock));
                let _guard = lock.read();
                marker!("reading");
            })
            .thread("w", |lock| {
                marker!("write", acquires(lock));
                let _guard = lock.write();
                marker!("writing");
            })
    };
    // As above.
    assert_counts(program, 14, 0).assert_ok();
}

/// Free when it is open.
#[derive(Default)]
struct Gate(AtomicBool);

impl Acquire for Gate {
    fn is_free(&self) -> bool {
        self.0.load(SeqCst)
    }
}

/// A reader that waits, while it reads, for what another reader does.
fn meeting(is_shared: bool) -> Explorer<(Shelf, Gate)> {
    Explorer::new(<(Shelf, Gate)>::default)
        .thread("waits", move |(lock, gate)| {
            if is_shared {
                marker!("read", acquires_shared(lock));
            } else {
                marker!("take", acquires(lock));
            }
            let _guard = lock.read().unwrap();
            marker!("meet", acquires(gate));
        })
        .thread("opens", move |(lock, gate)| {
            if is_shared {
                marker!("read", acquires_shared(lock));
            } else {
                marker!("take", acquires(lock));
            }
            let _guard = lock.read().unwrap();
            gate.0.store(true, SeqCst);
        })
}

#[test]
fn a_reader_that_waits_for_a_reader_is_no_deadlock() {
    // The one step of `opens` comes before either step of `waits`, or between them.
    assert_counts(|| meeting(true), 2, 0).assert_ok();
    // Said as if only one could have it: then `opens` has to come first.
    assert_counts(|| meeting(false), 1, 1).assert_fails();
}

/// Reads, then writes; lets go in between or not.
fn upgrades(lets_go: bool) -> impl Fn(&Shelf) + Copy + Send + Sync + 'static {
    move |lock| {
        marker!("read", acquires_shared(lock));
        let guard = lock.read().unwrap();
        let seen = *guard;
        let kept = if lets_go {
            drop(guard);
            None
        } else {
            Some(guard)
        };
        marker!("write", acquires(lock));
        let mut value = lock.write().unwrap();
        *value = seen.max(*value) + 1;
        drop(kept);
    }
}

fn both_upgrade(lets_go: bool) -> Explorer<Shelf> {
    Explorer::new(Shelf::default)
        .thread("a", upgrades(lets_go))
        .thread("b", upgrades(lets_go))
        .check(|lock| assert_eq!(*lock.read().unwrap(), 2))
}

#[test]
fn readers_that_write_without_letting_go_wait_for_each_other() {
    // Both read, in either order, and then neither can write.
    let report = assert_counts(|| both_upgrade(false), 0, 2);
    let failure = report.assert_fails();
    // As they go if nothing is said.
    assert_eq!(failure.schedule().to_string(), "", "{failure}");
    let FailureKind::Deadlock(deadlock) = failure.kind() else {
        panic!("{failure}");
    };
    let threads = deadlock.to_string();
    // b was the last, and has it itself, as a has: neither is said to wait for one alone.
    let lines: Vec<&str> = threads.lines().filter(|line| line.contains('`')).collect();
    assert_eq!(lines.len(), 2, "{threads}");
    assert!(
        lines[0].contains("`lock`: the last to acquire it at a marker was b, at read (tests/"),
        "{threads}"
    );
    assert!(
        lines[1]
            .contains("`lock`: the last to acquire it at a marker was b itself, at read (tests/"),
        "{threads}"
    );
    for line in lines {
        assert!(line.ends_with("); others may have it, too"), "{threads}");
    }
    assert!(!threads.contains("a cycle"), "{threads}");

    // Who lets go has two steps, each of them whole: every order of two and two.
    assert_counts(|| both_upgrade(true), 6, 0).assert_ok();
}

#[test]
fn one_that_writes_while_it_reads_alone_waits_for_itself() {
    let program = || Explorer::new(Shelf::default).thread("alone", upgrades(false));
    let report = assert_counts(program, 0, 1);
    let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let threads = deadlock.to_string();
    assert!(
        threads.contains("was alone itself, at read (tests/"),
        "{threads}"
    );
    assert!(!threads.contains("others may"), "{threads}");
    assert!(
        threads.ends_with("a cycle: alone waits for itself"),
        "{threads}"
    );
}

#[test]
fn a_writer_is_not_named_of_a_lock_that_was_free_for_readers_since() {
    let program = || {
        Explorer::new(Shelf::default)
            .thread("w", |lock: &Shelf| {
                marker!("write", acquires(lock));
                drop(lock.write().unwrap());
                marker!("steal");
                // Without a marker that says so, and for ever.
                std::mem::forget(lock.write().unwrap());
            })
            .thread("r", |lock| {
                marker!("read", acquires_shared(lock));
                drop(lock.read().unwrap());
            })
    };
    // r reads first, or between the two steps of w, or never.
    let report = assert_counts(program, 2, 1);
    let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let threads = deadlock.to_string();
    assert!(
        threads.contains("`lock`: no marker tells who has it"),
        "{threads}"
    );
}

#[test]
fn that_a_lock_lets_no_reader_in_while_a_writer_waits_is_not_seen() {
    let twice = |says: bool| {
        move |lock: &Shelf| {
            if says {
                marker!("read", acquires_shared(lock));
            } else {
                marker!("enter");
            }
            let _guard = lock.read().unwrap();
            if says {
                marker!("read_again", acquires_shared(lock));
            } else {
                marker!("enter_again");
            }
            drop(lock.read().unwrap());
        }
    };
    // The writer comes before both steps of the reader, or after them, and never waits.
    let program = || {
        Explorer::new(Shelf::default)
            .thread("r", twice(true))
            .thread("w", |lock| {
                marker!("write", acquires(lock));
                drop(lock.write().unwrap());
            })
    };
    assert_counts(program, 2, 0).assert_ok();
    // Where nothing is said, it begins to wait between the two as well: then the reader waits for
    // the writer, which waits for the reader. That is why the docs say so.
    let report = Explorer::new(Shelf::default)
        .thread("r", twice(false))
        .thread("w", |lock| {
            marker!("enter_to_write");
            drop(lock.write().unwrap());
        })
        .keep_going()
        .explore();
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts, [(Held, 2), (Deadlocked, 1)], "{report}");
}
