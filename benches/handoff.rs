//! What one hand-over costs: the turn goes from one marked thread to another.
//!
//! The yardstick is the least that two threads can do: pinned to one processor, they pass a baton
//! back and forth, one system call to wake and one to wait. Marked threads are looked at now and
//! then, whether one of them is blocked, and far more often once one has been: they are
//! measured before that and after it. All are measured in turns, several times, and the medians are
//! compared. `cargo bench --bench handoff`; with `-- --test` it runs once and small, to show that
//! it works.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Explorer, Schedule, Step};

const ROUNDS: usize = 15;

/// Whether a thread that blocks is seen here. Elsewhere the program would not go on.
const CAN_BLOCK: bool = cfg!(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
));

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

/// The time for `hand_overs` between two marked threads under a schedule that alternates. With
/// `blocks`, one has waited before for a lock that the other held.
fn marked_threads(hand_overs: u32, blocks: bool) -> Duration {
    let markers = hand_overs / 2;
    let step = |_| [Step::new("a", "turn"), Step::new("b", "turn")];
    let waiting = [Step::new("a", "free"), Step::new("b", "start")];
    let before = waiting.into_iter().filter(|_| blocks);
    let schedule: Schedule = before.chain((0..markers).flat_map(step)).collect();
    let steps = schedule.len();
    let explorer = Explorer::new(Mutex::<()>::default)
        .thread("a", move |lock| {
            let guard = blocks.then(|| lock.lock().unwrap());
            if blocks {
                interlace::marker!("free");
            }
            drop(guard);
            pass_markers(markers);
        })
        .thread("b", move |lock| {
            drop(blocks.then(|| lock.lock().unwrap()));
            pass_markers(markers);
        })
        .max_steps(usize::MAX);
    let since = Instant::now();
    let execution = explorer.replay(&schedule);
    let elapsed = since.elapsed();
    assert_eq!(execution.steps().len(), steps, "{execution}");
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

/// Figures of one kind of hand-over, a round each.
#[derive(Default)]
struct Figures {
    nanoseconds: Vec<f64>,
    ratios: Vec<f64>,
}

impl Figures {
    /// Adds what `hand_overs` took, beside what one of a bare baton does.
    fn add(&mut self, elapsed: Duration, hand_overs: u32, bare: f64) {
        let own = nanoseconds(elapsed, hand_overs);
        self.nanoseconds.push(own);
        self.ratios.push(own / bare);
    }

    fn print(self, name: &str) {
        let (own, ratio) = (median(self.nanoseconds), median(self.ratios));
        println!("  {name:29} {own:7.0} ns  {ratio:5.2} times the bare");
    }
}

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (rounds, hand_overs) = if is_test { (1, 100) } else { (ROUNDS, 40_000) };
    let (mut unblocked, mut blocked) = (Figures::default(), Figures::default());
    let mut all = Vec::new();
    for _ in 0..rounds {
        let bare = nanoseconds(bare_baton(hand_overs), hand_overs);
        all.push(bare);
        unblocked.add(marked_threads(hand_overs, false), hand_overs, bare);
        if CAN_BLOCK {
            blocked.add(marked_threads(hand_overs, true), hand_overs, bare);
        }
    }
    println!("hand-over, median of {rounds} rounds of {hand_overs}:");
    println!("  {:29} {:7.0} ns", "bare baton", median(all));
    unblocked.print("marked threads");
    if CAN_BLOCK {
        blocked.print("marked threads, once blocked");
    }
}
