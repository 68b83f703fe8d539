//! Programs that do not do the same under the same schedule are found out, each for its cause; and
//! threads that are new in every execution, for code that keeps something in thread-locals.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use interlace::{Engine, ErrorKind, Explorer, Repeats, Verdict, marker, schedule};

const PLACES: [(Engine, usize); 4] = [
    (Engine::Threads, 1),
    (Engine::Threads, 2),
    (Engine::Fibers, 1),
    (Engine::Fibers, 2),
];

/// Goes through one of seven markers.
fn pass(number: u64) {
    match number % 7 {
        0 => marker!("way_0"),
        1 => marker!("way_1"),
        2 => marker!("way_2"),
        3 => marker!("way_3"),
        4 => marker!("way_4"),
        5 => marker!("way_5"),
        _ => marker!("way_6"),
    }
}

/// A thread that goes by `number`, beside one with six markers: 8! / (2! 6!) = 28 schedules.
fn odd_and_steady((engine, workers): (Engine, usize), number: fn() -> u64) -> Explorer<()> {
    Explorer::new(|| ())
        .thread("odd", move |()| {
            marker!("start");
            pass(number());
        })
        .thread("steady", |()| (0..6).for_each(|_| marker!("step")))
        .engine(engine)
        .workers(workers)
}

/// All is the same under the same schedule.
#[track_caller]
fn assert_is_explored(explorer: Explorer<()>) {
    let report = explorer.explore();
    report.assert_ok();
    assert!(report.is_exhaustive(), "{report}");
    assert_eq!(report.schedules(), 28);
}

/// All but a few of the schedules repeat a choice at which `odd` has come to one of its seven markers:
/// that it always is the same one, if the numbers are at random, is as good as impossible.
#[track_caller]
fn assert_is_found_out(places: &[(Engine, usize)], is_real_time: bool, number: fn() -> u64) {
    for &(engine, workers) in places {
        let explorer = odd_and_steady((engine, workers), number).real_time(is_real_time);
        let report = explorer.explore();
        let error = report.error().expect("a contradiction");
        assert_eq!(error.kind(), ErrorKind::NonDeterministic);
        assert!(!report.is_exhaustive() && report.failure().is_none());
        let contradictions = report
            .verdicts()
            .filter(|(verdict, _)| *verdict != Verdict::Held);
        assert_eq!(
            contradictions.collect::<Vec<_>>(),
            [(Verdict::NonDeterministic, 1)]
        );

        let text = error.to_string();
        for part in [
            "under the same schedule: at step ",
            "\n  before: odd at way_",
            "\n  now:    odd at way_",
            "the clock, or randomness",
            "the order of a `HashMap` or `HashSet`",
            "the order or the hash of addresses",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        // Fibers have new thread-locals in every execution.
        let has_kept = engine == Engine::Threads;
        assert_eq!(text.contains("`fresh_threads(true)`"), has_kept, "{text}");
        let way = |line: &str| line.split("way_").nth(1).map(|rest| rest[..1].to_owned());
        let ways: Vec<_> = text.lines().filter_map(way).collect();
        assert_eq!(ways.len(), 2, "{text}");
        assert_ne!(ways[0], ways[1], "{text}");
    }
}

fn by_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    // The smallest step of the clock may be a multiple of what it counts in.
    now.as_nanos()
        .to_le_bytes()
        .iter()
        .map(|&byte| u64::from(byte))
        .sum()
}

#[test]
fn the_real_clock_is_found_out() {
    assert_is_found_out(&PLACES, true, by_the_clock);
}

#[test]
fn the_clock_of_the_run_is_the_same_under_the_same_schedule() {
    for place in PLACES {
        assert_is_explored(odd_and_steady(place, by_the_clock));
    }
}

#[test]
fn randomness_is_found_out() {
    assert_is_found_out(&PLACES, false, || fastrand::u64(..));
}

fn first_of_a_hash_map() -> u64 {
    let map: HashMap<u64, u64> = (0..7).map(|key| (key, key)).collect();
    map.into_keys().next().unwrap()
}

