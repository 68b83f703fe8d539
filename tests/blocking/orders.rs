//! Locks that are taken in one order, or in several.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, RwLock};

use interlace::{Explorer, marker, schedule};

use crate::model::{Act, Body, Ends, every};
use crate::oracle::{Lock, assert_counts, assert_counts_once};

/// Locks, and how often somebody has had two of them.
struct Locks<L, const N: usize> {
    locks: [L; N],
    taken: AtomicU32,
}

fn locks<L: Lock, const N: usize>() -> Locks<L, N> {
    Locks {
        locks: std::array::from_fn(|_| L::default()),
        taken: AtomicU32::new(0),
    }
}

impl<L: Lock, const N: usize> Locks<L, N> {
    /// Takes two locks, one after the other, and frees both.
    fn take(&self, first: usize, second: usize) {
        marker!("first");
        self.locks[first].with(|| {
            marker!("second");
            self.locks[second].with(|| {
                // Not in one step: whoever is beside this would be seen.
                let taken = self.taken.load(SeqCst);
                self.taken.store(taken + 1, SeqCst);
            });
        });
    }
}

#[test]
fn two_locks_in_two_orders_deadlock_in_four_of_six() {
    in_two_orders::<Mutex<()>>();
    in_two_orders::<parking_lot::Mutex<()>>();
    in_two_orders::<RwLock<()>>();
    in_two_orders::<parking_lot::RwLock<()>>();
}

fn in_two_orders<L: Lock>() {
    // a1 takes A, a2 takes B and frees both; b1 takes B, b2 takes A. Whole: a1 a2 b1 b2 and
    // b1 b2 a1 a2. All others have a1 and b1 first, in either order, and then both wait, either
    // first: 2 × 2 deadlocks.
    let report = assert_counts(
        || {
            Explorer::new(locks::<L, 2>)
                .thread("a", |locks| locks.take(0, 1))
                .thread("b", |locks| locks.take(1, 0))
        },
        2,
        4,
    );
    let failure = report.assert_fails();
    assert_eq!(
        failure.schedule(),
        &schedule![a: first, b: first],
        "{failure}"
    );
    assert_eq!(failure.preemptions(), 1);
    assert!(
        failure.is_proved_minimal() && failure.is_reproduced(),
        "{failure}"
    );
    let text = failure.to_string();
    assert!(text.contains("deadlock: no thread can go on"), "{text}");
    println!("{text}");
}

#[test]
fn two_locks_in_one_order_never_deadlock() {
    in_one_order::<Mutex<()>>();
    in_one_order::<parking_lot::Mutex<()>>();
    in_one_order::<RwLock<()>>();
    in_one_order::<parking_lot::RwLock<()>>();
}

fn in_one_order<L: Lock>() {
    // Each order of the two threads whole: 2. Besides, a1 and then b1, which waits, then a2, which
    // frees both, then b goes on (b1 again) and b2: 1, and likewise with a and b swapped: 1.
    assert_counts(
        || {
            Explorer::new(locks::<L, 2>)
                .thread("a", |locks| locks.take(0, 1))
                .thread("b", |locks| locks.take(0, 1))
                .check(|locks| assert_eq!(locks.taken.load(SeqCst), 2))
        },
        4,
        0,
    )
    .assert_ok();
}

#[test]
fn three_locks_in_a_circle_deadlock_unless_one_takes_them_the_other_way() {
    // Each thread holds its own and wants the next: counted by the model, with a free thread beside
    // whose marker goes anywhere. Without that one they are three philosophers, who do the same with
    // the locks of parking_lot.
    let body = |first, second| -> Body {
        let rest = vec![Act::Lock(second), Act::Unlock(second), Act::Unlock(first)];
        vec![vec![Act::Lock(first)], rest]
    };
    let free: Body = vec![vec![]];
    for (last, counted) in [((2, 0), (414, 336)), ((0, 2), (520, 0))] {
        let bodies = [body(0, 1), body(1, 2), body(last.0, last.1), free.clone()];
        let Ends { held, deadlocked } = every(&bodies, 3);
        assert_eq!((held, deadlocked), counted);
        let program = move || {
            Explorer::new(locks::<Mutex<()>, 3>)
                .thread("a", |locks| locks.take(0, 1))
                .thread("b", |locks| locks.take(1, 2))
                .thread("c", move |locks| locks.take(last.0, last.1))
                .thread("free", |_| marker!("free"))
        };
        let report = assert_counts_once(program, held, deadlocked);
        assert_eq!(report.failure().is_some(), deadlocked > 0);
    }
}
