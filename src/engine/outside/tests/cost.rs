//! What it costs, for `cargo test --release -- --ignored --nocapture cost_of`.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Instant;

use super::waits::{address, wait_while};
use super::{ASLEEP, LONG, search, start};
use crate::engine::outside::{after_wait, before_wait};

fn measure(what: &str, count: u32, mut act: impl FnMut()) {
    let best = (0..5).map(|_| {
        let start = Instant::now();
        (0..count).for_each(|_| act());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
    });
    println!("{what}: {:.2} ns", best.fold(f64::MAX, f64::min));
}

#[test]
#[ignore = "prints, asserts nothing"]
fn cost_of_sleeps_and_of_settling() {
    let word = Arc::new(AtomicU32::new(0));
    let place = address(&word);
    measure("to say before and after a wait", 10_000_000, || {
        before_wait(std::hint::black_box(place), 0, false);
        after_wait();
    });
    let search = search();
    let look = || while !search.is_quiet() && search.settle(LONG) == ASLEEP {};
    measure("quiet alone", 10_000_000, look);
    measure("sleepers at an address", 1_000_000, || {
        std::hint::black_box(search.connect_sleepers_at(place));
    });
    let mut threads = Vec::new();
    for count in 1..=4 {
        threads.push(start({
            let word = Arc::clone(&word);
            move || wait_while(&word, 0)
        }));
        assert!(search.settle(LONG) == ASLEEP);
        measure(&format!("settle with {count}"), 100_000, || {
            assert!(search.settle(LONG) == ASLEEP);
        });
        measure(&format!("quiet with {count}"), 10_000_000, look);
    }
    word.store(1, std::sync::atomic::Ordering::SeqCst);
    assert!(search.settle(LONG) == ASLEEP);
    for thread in threads {
        thread.join().unwrap();
    }
}