/// The system's random numbers come from the seed. But std asks for them once for each thread, and
/// counts from there: on a thread that is kept, the next execution has other ones.
#[test]
fn the_order_of_a_hash_map_is_found_out_on_threads_that_are_kept() {
    assert_is_found_out(&PLACES[..2], false, first_of_a_hash_map);
}

#[test]
fn the_order_of_a_hash_map_is_the_same_on_fresh_threads_and_fibers() {
    for (engine, workers) in PLACES {
        let explorer = odd_and_steady((engine, workers), first_of_a_hash_map);
        assert_is_explored(explorer.fresh_threads(engine == Engine::Threads));
    }
}

#[test]
fn addresses_are_found_out() {
    // An arena that is never given back: each value has an address that none had before.
    assert_is_found_out(&PLACES, false, || {
        let value: &'static [u64; 8] = Box::leak(Box::new([0; 8]));
        let address = std::ptr::from_ref(value).addr() as u64;
        address / 16 % 1_000_003
    });
}

/// Explores programs of which the third execution panics, and looks for what is told of it. Each
/// counts its executions by what it is made of.
#[track_caller]
fn assert_tells(program: fn(Arc<AtomicU32>) -> Explorer<()>, parts: &[&str]) {
    for (engine, workers) in PLACES {
        let report = program(Arc::default())
            .thread("b", |()| (0..2).for_each(|_| marker!("z")))
            .engine(engine)
            .workers(workers)
            .explore();
        let error = report.error().expect("a contradiction");
        assert_eq!(error.kind(), ErrorKind::NonDeterministic);
        let text = error.to_string();
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
    }
}

#[test]
fn a_setup_that_panics_in_some_executions_only_is_told_in_its_words() {
    let program = |executions: Arc<AtomicU32>| {
        let setup = move || {
            let is_third = executions.fetch_add(1, SeqCst) == 2;
            assert!(!is_third, "sometimes: no connection");
        };
        Explorer::new(setup).thread("a", |()| marker!("x"))
    };
    assert_tells(
        program,
        &[
            "at step 1, before the first step\n  before: a at x (tests/non_determinism.rs:",
            "now:    no thread is ready",
            "\nand it fails: the setup panicked: sometimes: no connection\nat tests/non_determinism.rs:",
            "\nWhat usually causes this:",
        ],
    );
}

#[test]
fn a_thread_that_panics_in_some_executions_only_is_told_in_its_words() {
    let program = |executions: Arc<AtomicU32>| {
        Explorer::new(|| ()).thread("a", move |()| {
            let is_third = executions.fetch_add(1, SeqCst) == 2;
            assert!(!is_third, "sometimes: no file");
            marker!("x");
        })
    };
    assert_tells(
        program,
        &[
            "\n  before: a at x (tests/non_determinism.rs:",
            "and it fails: thread `a` panicked: sometimes: no file\nat tests/non_determinism.rs:",
            "\nWhat usually causes this:",
        ],
    );
}

thread_local!(static IS_WARM: Cell<bool> = const { Cell::new(false) });

/// Fills a cache of its thread when it is first called there.
fn use_cache(fills: &AtomicU32) {
    marker!("look");
    if !IS_WARM.replace(true) {
        marker!("fill");
        fills.fetch_add(1, SeqCst);
    }
    marker!("use");
}

fn two_caches() -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("a", use_cache)
        .thread("b", use_cache)
        .outcome(|fills| fills.load(SeqCst))
}

