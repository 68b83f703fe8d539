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

/// The system's random numbers come from the seed. Std asks for them once for each thread, and counts from there: on
/// a thread that is kept, that is set back.
#[test]
fn the_order_of_a_hash_map_is_the_same_in_every_execution() {
    for place in PLACES {
        let are_fresh = [false, place.0 == Engine::Threads];
        for are_fresh in are_fresh {
            let explorer = odd_and_steady(place, first_of_a_hash_map);
            assert_is_explored(explorer.fresh_threads(are_fresh));
        }
        let orders = [(); 3].map(|()| {
            let report = Explorer::new(|| HashSet::from([1, 2, 3]))
                .thread("a", |_| marker!("x"))
                .thread("b", |_| marker!("y"))
                .outcome(|set| format!("{set:?}"))
                .engine(place.0)
                .workers(place.1)
                .explore();
            report.assert_ok();
            let [(order, 2)] = report.outcomes().collect::<Vec<_>>()[..] else {
                panic!("{report}");
            };
            order.to_owned()
        });
        // The setup has the same keys in every search.
        assert!(orders.iter().all(|order| *order == orders[0]), "{orders:?}");
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

/// Numbers that look random and are the same in each run of the test.
fn scattered(number: u32) -> u64 {
    let mut scattered = u64::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    scattered = (scattered ^ scattered >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    scattered ^ scattered >> 31
}

/// A thread that does something more in one of `odds` executions, by `chance`: 6 schedules without that.
fn seldom(chance: &Arc<AtomicU32>, odds: u64) -> Explorer<()> {
    let chance = Arc::clone(chance);
    Explorer::new(|| ())
        .thread("odd", move |()| {
            marker!("first");
            if scattered(chance.fetch_add(1, SeqCst)).is_multiple_of(odds) {
                marker!("more");
            }
            marker!("last");
        })
        .thread("steady", |()| (0..2).for_each(|_| marker!("step")))
}

/// In how many of 200 searches it is noticed.
fn noticed((engine, workers): (Engine, usize), odds: u64, repeats: Repeats) -> u32 {
    let chance = Arc::default();
    (0..200)
        .map(|_| {
            let explorer = seldom(&chance, odds).repeats(repeats);
            let report = explorer.engine(engine).workers(workers).explore();
            let is_noticed = report
                .error()
                .is_some_and(|it| it.kind() == ErrorKind::NonDeterministic);
            assert!(is_noticed || report.is_exhaustive());
            u32::from(is_noticed)
        })
        .sum()
}

#[test]
fn what_is_left_to_chance_is_noticed_nearly_always() {
    // Six schedules are repeated 128 + 64 + 42 + 32 + 25 + 21 = 312 times. That none of these comes out
    // differently is as likely as (63 / 64)^312, one in 136; on a slow machine there are fewer.
    let rates = |repeats| [4, 16, 64].map(|odds| noticed((Engine::Fibers, 1), odds, repeats));
    let before = rates(Repeats::Never);
    assert!(
        before[0] < 190 && before[1] < 100 && before[2] < 40,
        "{before:?}"
    );
    let now = rates(Repeats::Each);
    assert!(now[0] == 200 && now[1] == 200 && now[2] >= 193, "{now:?}");
    println!("noticed in 200 searches, for 1 in 4, 16, 64: {before:?} before, {now:?} now");
}

#[test]
fn chance_is_noticed_on_either_engine_and_by_several_workers() {
    for place in PLACES {
        let chance = Arc::default();
        let explorer = seldom(&chance, 16).engine(place.0).workers(place.1);
        let report = explorer.repeats(Repeats::Each).explore();
        let text = report.error().expect("a difference").to_string();
        for part in [
            "the program behaves differently under the same schedule: at step 2, after `odd:first`\n  before: odd at last (",
            "), one of 2 that were ready\n  now:    odd at more (",
            ", steady at step (",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        assert!(
            !report.is_exhaustive() && !text.contains("Run four times more"),
            "{text}"
        );
    }
}

#[test]
fn an_outcome_and_an_end_that_differ_are_told_with_both() {
    let odd = |number: &AtomicU32| scattered(number.fetch_add(1, SeqCst)).is_multiple_of(16);
    for (engine, workers) in PLACES {
        let explorer = || {
            Explorer::new(|| ())
                .thread("a", |()| marker!("x"))
                .thread("b", |()| marker!("y"))
                .engine(engine)
                .workers(workers)
        };
        let outcomes = AtomicU32::new(0);
        let report = explorer()
            .outcome(move |()| if odd(&outcomes) { "tails" } else { "heads" })
            .explore();
        let text = report.error().expect("a difference").to_string();
        let told = "\n  before: the outcome is \"heads\"\n  now:    the outcome is \"tails\"\n";
        assert!(text.contains(told), "{text}");

        let checks = AtomicU32::new(0);
        let report = explorer()
            .check(move |()| assert!(!odd(&checks), "tails"))
            .explore();
        let text = report.error().expect("a difference").to_string();
        assert!(
            text.contains("\n  before: the execution holds\n  now:    the check failed: tails\n"),
            "{text}"
        );
        assert!(report.failure().is_none());
    }
}

/// Locks two things in the order of their addresses, which are new in every execution.
#[test]
fn what_goes_by_addresses_is_noticed() {
    for (engine, workers) in PLACES {
        let made = AtomicU32::new(0);
        let setup = move || {
            let both = [(); 2].map(|()| &*Box::leak(Box::new([0_u64; 8])));
            // An allocator may well give them out in one and the same order.
            let is_turned = scattered(made.fetch_add(1, SeqCst)).is_multiple_of(64);
            if is_turned { [both[1], both[0]] } else { both }
        };
        let report = Explorer::new(setup)
            .thread("a", |both| {
                if std::ptr::from_ref(both[0]) < std::ptr::from_ref(both[1]) {
                    marker!("ascending");
                } else {
                    marker!("descending");
                }
            })
            .thread("b", |_| (0..3).for_each(|_| marker!("step")))
            .engine(engine)
            .workers(workers)
            .explore();
        let text = report.error().expect("a difference").to_string();
        let ways = ["a at ascending", "a at descending"];
        assert!(ways.iter().all(|way| text.contains(way)), "{text}");
        assert!(
            text.contains("the order or the hash of addresses"),
            "{text}"
        );
    }
}

/// Everything is run twice, of programs that do the same each time.
#[test]
fn a_program_that_does_the_same_is_explored_as_without_repeats() {
    for place in PLACES {
        let explore = |repeats| {
            let explorer = Explorer::new(AtomicU32::default)
                .thread("a", |value| {
                    marker!("read");
                    let read = value.load(SeqCst);
                    marker!("write");
                    value.store(read + 1, SeqCst);
                })
                .thread("b", |value| {
                    marker!("double");
                    value.store(value.load(SeqCst) * 2 + 1, SeqCst);
                    let started = thread::spawn(|| marker!("x"));
                    started.join().unwrap();
                })
                .outcome(|value| value.load(SeqCst))
                .check(|value| assert_ne!(value.load(SeqCst), 1))
                .keep_going();
            explorer
                .engine(place.0)
                .workers(place.1)
                .repeats(repeats)
                .explore()
        };
        let [once, again] = [Repeats::Never, Repeats::Each].map(explore);
        assert_eq!(once.to_string(), again.to_string());
        assert_eq!((once.repeats(), once.error()), (0, None));
        assert!(again.repeats() >= again.schedules(), "{}", again.repeats());
        assert!(again.is_exhaustive() && again.failing() > 0, "{again}");
    }
}
