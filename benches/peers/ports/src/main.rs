//! Two bugs of `examples/real_crates` on shuttle, for which those crates have published ports, and on interlace.
//!
//! `cargo run --release -p interlace-peers-ports`. Shuttle is asked by each of its schedulers for 20 seeds: medians of
//! the executions up to the first that fails, and of the seconds. Interlace is what `cargo interlace run -p real_crates`
//! says: one search, which has no seed, in the crates as they are.

use std::panic::{self, AssertUnwindSafe};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Executions of one search.
const MOST: usize = 20_000;
const SEEDS: u64 = 20;

/// Of one search: executions up to the failure, if there is one, and seconds.
type Found = (Option<usize>, f64);

static EXECUTIONS: AtomicUsize = AtomicUsize::new(0);

/// The first panic of a search. There are others, as shuttle gives up an execution.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

fn first_panic() -> MutexGuard<'static, Option<String>> {
    PANIC.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes how a search ends that panics when an execution fails, as it does with this message.
fn search(message: &str, run: impl FnOnce() -> usize) -> Found {
    EXECUTIONS.store(0, Relaxed);
    *first_panic() = None;
    let began = Instant::now();
    let failed = panic::catch_unwind(AssertUnwindSafe(run)).is_err();
    let seconds = began.elapsed().as_secs_f64();
    if let Some(first) = &*first_panic() {
        assert!(first.contains(message), "{first}");
    }
    (failed.then(|| EXECUTIONS.load(Relaxed)), seconds)
}

/// A search of a body by a scheduler of this version of shuttle.
macro_rules! searches {
    ($shuttle:ident, $body:expr, $message:expr) => {{
        fn config() -> $shuttle::Config {
            let mut config = $shuttle::Config::default();
            config.failure_persistence = $shuttle::FailurePersistence::None;
            config
        }
        fn body() {
            EXECUTIONS.fetch_add(1, Relaxed);
            $body();
        }
        use $shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler};
        let random = |seed| {
            let scheduler = RandomScheduler::new_from_seed(seed, MOST);
            search($message, || {
                $shuttle::Runner::new(scheduler, config()).run(body)
            })
        };
        let pct = |seed| {
            let scheduler = PctScheduler::new_from_seed(seed, 3, MOST);
            search($message, || {
                $shuttle::Runner::new(scheduler, config()).run(body)
            })
        };
        let depth_first = |_| {
            let scheduler = DfsScheduler::new(Some(MOST), false);
            search($message, || {
                $shuttle::Runner::new(scheduler, config()).run(body)
            })
        };
        [
            ("shuttle (random)", median((0..SEEDS).map(random).collect())),
            (
                "shuttle (PCT, depth 3)",
                median((0..SEEDS).map(pct).collect()),
            ),
            (
                "shuttle (depth first)",
                median((0..1).map(depth_first).collect()),
            ),
        ]
    }};
}

/// In how many of the searches it was found, and the medians of those.
fn median(mut searches: Vec<Found>) -> String {
    let all = searches.len();
    let spent: f64 = searches.iter().map(|it| it.1).sum();
    searches.retain(|it| it.0.is_some());
    let found = searches.len();
    if found == 0 {
        return format!("0 of {all} | not in {MOST} | {spent:.2}");
    }
    let mut executions: Vec<usize> = searches.iter().filter_map(|it| it.0).collect();
    let mut seconds: Vec<f64> = searches.iter().map(|it| it.1).collect();
    executions.sort_unstable();
    seconds.sort_unstable_by(f64::total_cmp);
    let (executions, seconds) = (executions[found / 2], seconds[found / 2]);
    format!("{found} of {all} | {executions} | {seconds:.4}")
}

/// Two threads that want the same name: as in `examples/real_crates/src/dashmap.rs`.
fn two_claims() {
    use shuttle_0_9::thread;
    use shuttle_dashmap::DashMap;
    use std::sync::Arc;

    fn claim(owners: &DashMap<&'static str, u32>, own: u32) -> bool {
        let is_free = !owners.contains_key("name");
        if is_free {
            owners.insert("name", own);
        }
        is_free
    }
    let owners = Arc::new(DashMap::new());
    let its = Arc::clone(&owners);
    let other = thread::spawn(move || claim(&its, 1));
    let is_mine = claim(&owners, 2);
    assert!(is_mine != other.join().unwrap(), "both have the name");
}

/// A thread that computes a value, one that knows it, and one that waits for it: as in
/// `examples/real_crates/src/quick_cache.rs`.
fn computed_and_inserted() {
    use quick_cache::sync::{Cache, GuardResult};
    use shuttle_0_7::thread;

    // Shuttle 0.7 has no scopes.
    let cache: &'static Cache<u32, u32> = Box::leak(Box::new(Cache::new(16)));
    let GuardResult::Guard(guard) = cache.get_value_or_guard(&7, None) else {
        panic!("the cache is empty");
    };
    let computes = thread::spawn(|| {
        // Whether somebody has inserted another one makes no difference.
        let _ = guard.insert(1);
    });
    let inserts = thread::spawn(|| cache.insert(7, 2));
    let value = cache.get_or_insert_with::<_, ()>(&7, || Ok(3)).unwrap();
    assert!(value == 1 || value == 2);
    computes.join().unwrap();
    inserts.join().unwrap();
}

/// What interlace says of the bug, from its table: the executions and the seconds.
fn interlace(name: &str) -> String {
    let arguments = "run --quiet -p cargo-interlace -- run --quiet -p real_crates --".split(' ');
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg(name)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let row = text
        .lines()
        .find(|line| line.starts_with(&format!("| {name} |")));
    let row: Vec<&str> = row.expect("a row").split('|').map(str::trim).collect();
    format!("1 of 1 | {} | {}", row[2], row[3])
}

fn main() {
    panic::set_hook(Box::new(|info| {
        first_panic().get_or_insert_with(|| info.to_string());
    }));
    println!("| bug | tool | found in searches | executions | seconds |\n|---|---|--:|--:|--:|");
    for (name, searches) in [
        (
            "dashmap",
            searches!(shuttle_0_9, two_claims, "both have the name"),
        ),
        (
            "quick_cache",
            searches!(
                shuttle_0_7,
                computed_and_inserted,
                "entered unreachable code"
            ),
        ),
    ] {
        println!("| {name} | interlace | {} |", interlace(name));
        for (tool, result) in searches {
            println!("| {name} | {tool} | {result} |");
        }
    }
}
