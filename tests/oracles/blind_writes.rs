//! Writers that read nothing: the last one wins.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::Explorer;

use crate::oracle::{Oracle, assert_right};

type Cell = AtomicU32;

#[interlace::trace]
fn write(cell: &Cell, value: u32) {
    cell.store(value, SeqCst); // interlace: write
}

#[interlace::trace]
fn raise(cell: &Cell, value: u32) {
    cell.fetch_max(value, SeqCst); // interlace: raise
}

/// Thread number n writes n by `write`; the last number should be left.
fn writers(names: &'static [&str], write: fn(&Cell, u32)) -> Explorer<Cell> {
    let begin = Explorer::new(Cell::default)
        .outcome(|cell| cell.load(SeqCst))
        .check(|cell| assert_eq!(cell.load(SeqCst) as usize, names.len()));
    let add = |explorer: Explorer<_>, (number, &name)| {
        explorer.thread(name, move |cell: &Cell| write(cell, number))
    };
    (1..).zip(names).fold(begin, add)
}

const NAMES: [&str; 4] = ["t1", "t2", "t3", "t4"];

// Of the n! orders, (n - 1)! end with each of the threads. The second order swaps the last two, and
// fails. What is minimal is one step: the last thread begins, and the fixed order lets the others
// follow, so that the one before it is last. Any other thread that begins leaves the last last.

#[test]
fn the_second_of_two_writers_may_come_first() {
    Oracle {
        schedules: 2,
        failing: 1,
        outcomes: &[("1", 1), ("2", 1)],
        first: 2,
        found: "t2:write t1:write",
        minimal: "t2:write",
        preemptions: 0,
    }
    .assert(|| writers(&NAMES[..2], write));
}

#[test]
fn the_last_of_three_writers_is_not_last_in_four_of_six_orders() {
    Oracle {
        schedules: 6,
        failing: 4,
        outcomes: &[("1", 2), ("2", 2), ("3", 2)],
        first: 2,
        found: "t1:write t3:write t2:write",
        minimal: "t3:write",
        preemptions: 0,
    }
    .assert(|| writers(&NAMES[..3], write));
}

#[test]
fn the_last_of_four_writers_is_not_last_in_eighteen_of_24_orders() {
    Oracle {
        schedules: 24,
        failing: 18,
        outcomes: &[("1", 6), ("2", 6), ("3", 6), ("4", 6)],
        first: 2,
        found: "t1:write t2:write t4:write t3:write",
        minimal: "t4:write",
        preemptions: 0,
    }
    .assert(|| writers(&NAMES, write));
}

#[test]
fn writers_that_only_raise_the_value_leave_the_highest() {
    assert_right(|| writers(&NAMES[..2], raise), 2);
    assert_right(|| writers(&NAMES, raise), 24);
}
