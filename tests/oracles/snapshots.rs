//! Several cells that belong together, read one by one while another thread writes them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use interlace::Explorer;

use crate::oracle::{Oracle, assert_right};

/// Two cells, and what the reader saw in them.
#[derive(Default)]
struct Pair {
    a: AtomicI32,
    b: AtomicI32,
    seen: Mutex<(i32, i32)>,
}

#[interlace::trace]
impl Pair {
    fn one_and_two() -> Self {
        Pair {
            a: AtomicI32::new(1),
            b: AtomicI32::new(2),
            ..Pair::default()
        }
    }

    fn swap(&self) {
        let a = self.a.load(SeqCst); // interlace: read_a
        let b = self.b.load(SeqCst); // interlace: read_b
        self.a.store(b, SeqCst); // interlace: write_a
        self.b.store(a, SeqCst); // interlace: write_b
    }

    fn set(&self) {
        self.a.store(1, SeqCst); // interlace: set_a
        self.b.store(-1, SeqCst); // interlace: set_b
    }

    fn look(&self) {
        let a = self.a.load(SeqCst); // interlace: see_a
        let b = self.b.load(SeqCst); // interlace: see_b
        *self.seen.lock().unwrap() = (a, b);
    }

    fn sum_seen(&self) -> i32 {
        let (a, b) = *self.seen.lock().unwrap();
        a + b
    }
}

#[test]
fn a_reader_of_two_cells_sees_a_swap_half_done_in_four_of_fifteen() {
    // 6! / (4! 2!) = 15. With a the swap and b the reader: it sees (2, 2) when both of its steps
    // come between the writes, aaabba. It sees (1, 1) when its first step comes before the write
    // of a and its second after the write of b: baaaab, abaaab, aabaab. The order is aaaabb,
    // aaabab, aaabba, …. With one preemption aaabba and baaaab are left: the first is forced by
    // `aaab`, the second by `ba`.
    Oracle {
        schedules: 15,
        failing: 4,
        outcomes: &[("2", 3), ("3", 11), ("4", 1)],
        first: 3,
        found: "swap:read_a swap:read_b swap:write_a reader:see_a reader:see_b swap:write_b",
        minimal: "reader:see_a swap:read_a",
        preemptions: 1,
    }
    .assert(|| {
        Explorer::new(Pair::one_and_two)
            .thread("swap", Pair::swap)
            .thread("reader", Pair::look)
            .outcome(Pair::sum_seen)
            .check(|pair| assert_eq!(pair.sum_seen(), 3))
    });
}

#[test]
fn a_checker_sees_one_of_two_settings_in_two_of_six() {
    // Both or none should be seen. aabb, abab see (1, -1); baba, bbaa see (0, 0); abba, the third,
    // sees (1, 0) and baab (0, -1).
    Oracle {
        schedules: 6,
        failing: 2,
        outcomes: &[("(0, -1)", 1), ("(0, 0)", 2), ("(1, -1)", 2), ("(1, 0)", 1)],
        first: 3,
        found: "setter:set_a checker:see_a checker:see_b setter:set_b",
        minimal: "setter:set_a checker:see_a",
        preemptions: 1,
    }
    .assert(|| {
        Explorer::new(Pair::default)
            .thread("setter", Pair::set)
            .thread("checker", Pair::look)
            .outcome(|pair| *pair.seen.lock().unwrap())
            .check(|pair| {
                let (a, b) = *pair.seen.lock().unwrap();
                assert!((a, b) == (0, 0) || (a, b) == (1, -1));
            })
    });
}

/// The fixed twin: two cells under one lock.
#[derive(Default)]
struct LockedPair {
    cells: Mutex<(i32, i32)>,
    seen: Mutex<(i32, i32)>,
}

#[interlace::trace]
impl LockedPair {
    fn swap(&self) {
        let mut cells = self.cells.lock().unwrap(); // interlace: swap
        *cells = (cells.1, cells.0);
    }

    fn set(&self) {
        *self.cells.lock().unwrap() = (1, -1); // interlace: set
    }

    fn look(&self) {
        let cells = *self.cells.lock().unwrap(); // interlace: see
        *self.seen.lock().unwrap() = cells;
    }
}

#[test]
fn two_cells_under_one_lock_are_seen_together() {
    let swapping = || {
        Explorer::new(|| LockedPair {
            cells: Mutex::new((1, 2)),
            ..LockedPair::default()
        })
        .thread("swap", LockedPair::swap)
        .thread("reader", LockedPair::look)
        .check(|pair| assert!([(1, 2), (2, 1)].contains(&*pair.seen.lock().unwrap())))
    };
    assert_right(swapping, 2);

    let setting = || {
        Explorer::new(LockedPair::default)
            .thread("setter", LockedPair::set)
            .thread("checker", LockedPair::look)
            .check(|pair| assert!([(0, 0), (1, -1)].contains(&*pair.seen.lock().unwrap())))
    };
    assert_right(setting, 2);
}

