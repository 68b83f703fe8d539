//! The mistakes that newcomers make, each with the words that they read, beside its twin that holds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::saved::Nowhere;
use interlace::{Engine, Explorer, Repeats, Report, Strategy, marker};

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

#[derive(Default)]
struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read
        self.value.store(temp + 1, SeqCst); // interlace: write
    }

    fn add(&self) {
        self.value.fetch_add(1, SeqCst); // interlace: add
    }
}

/// Without the attribute, comments are comments.
impl Counter {
    fn increment_unmarked(&self) {
        let temp = self.value.load(SeqCst); // interlace: read
        self.value.store(temp + 1, SeqCst); // interlace: write
    }
}

fn counter() -> Explorer<Counter> {
    Explorer::new(Counter::default).saved(Nowhere)
}

/// The reports on both engines, which are the same.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let [threads, fibers] = ENGINES.map(|engine| explorer().engine(engine).explore());
    assert_eq!(threads.to_string(), fibers.to_string());
    fibers
}

/// What `assert` panics with.
#[track_caller]
fn panic_of(report: &Report, assert: fn(&Report)) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| assert(report)));
    *panicked.expect_err("a panic").downcast().unwrap()
}

/// `assert_ok` and its like fail with these words.
#[track_caller]
fn assert_tells(report: &Report, words: &str) {
    for assert in [
        Report::assert_ok,
        Report::assert_no_failure_found,
        Report::assert_exhaustive,
    ] {
        assert_eq!(panic_of(report, assert), words);
    }
    assert_eq!(report.to_string(), words);
}

const MARKED: &str = "marked with `// interlace: name`, and is the function, impl or module around it under \
                      `#[interlace::trace]`? If that is meant, say so with `allow_trivial()`";

const ONE_SCHEDULE: &str = "interlace: no failure in 1 schedule; every schedule was run\n";

#[test]
fn the_attribute_is_forgotten_everywhere() {
    let explorer = || {
        counter()
            .thread("a", Counter::increment_unmarked)
            .thread("b", Counter::increment_unmarked)
    };
    let words = "interlace: no thread reached a marker, so there was nothing to explore: is the code marked with \
                 `// interlace: name`, and is the function, impl or module around it under \
                 `#[interlace::trace]`?\n\nno failure in 1 schedule";
    assert_tells(&explore(explorer), words);
    explore(|| explorer().allow_trivial()).assert_exhaustive();

    let twin = explore(|| {
        counter()
            .thread("a", Counter::add)
            .thread("b", Counter::add)
    });
    twin.assert_exhaustive();
}

#[test]
fn the_attribute_is_forgotten_on_what_one_thread_does() {
    let words = format!(
        "{ONE_SCHEDULE}thread `b` reached no marker: all that it does was done in one go, at the start, and never \
         between the steps of others. Is its code {MARKED}"
    );
    let one = || counter().thread("a", Counter::increment);
    let explorer = || one().thread("b", Counter::increment_unmarked);
    assert_tells(&explore(explorer), &words);
    explore(|| explorer().allow_trivial()).assert_exhaustive();

    let words = format!(
        "interlace: no failure in 6 schedules; every schedule was run\nthreads `b`, `d` reached no marker: all that \
         each of them does was done in one go, at the start, and never between the steps of others. Is their code \
         {MARKED}"
    );
    // a and c have two markers each: 4! / (2! 2!) = 6.
    let others = || {
        let explorer = explorer().thread("c", Counter::increment);
        explorer.thread("d", Counter::increment_unmarked)
    };
    assert_tells(&explore(others), &words);

    explore(|| one().thread("b", Counter::increment)).assert_exhaustive();
}

#[test]
fn a_marker_in_a_branch_that_is_never_taken_is_not_reached() {
    // What b does before its first marker is done before a takes a step.
    let explorer = |value| {
        counter()
            .thread("a", Counter::add)
            .thread("b", move |counter| {
                if counter.value.load(SeqCst) == value {
                    marker!("equal");
                }
            })
    };
    let words = panic_of(&explore(|| explorer(1)), Report::assert_ok);
    assert!(
        words.contains("\nthread `b` reached no marker: "),
        "{words}"
    );
    explore(|| explorer(0)).assert_exhaustive();
}

