//! What one hand-over costs: the turn goes from one marked thread to another.
//!
//! The yardstick is the least that two threads can do: pinned to one processor, they pass a baton
//! back and forth, one system call to wake and one to wait. Both are measured in turns, several
//! times, and the medians are compared. `cargo bench --bench handoff`; with `-- --test` it runs
//! once and small, to show that it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Explorer, Schedule, Step};

const ROUNDS: usize = 15;

#[interlace::trace]
fn pass_markers(count: u32) {
    // interlace: turn
    for _ in 1..count {}
}

/// The time for `hand_overs` of a bare baton between two threads on one processor.
fn bare_baton(hand_overs: u32) -> Duration {
    let batons = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let player = |me: usize| {
        let batons = Arc::clone(&batons);
        move || {
            pin_to_one_processor();
            for _ in 0..hand_overs / 2 {
                while batons[me].swap(0, Ordering::Acquire) == 0 {
                    atomic_wait::wait(&batons[me], 0);
                }
                batons[1 - me].store(1, Ordering::Release);
                atomic_wait::wake_one(&raw const batons[1 - me]);
            }
        }
    };
    let threads = [thread::spawn(player(0)), thread::spawn(player(1))];
    let since = Instant::now();
    batons[0].store(1, Ordering::Release);
    atomic_wait::wake_one(&raw const batons[0]);
    for thread in threads {
        thread.join().unwrap();
    }
    since.elapsed()
}

/// The time for `hand_overs` between two marked threads under a schedule that alternates.
fn marked_threads(hand_overs: u32) -> Duration {
    let markers = hand_overs / 2;
    let step = |_| [Step::new("a", "turn"), Step::new("b", "turn")];
    let schedule: Schedule = (0..markers).flat_map(step).collect();
    let explorer = Explorer::new(|| ())
        .thread("a", move |()| pass_markers(markers))
        .thread("b", move |()| pass_markers(markers))
        .max_steps(usize::MAX);
    let since = Instant::now();
    let execution = explorer.replay(&schedule);
    let elapsed = since.elapsed();
    assert_eq!(execution.steps().len(), 2 * markers as usize);
    elapsed
}

fn pin_to_one_processor() {
    let allowed = core_affinity::get_core_ids().unwrap_or_default();
    if let Some(first) = allowed.into_iter().next() {
        core_affinity::set_for_current(first);
    }
}

fn nanoseconds(elapsed: Duration, hand_overs: u32) -> f64 {
    elapsed.as_secs_f64() * 1e9 / f64::from(hand_overs)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (rounds, hand_overs) = if is_test { (1, 100) } else { (ROUNDS, 40_000) };
    let (mut bare, mut marked, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let one = nanoseconds(bare_baton(hand_overs), hand_overs);
        let other = nanoseconds(marked_threads(hand_overs), hand_overs);
        bare.push(one);
        marked.push(other);
        ratio.push(other / one);
    }
    println!("hand-over, median of {rounds} rounds of {hand_overs}:");
    println!("  bare baton      {:7.0} ns", median(bare));
    println!("  marked threads  {:7.0} ns", median(marked));
    println!("  ratio           {:7.2}", median(ratio));
}