/// Four cells, and what the snapshot holds of them.
#[derive(Default)]
struct Row {
    cells: [AtomicI32; 4],
    seen: [AtomicI32; 4],
}

#[interlace::trace]
impl Row {
    fn write(&self) {
        for cell in &self.cells {
            cell.store(1, SeqCst); // interlace: write
        }
    }

    fn write_at_once(&self) {
        self.cells.iter().for_each(|cell| cell.store(1, SeqCst)); // interlace: write
    }

    fn snapshot(&self) {
        for (cell, seen) in self.cells.iter().zip(&self.seen) {
            seen.store(cell.load(SeqCst), SeqCst); // interlace: read
        }
    }

    fn seen(&self) -> String {
        let seen = self.seen.iter().map(|cell| cell.load(SeqCst).to_string());
        seen.collect()
    }

    fn assert_all_or_nothing(&self) {
        assert!(["0000", "1111"].contains(&&*self.seen()), "{}", self.seen());
    }
}

#[test]
fn a_snapshot_of_four_cells_is_torn_in_42_of_70() {
    // 8! / (4! 4!) = 70. Nothing is seen when every read comes before the write of its cell, in as
    // many orders as there are balanced rows of four pairs of parentheses: the Catalan number
    // C4 = 14. All is seen in 14 more. The other 42 are torn, in all 14 other ways. The order is
    // aaaabbbb, aaababbb, aaabbabb, aaabbbab, which show nothing, and aaabbbba, which shows 0001.
    Oracle {
        schedules: 70,
        failing: 42,
        outcomes: &[
            ("\"0000\"", 14),
            ("\"0001\"", 5),
            ("\"0010\"", 2),
            ("\"0011\"", 4),
            ("\"0100\"", 2),
            ("\"0101\"", 1),
            ("\"0110\"", 2),
            ("\"0111\"", 5),
            ("\"1000\"", 5),
            ("\"1001\"", 2),
            ("\"1010\"", 1),
            ("\"1011\"", 2),
            ("\"1100\"", 4),
            ("\"1101\"", 2),
            ("\"1110\"", 5),
            ("\"1111\"", 14),
        ],
        first: 5,
        found: "reader:read reader:read reader:read writer:write writer:write writer:write \
                writer:write reader:read",
        minimal: "reader:read writer:write",
        preemptions: 1,
    }
    .assert(|| {
        Explorer::new(Row::default)
            .thread("reader", Row::snapshot)
            .thread("writer", Row::write)
            .outcome(Row::seen)
            .check(Row::assert_all_or_nothing)
    });
}

#[test]
fn one_write_of_all_cells_can_still_be_torn_by_reads_one_by_one() {
    // 5! / (4! 1!) = 5 places for the write; before the first read and after the last it is whole.
    // `ab` has one preemption; `b` has none, and is whole.
    Oracle {
        schedules: 5,
        failing: 3,
        outcomes: &[
            ("\"0000\"", 1),
            ("\"0001\"", 1),
            ("\"0011\"", 1),
            ("\"0111\"", 1),
            ("\"1111\"", 1),
        ],
        first: 2,
        found: "reader:read reader:read reader:read writer:write reader:read",
        minimal: "reader:read writer:write",
        preemptions: 1,
    }
    .assert(|| {
        Explorer::new(Row::default)
            .thread("reader", Row::snapshot)
            .thread("writer", Row::write_at_once)
            .outcome(Row::seen)
            .check(Row::assert_all_or_nothing)
    });
}

#[interlace::trace]
fn snapshot_under_lock(row: &Mutex<Row>) {
    row.lock().unwrap().snapshot_at_once(); // interlace: read
}

#[interlace::trace]
fn write_under_lock(row: &Mutex<Row>) {
    row.lock().unwrap().fill(); // interlace: write
}

// Without markers: they run while the lock is held.
impl Row {
    fn snapshot_at_once(&self) {
        for (cell, seen) in self.cells.iter().zip(&self.seen) {
            seen.store(cell.load(SeqCst), SeqCst);
        }
    }

    fn fill(&self) {
        self.cells.iter().for_each(|cell| cell.store(1, SeqCst));
    }
}

#[test]
fn a_snapshot_and_writes_under_one_lock_are_whole() {
    let explorer = || {
        Explorer::new(Mutex::<Row>::default)
            .thread("reader", snapshot_under_lock)
            .thread("writer", write_under_lock)
            .check(|row| row.lock().unwrap().assert_all_or_nothing())
    };
    assert_right(explorer, 2);
}