#[test]
fn one_thread_has_one_schedule() {
    let gap = |thread: &str| {
        format!(
            "there was one schedule only, so nothing was interleaved: no thread was added or started that could go \
             on beside `{thread}`. If that is meant, say so with `allow_trivial()`"
        )
    };
    let explorer = || counter().thread("a", Counter::increment);
    assert_tells(&explore(explorer), &format!("{ONE_SCHEDULE}{}", gap("a")));
    explore(|| explorer().allow_trivial()).assert_exhaustive();

    // Five times the same.
    let sampled = explore(|| explorer().strategy(Strategy::Random { schedules: 5 }));
    let words = panic_of(&sampled, Report::assert_ok);
    assert!(words.ends_with(&gap("a")), "{words}");

    // A replay is of one schedule.
    let schedule = interlace::schedule![a: read];
    let replayed = explore(|| explorer().strategy(Strategy::Replay(schedule.clone())));
    replayed.assert_ok();
}

#[test]
fn nobody_can_go_on_beside_another() {
    // a has the lock before its marker, and so before b gets anywhere.
    let explorer = |is_marked: bool| {
        let body = |counter: &Counter, lock: &Mutex<()>| {
            let _guard = lock.lock().unwrap();
            counter.increment();
        };
        Explorer::new(<(Counter, Mutex<()>)>::default)
            .thread("a", move |(counter, lock)| body(counter, lock))
            .thread("b", move |(counter, lock)| {
                if is_marked {
                    marker!("before");
                }
                body(counter, lock);
            })
            .saved(Nowhere)
    };
    let words = format!(
        "{ONE_SCHEDULE}there was one schedule only, so nothing was interleaved: at no point could more than one \
         thread go on. Does each thread reach a marker, and before it waits for the others? If that is meant, say \
         so with `allow_trivial()`"
    );
    assert_tells(&explore(|| explorer(false)), &words);
    explore(|| explorer(true)).assert_exhaustive();
}

#[test]
fn what_a_limit_ended_is_no_proof() {
    let explorer = || {
        counter()
            .thread("a", Counter::increment)
            .thread("b", Counter::increment)
    };
    let advice = "\n`assert_ok` is for searches that come to their end. Raise the limit, or choose a `Strategy` that \
                  samples or bounds the search. If it is enough that none of the schedules failed that were run, \
                  call `assert_no_failure_found`";
    let limited = explore(|| explorer().max_schedules(5));
    let words =
        "interlace: no failure in 5 schedules; stopped by `max_schedules` (5): others were not run";
    assert_eq!(limited.to_string(), words);
    for assert in [Report::assert_ok, Report::assert_exhaustive] {
        assert_eq!(panic_of(&limited, assert), format!("{words}{advice}"));
    }
    limited.assert_no_failure_found();
    // There are 6: the limit ended nothing.
    explore(|| explorer().max_schedules(6)).assert_exhaustive();

    let nothing = explore(|| explorer().time_limit(Duration::ZERO));
    let words =
        "interlace: no failure in 0 schedules; stopped by `time_limit` (0ns): others were not run";
    assert_eq!(
        panic_of(&nothing, Report::assert_ok),
        format!("{words}{advice}")
    );
    assert_eq!(
        panic_of(&nothing, Report::assert_no_failure_found),
        format!("{words}\nthe limit was reached before anything was run")
    );
}

#[test]
fn a_sample_that_was_asked_for_is_fine_and_not_exhaustive() {
    let explorer = || {
        counter()
            .thread("a", Counter::increment)
            .thread("b", Counter::increment)
    };
    for strategy in [Strategy::Random { schedules: 5 }, Strategy::Preemptions(1)] {
        let report = explore(|| explorer().strategy(strategy.clone()));
        report.assert_ok();
        report.assert_no_failure_found();
        let words = panic_of(&report, Report::assert_exhaustive);
        let ends = "\n`assert_exhaustive` asks for every schedule, and not all were run";
        assert!(words.ends_with(ends), "{words}");
    }
}

#[test]
fn a_shard_may_be_too_small_to_tell_and_the_whole_is_not() {
    let shards = |threads: fn() -> Explorer<Counter>| -> Vec<Report> {
        let shard = |number| explore(|| threads().shard(number, 3));
        (1..=3).map(shard).collect()
    };
    // The third shard has none of two schedules.
    let adders = shards(|| {
        counter()
            .thread("a", Counter::add)
            .thread("b", Counter::add)
    });
    adders.iter().for_each(Report::assert_ok);
    let whole = Report::merge(adders).unwrap();
    assert_eq!(whole.schedules(), 2);
    whole.assert_exhaustive();

    let one = shards(|| counter().thread("a", Counter::add).thread("b", |_| ()));
    one.iter().for_each(Report::assert_ok);
    let words = panic_of(&Report::merge(one).unwrap(), Report::assert_ok);
    assert!(
        words.contains("\nthread `b` reached no marker: "),
        "{words}"
    );
}

