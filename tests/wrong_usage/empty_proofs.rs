//! Searches that pass and have shown nothing, or less than it seems.

use std::sync::Mutex;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use interlace::saved::Nowhere;
use interlace::{Explorer, Report, Strategy, marker};

use crate::{Counter, assert_tells, counter, explore, panic_of};

const MARKED: &str = "marked with `// interlace: name`, and is the function, impl or module around it under \
                      `#[interlace::trace]`? A test in the folder `tests` is a crate of its own: `cfg(test)` is off \
                      in the library that it tests, and so is `#[cfg_attr(test, interlace::trace)]` there. A feature \
                      can turn it on (README). If that is meant, say so with `allow_trivial()`";

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
                 `#[interlace::trace]`? A test in the folder `tests` is a crate of its own: `cfg(test)` is off in the \
                 library that it tests, and so is `#[cfg_attr(test, interlace::trace)]` there. A feature can turn it \
                 on (README).\n\nno failure in 1 schedule";
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
fn no_schedule_is_asked_for() {
    let sampled = |schedules| {
        explore(move || {
            counter()
                .thread("a", Counter::add)
                .thread("b", Counter::add)
                .strategy(Strategy::Random { schedules })
        })
    };
    for assert in [Report::assert_ok, Report::assert_no_failure_found] {
        assert_eq!(
            panic_of(&sampled(0), assert),
            "interlace: no failure in 0 sampled schedules (random:0, seed 0); this is a sample, not a proof\n\
             nothing was run, since no schedule was asked for"
        );
    }
    sampled(1).assert_ok();
}
