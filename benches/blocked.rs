//! What a step costs that ends with its thread blocked, beside a hand-over: both are a thread's going
//! on after another's marker, but one comes to a marker of its own and the other to a wait. On each
//! engine, at a bare futex and at a lock of std, which looks a hundred times before it waits.
//! `cargo bench --bench blocked`; with `-- --test`, a few steps only.

use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, Schedule, Step, marker};

const ROUNDS: usize = 15;

/// Elsewhere a thread that blocks is not seen, and the program would not go on.
const CAN_BLOCK: bool = cfg!(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
));

#[derive(Default)]
struct Shared {
    lock: Mutex<()>,
    word: AtomicU32,
}

/// What the second thread does each time that it goes on.
#[derive(Clone, Copy, PartialEq)]
enum ComesTo {
    Marker,
    Wait,
    Lock,
}

/// The time for `pairs` of a step of the first thread, which comes to a marker, and one of the second.
fn measure(engine: Engine, comes: ComesTo, pairs: u32) -> Duration {
    let go_on = match comes {
        ComesTo::Marker => Step::new("second", "begin"),
        ComesTo::Wait | ComesTo::Lock => Step::resume("second", "begin"),
    };
    let schedule: Schedule = [Step::new("second", "begin")]
        .into_iter()
        .chain((1..pairs).flat_map(|_| [Step::new("first", "turn"), go_on.clone()]))
        .collect();
    let first = move |shared: &Shared| {
        for _ in 0..pairs {
            let guard = (comes == ComesTo::Lock).then(|| shared.lock.lock().unwrap());
            marker!("turn");
            drop(guard);
            if comes == ComesTo::Wait {
                shared.word.fetch_add(1, SeqCst);
                atomic_wait::wake_one(&raw const shared.word);
            }
        }
    };
    let second = move |shared: &Shared| match comes {
        ComesTo::Marker => (0..pairs).for_each(|_| marker!("begin")),
        ComesTo::Wait => {
            marker!("begin");
            for seen in 0..pairs {
                atomic_wait::wait(&shared.word, seen);
            }
        }
        ComesTo::Lock => {
            marker!("begin");
            drop(shared.lock.lock().unwrap());
        }
    };
    let explorer = Explorer::new(Shared::default)
        .thread("first", first)
        .thread("second", second)
        .engine(engine)
        .max_steps(usize::MAX);
    let since = Instant::now();
    let execution = explorer.replay(&schedule);
    let elapsed = since.elapsed();
    assert!(execution.is_ok(), "{execution}");
    assert!(execution.steps().len() >= schedule.len(), "{execution}");
    elapsed
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    if !CAN_BLOCK {
        println!("SKIPPED: no blocked thread is seen on this system");
        return;
    }
    let is_test = env::args().any(|argument| argument == "--test");
    let (rounds, pairs) = if is_test { (1, 100) } else { (ROUNDS, 20_000) };
    println!("medians of {rounds} rounds of {pairs} pairs of steps:");
    for engine in [Engine::Threads, Engine::Fibers] {
        let (mut hand_overs, mut waits, mut locks) = (Vec::new(), Vec::new(), Vec::new());
        let mut ratios = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            let pair = |comes| {
                let elapsed = measure(engine, comes, pairs);
                elapsed.as_secs_f64() * 1e9 / f64::from(pairs)
            };
            let hand_over = pair(ComesTo::Marker) / 2.0;
            // The other half of the pair is a hand-over.
            let wait = pair(ComesTo::Wait) - hand_over;
            let lock = pair(ComesTo::Lock) - hand_over;
            ratios[0].push(wait / hand_over);
            ratios[1].push(lock / hand_over);
            hand_overs.push(hand_over);
            waits.push(wait);
            locks.push(lock);
        }
        let [wait_ratio, lock_ratio] = ratios.map(median);
        println!("  {engine:?}: hand-over {:6.0} ns", median(hand_overs));
        println!(
            "    blocked at a futex {:6.0} ns, {wait_ratio:.2} times as much",
            median(waits)
        );
        println!(
            "    blocked at a lock  {:6.0} ns, {lock_ratio:.2} times as much",
            median(locks)
        );
    }
}