#[test]
fn thread_locals_of_threads_that_run_every_execution_are_found_out() {
    for workers in [1, 2] {
        let explorer = two_caches().engine(Engine::Threads).workers(workers);
        let report = explorer.explore();
        // The second execution repeats `a:look`, and finds the cache warm.
        assert_eq!(report.schedules(), 2);
        let text = report.error().unwrap().to_string();
        for part in [
            "at step 2, after `a:look`",
            "before: a at fill (tests/non_determinism.rs:",
            "now:    a at use (tests/non_determinism.rs:",
            "b at look",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        let about = "the same OS threads run every execution";
        assert!(text.contains(about), "{text}");
    }
}

#[test]
fn fresh_threads_and_fibers_find_their_thread_locals_as_new() {
    for (engine, workers) in PLACES {
        let explorer = two_caches().engine(engine).workers(workers);
        let report = explorer.fresh_threads(engine == Engine::Threads).explore();
        // 6! / (3! 3!), and each thread fills its cache in each.
        assert_eq!(report.schedules(), 20);
        assert_eq!(report.outcomes().collect::<Vec<_>>(), [("2", 20)]);
        assert!(report.is_exhaustive());
        report.assert_ok();
    }
}

#[test]
fn fresh_threads_are_other_threads_in_every_execution() {
    let seen: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
    let note = |seen: &Arc<Mutex<Vec<ThreadId>>>| {
        let seen = Arc::clone(seen);
        move || seen.lock().unwrap().push(thread::current().id())
    };
    let (in_setup, in_a, in_b, in_check) = (note(&seen), note(&seen), note(&seen), note(&seen));
    let report = Explorer::new(in_setup)
        .thread("a", move |()| {
            marker!("x");
            in_a();
        })
        .thread("b", move |()| {
            marker!("y");
            in_b();
        })
        .check(move |()| in_check())
        .repeats(Repeats::Never)
        .fresh_threads(true)
        .explore();
    assert_eq!(report.schedules(), 2);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2 * 4);
    // Setup and check of one execution are on one thread.
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 2 * 3);
}

#[test]
fn failures_and_time_outs_on_fresh_threads_are_as_on_others() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let report = |are_fresh| {
        let explorer = Explorer::new(AtomicU32::default)
            .thread("a", |value| {
                marker!("a1");
                value.fetch_add(1, SeqCst);
                marker!("a2");
                assert_ne!(value.load(SeqCst), 3, "in between");
            })
            .thread("b", |value| {
                marker!("b1");
                value.fetch_add(2, SeqCst);
                marker!("b2");
            });
        explorer.keep_going().fresh_threads(are_fresh).explore()
    };
    let (fresh, kept) = (report(true), report(false));
    // Only a1 a2 comes before b1 in two: a1 a2 b1 b2 holds; the panic ends the others: a1 b1 a2,
    // a1 b1 b2 a2, b1 a1 a2, b1 a1 b2 a2 and b1 b2 a1 a2.
    assert_eq!((fresh.schedules(), fresh.failing()), (6, 5));
    assert_eq!(
        fresh.verdicts().collect::<Vec<_>>(),
        kept.verdicts().collect::<Vec<_>>()
    );
    let failure = fresh.assert_fails();
    assert_eq!(failure.schedule(), kept.assert_fails().schedule());
    assert!(failure.is_reproduced() && failure.is_proved_minimal());

    let report = Explorer::new(|| ())
        .thread("a", |()| {
            marker!("x");
            // A sleep would end at once, on the run's own time, and be a step.
            while !RELEASED.load(SeqCst) {
                std::hint::spin_loop();
            }
        })
        .timeout(Duration::from_millis(300))
        .fresh_threads(true)
        .explore();
    RELEASED.store(true, SeqCst);
    assert_eq!(
        report.verdicts().collect::<Vec<_>>(),
        [(Verdict::TimedOut, 1)]
    );
}

#[test]
fn fresh_threads_on_fibers_are_an_error_that_says_why() {
    let explorer = || two_caches().engine(Engine::Fibers).fresh_threads(true);
    let report = explorer().explore();
    let error = report.error().unwrap();
    assert_eq!(
        (error.kind(), report.schedules()),
        (ErrorKind::BadSetting, 0)
    );
    assert!(
        error
            .to_string()
            .contains("`fresh_threads` is for `Engine::Threads`"),
        "{error}"
    );
    let text = explorer().replay(&schedule![]).to_string();
    assert!(
        text.contains("`fresh_threads` is for `Engine::Threads`"),
        "{text}"
    );
}

#[test]
fn a_replay_on_fresh_threads_is_as_good() {
    let execution = two_caches().fresh_threads(true).replay(&schedule![b: look]);
    let markers: Vec<_> = execution.steps().iter().map(ToString::to_string).collect();
    assert_eq!(
        markers,
        ["b:look", "b:fill", "b:use", "a:look", "a:fill", "a:use"]
    );
}
