//! Chance, which is the same in every execution, and locks that are fair by the clock.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use interlace::{Explorer, Verdict, marker};
use itertools::Itertools as _;
use parking_lot::Mutex;

use crate::oracle::{assert_always, assert_always_fresh};

fn add(count: &AtomicU32) {
    marker!("read");
    let before = count.load(SeqCst);
    marker!("write");
    count.store(before + 1, SeqCst);
}

#[test]
fn the_order_of_a_hash_map_is_the_same_in_every_execution() {
    // Three counts with two steps each, beside two steps: 8! / (6! 2!) = 28.
    let explorer = || {
        Explorer::new(|| (OnceLock::new(), AtomicU32::new(0)))
            .thread("a", |(order, count): &(OnceLock<String>, AtomicU32)| {
                let counts: HashMap<_, _> = (0..3).map(|key| (key, AtomicU32::new(0))).collect();
                counts.values().for_each(add);
                add(count);
                order.set(counts.keys().format(" ").to_string()).unwrap();
            })
            .thread("b", |(_, count)| add(count))
            .outcome(|(order, _)| order.get().cloned())
    };
    // With those of the count that both have: 10! / (8! 2!) = 45.
    let report = assert_always_fresh(explorer, &[(Verdict::Held, 45)]);
    assert_eq!(report.outcomes().count(), 1, "{report}");
}

#[test]
fn what_a_thread_draws_depends_on_nobody_else() {
    let draw = |drawn: &OnceLock<u64>| {
        marker!("draw");
        drawn.set(RandomState::new().hash_one(0)).unwrap();
    };
    let explorer = move || {
        Explorer::new(<[OnceLock<u64>; 3]>::default)
            .thread("a", move |drawn: &[OnceLock<u64>; 3]| {
                thread::scope(|scope| scope.spawn(|| draw(&drawn[0])).join().unwrap());
            })
            .thread("b", move |drawn| draw(&drawn[1]))
            .thread("c", move |drawn| {
                thread::scope(|scope| scope.spawn(|| draw(&drawn[2])).join().unwrap());
            })
            .outcome(|drawn| format!("{drawn:?}"))
            .check(|drawn| assert!(drawn.iter().map(OnceLock::get).all_unique()))
    };
    // `a` and `c` take a step when their thread, with two steps, has ended: 7! / (3! 3! 1!) = 140.
    let report = assert_always_fresh(explorer, &[(Verdict::Held, 140)]);
    assert_eq!(report.outcomes().count(), 1, "{report}");
}

#[test]
fn a_lock_of_parking_lot_has_one_count() {
    let explorer = || {
        let body = |lock: &Mutex<String>, name| {
            for _ in 0..2 {
                marker!("lock");
                let mut names = lock.lock();
                marker!("inside");
                names.push(name);
            }
        };
        Explorer::new(|| Mutex::new(String::new()))
            .thread("a", move |lock| body(lock, 'a'))
            .thread("b", move |lock| body(lock, 'b'))
            .outcome(|lock| lock.lock().clone())
    };
    // Each passes `lock` and `inside` twice. Who finds the lock taken waits, and is woken when it is
    // given back; but the other may take it again before. Where a has it first (20 of 40):
    // - aabb: b comes after both, or waits in the first or the second and goes on after both, or
    //   waits in the first, goes on in the second and waits again: 4.
    // - abab: b, then a, then b comes after the other or waits in it: 2 × 2 × 2.
    // - abba: b comes after a or waits in it: 2. Then a has the same four ways as b in aabb.
    let report = assert_always(explorer, &[(Verdict::Held, 40)]);
    let outcomes: Vec<_> = report.outcomes().collect();
    let expected = [
        ("\"aabb\"", 4),
        ("\"abab\"", 8),
        ("\"abba\"", 8),
        ("\"baab\"", 8),
        ("\"baba\"", 8),
        ("\"bbaa\"", 4),
    ];
    assert_eq!(outcomes, expected, "{report}");
}
