//! Locks that are taken in one order, or in several.

use std::sync::Mutex;

use interlace::{Explorer, marker, schedule};

use crate::model::{Act, Body, Ends, every};
use crate::oracle::{assert_counts, assert_counts_once};

type Locks<const N: usize> = [Mutex<u32>; N];

fn locks<const N: usize>() -> Locks<N> {
    [(); N].map(|()| Mutex::new(0))
}

/// Takes two locks, one after the other, and frees both.
fn take<const N: usize>(locks: &Locks<N>, first: usize, second: usize) {
    marker!("first");
    let mut one = locks[first].lock().unwrap();
    marker!("second");
    let mut other = locks[second].lock().unwrap();
    *one += 1;
    *other += 1;
}

#[test]
fn two_locks_in_two_orders_deadlock_in_four_of_six() {
    // a1 takes A, a2 takes B and frees both; b1 takes B, b2 takes A. Whole: a1 a2 b1 b2 and
    // b1 b2 a1 a2. All others have a1 and b1 first, in either order, and then both wait, either
    // first: 2 × 2 deadlocks.
    let report = assert_counts(
        || {
            Explorer::new(locks::<2>)
                .thread("a", |locks| take(locks, 0, 1))
                .thread("b", |locks| take(locks, 1, 0))
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
    // Each order of the two threads whole: 2. Besides, a1 and then b1, which waits, then a2, which
    // frees both, then b goes on (b1 again) and b2: 1, and likewise with a and b swapped: 1.
    assert_counts(
        || {
            Explorer::new(locks::<2>)
                .thread("a", |locks| take(locks, 0, 1))
                .thread("b", |locks| take(locks, 0, 1))
                .check(|locks| assert_eq!(*locks[0].lock().unwrap(), 2))
        },
        4,
        0,
    )
    .assert_ok();
}

#[test]
fn three_locks_in_a_circle_deadlock_unless_one_takes_them_the_other_way() {
    // Each thread holds its own and wants the next: counted by the model, with a free thread beside
    // whose marker goes anywhere.
    let body = |first, second| -> Body {
        let rest = vec![Act::Lock(second), Act::Unlock(second), Act::Unlock(first)];
        vec![vec![Act::Lock(first)], rest]
    };
    let free: Body = vec![vec![]];
    for (last, deadlocks) in [((2, 0), true), ((0, 2), false)] {
        let bodies = [body(0, 1), body(1, 2), body(last.0, last.1), free.clone()];
        let Ends { held, deadlocked } = every(&bodies, 3);
        assert_eq!(deadlocked > 0, deadlocks);
        let program = move || {
            Explorer::new(locks::<3>)
                .thread("a", |locks| take(locks, 0, 1))
                .thread("b", |locks| take(locks, 1, 2))
                .thread("c", move |locks| take(locks, last.0, last.1))
                .thread("free", |_| marker!("free"))
        };
        let report = assert_counts_once(program, held, deadlocked);
        assert_eq!(report.failure().is_some(), deadlocks);
    }
}
