//! Updates of two cells in several steps, by two threads at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::Explorer;

use crate::oracle::{Oracle, assert_right};

struct Books {
    a: AtomicU32,
    b: AtomicU32,
}

#[interlace::trace]
impl Books {
    fn with(each: u32) -> Self {
        Books {
            a: AtomicU32::new(each),
            b: AtomicU32::new(each),
        }
    }

    /// Counts in `a`, then takes the number over to `b`.
    fn count(&self) {
        let a = self.a.load(SeqCst); // interlace: read_a
        self.a.store(a + 1, SeqCst); // interlace: write_a
        let a = self.a.load(SeqCst); // interlace: read_again
        self.b.store(a, SeqCst); // interlace: write_b
    }

    /// Moves 10 from `a` to `b`: reads both, then writes both.
    fn transfer(&self) {
        let a = self.a.load(SeqCst); // interlace: read_a
        let b = self.b.load(SeqCst); // interlace: read_b
        self.a.store(a - 10, SeqCst); // interlace: write_a
        self.b.store(b + 10, SeqCst); // interlace: write_b
    }

    /// Moves 10 from `a` to `b`: one cell after the other.
    fn transfer_one_by_one(&self) {
        let a = self.a.load(SeqCst); // interlace: read_a
        self.a.store(a - 10, SeqCst); // interlace: write_a
        let b = self.b.load(SeqCst); // interlace: read_b
        self.b.store(b + 10, SeqCst); // interlace: write_b
    }

    fn balances(&self) -> (u32, u32) {
        (self.a.load(SeqCst), self.b.load(SeqCst))
    }
}

fn two_of(each: u32, body: fn(&Books)) -> Explorer<Books> {
    Explorer::new(move || Books::with(each))
        .thread("t1", body)
        .thread("t2", body)
        .outcome(Books::balances)
}

#[test]
fn a_number_taken_over_in_a_second_phase_is_stale_in_four_of_70() {
    // 8! / (4! 4!) = 70. The cells differ only in (2, 1): the first thread is about to write b = 1
    // when the other counts to 2 and writes b = 2. So the other reads after the first wrote a, and
    // writes a after the first read it again: aaabbbba and aababbba, and the same with the
    // threads swapped. aaabbbba and bbbaaaab have one preemption, at their fourth step. After
    // aaaabbbb, aaabbbba is the last of the four orders that begin with aaab.
    Oracle {
        schedules: 70,
        failing: 4,
        outcomes: &[("(1, 1)", 40), ("(2, 1)", 4), ("(2, 2)", 26)],
        first: 5,
        found: "t1:read_a t1:write_a t1:read_again t2:read_a t2:write_a t2:read_again t2:write_b \
                t1:write_b",
        minimal: "t1:read_a t1:write_a t1:read_again t2:read_a",
        preemptions: 1,
    }
    .assert(|| {
        two_of(0, Books::count).check(|books| {
            let (a, b) = books.balances();
            assert_eq!(a, b);
        })
    });
}

fn assert_nothing_lost(books: &Books) {
    let (a, b) = books.balances();
    assert_eq!(a + b, 200);
}

#[test]
fn a_transfer_that_reads_both_balances_first_changes_the_sum_in_twelve_of_70() {
    // When each reads both before either writes, one transfer is lost and the sum stays; it stays
    // when they are serial, too. It changes when one cell is read after the other thread wrote it,
    // and the other cell before. aaabbabb is the third: t2 reads a = 90 and b = 100.
    // With one preemption `ab` gives abbbbaaa: t1 knows the old a and reads the new b.
    Oracle {
        schedules: 70,
        failing: 12,
        outcomes: &[
            ("(80, 110)", 6),
            ("(80, 120)", 4),
            ("(90, 110)", 54),
            ("(90, 120)", 6),
        ],
        first: 3,
        found: "t1:read_a t1:read_b t1:write_a t2:read_a t2:read_b t1:write_b t2:write_a \
                t2:write_b",
        minimal: "t1:read_a t2:read_a",
        preemptions: 1,
    }
    .assert(|| two_of(100, Books::transfer).check(assert_nothing_lost));
}

#[test]
fn a_transfer_of_one_cell_after_the_other_changes_the_sum_in_32_of_70() {
    // Each cell is a lost update of its own, and the sum changes when one of the two is lost.
    // aaabbbab, the fourth, loses that of b. `ab` gives abbbbaaa, which loses that of a.
    Oracle {
        schedules: 70,
        failing: 32,
        outcomes: &[
            ("(80, 110)", 16),
            ("(80, 120)", 14),
            ("(90, 110)", 24),
            ("(90, 120)", 16),
        ],
        first: 4,
        found: "t1:read_a t1:write_a t1:read_b t2:read_a t2:write_a t2:read_b t1:write_b \
                t2:write_b",
        minimal: "t1:read_a t2:read_a",
        preemptions: 1,
    }
    .assert(|| two_of(100, Books::transfer_one_by_one).check(assert_nothing_lost));
}

/// The fixed twin: both cells under one lock.
type LockedBooks = Mutex<(u32, u32)>;

#[interlace::trace]
fn count(books: &LockedBooks) {
    let mut books = books.lock().unwrap(); // interlace: count
    books.0 += 1;
    books.1 = books.0;
}

#[interlace::trace]
fn transfer(books: &LockedBooks) {
    let mut books = books.lock().unwrap(); // interlace: transfer
    books.0 -= 10;
    books.1 += 10;
}

#[test]
fn updates_under_one_lock_are_whole() {
    let counting = || {
        Explorer::new(LockedBooks::default)
            .thread("t1", count)
            .thread("t2", count)
            .check(|books| assert_eq!(*books.lock().unwrap(), (2, 2)))
    };
    assert_right(counting, 2);

    let transferring = || {
        Explorer::new(|| Mutex::new((100, 100)))
            .thread("t1", transfer)
            .thread("t2", transfer)
            .check(|books| assert_eq!(*books.lock().unwrap(), (80, 120)))
    };
    assert_right(transferring, 2);
}