#[test]
fn classes_of_which_there_is_one_are_no_gap() {
    let report = explore(|| {
        counter()
            .thread("a", |counter| {
                marker!("look", reads(counter));
                assert_eq!(counter.value.load(SeqCst), 0);
            })
            .thread("b", |counter| {
                marker!("look", reads(counter));
                assert_eq!(counter.value.load(SeqCst), 0);
            })
    });
    assert_eq!(report.schedules(), 1);
    report.assert_exhaustive();
}

#[test]
fn a_model_starts_no_second_thread() {
    let gap = "there was one schedule only, so nothing was interleaved: no thread was added or started that could \
               go on beside `main`. If that is meant, say so with `allow_trivial()`";
    let alone = || Explorer::model(|| marker!("x")).saved(Nowhere);
    let report = explore(alone);
    let words = panic_of(&report, Report::assert_ok);
    assert!(words.ends_with(gap), "{words}");
    explore(|| alone().allow_trivial()).assert_ok();

    // The body itself may reach no marker.
    let two = || {
        let start = || std::thread::spawn(|| marker!("x"));
        let threads = [start(), start()];
        for thread in threads {
            thread.join().unwrap();
        }
    };
    explore(|| Explorer::model(two).saved(Nowhere)).assert_exhaustive();
}

#[test]
fn state_left_over_is_not_proved_minimal() {
    static EXECUTIONS: AtomicU32 = AtomicU32::new(0);
    let explorer = || {
        EXECUTIONS.store(0, SeqCst);
        Explorer::new(|| ())
            .thread("a", |()| marker!("x"))
            .thread("b", |()| {
                marker!("y");
                EXECUTIONS.fetch_add(1, SeqCst);
            })
            .saved(Nowhere)
    };
    let explorer = || explorer().check(|()| assert!(EXECUTIONS.load(SeqCst) <= 1));
    let report = explorer().explore();
    let words = report.error().unwrap().to_string();
    for part in [
        "the program behaves differently under the same schedule: along the empty one\n  before: the execution \
         holds\n  now:    the check failed: assertion failed: EXECUTIONS.load(SeqCst) <= 1\nat tests/wrong_usage.rs:",
        "\nRun four times more, it was as now each time: so something may be left over from earlier \
         executions, unless it was by chance that it was another before\n",
    ] {
        assert!(words.contains(part), "{words}");
    }

    // Without repeats, it fails.
    let report = explore(|| explorer().repeats(Repeats::Never));
    let failure = report.assert_fails();
    assert!(!failure.is_proved_minimal() && !failure.is_reproduced());
    let words = failure.to_string();
    for part in [
        "found in schedule 2; shrunk to 0 forced steps and 0 preemptions; NOT proved minimal: see below\n",
        "\n\nSTATE IS KEPT between executions: the first schedule of this search held, and when it was run once \
         more after the failure, it failed. So whether an execution fails depends on those before it, and not on \
         its schedule alone: the minimal schedule may well hold by itself. Make what is kept, in statics, files \
         or thread-locals, anew in the setup.",
    ] {
        assert!(words.contains(part), "{words}");
    }

    // The twin makes its state in the setup, and has a mistake of its own.
    let report = explore(|| {
        counter()
            .thread("a", Counter::increment)
            .thread("b", Counter::increment)
            .check(|counter| assert_eq!(counter.value.load(SeqCst), 2))
    });
    let failure = report.assert_fails();
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
}

#[test]
fn a_failure_that_holds_when_it_is_run_again_is_not_proved_minimal() {
    // Only the second execution of a search fails.
    static EXECUTIONS: AtomicU32 = AtomicU32::new(0);
    let report = explore(|| {
        EXECUTIONS.store(0, SeqCst);
        Explorer::new(|| ())
            .thread("a", |()| marker!("x"))
            .thread("b", |()| marker!("y"))
            .check(|()| assert_ne!(EXECUTIONS.fetch_add(1, SeqCst), 1))
            .workers(1)
            .repeats(Repeats::Never)
            .saved(Nowhere)
    });
    let failure = report.assert_fails();
    assert!(!failure.is_proved_minimal() && !failure.is_reproduced());
    let words = failure.to_string();
    assert!(words.contains(", not proved minimal\n"), "{words}");
    assert!(words.contains("\n\nNOT REPRODUCED: "), "{words}");
}

#[test]
fn threads_are_missing_or_named_alike() {
    let none = "interlace: there is no thread to run: add one before running";
    assert_tells(&explore(counter), none);
    let alike = "interlace: two threads are named `a`: give each thread a name of its own";
    let explorer = || {
        counter()
            .thread("a", Counter::add)
            .thread("a", Counter::add)
    };
    assert_tells(&explore(explorer), alike);
}
