//! The same program gives the same report: again, beside others, and after others.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use interlace::{Engine, Explorer, Report, Schedule, Strategy};

#[derive(Default)]
struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value
        self.value.store(temp + 1, SeqCst); // interlace: write_value
    }

    #[expect(clippy::unused_async, reason = "a marker in it pauses the task")]
    async fn increment_later(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value
        self.value.store(temp + 1, SeqCst); // interlace: write_value
    }

    fn increment_atomically(&self) {
        self.value.fetch_add(1, SeqCst); // interlace: add
    }

    /// Goes on only from a value that nobody has seen before it.
    fn increment_from_zero(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value
        assert_eq!(temp, 0, "not the first");
        self.value.store(temp + 1, SeqCst); // interlace: write_value
    }

    /// Reaches markers for as long as others have not come far enough.
    fn wait_for(&self, value: u32) {
        for _ in 0..3 {
            let temp = self.value.load(SeqCst); // interlace: look
            if temp >= value {
                return;
            }
        }
    }
}

/// Programs that hold, fail, panic, violate an invariant, and have markers by schedule.
fn programs() -> Vec<fn() -> Explorer<Counter>> {
    vec![
        || lost_update().keep_going(),
        lost_update,
        || {
            let three = lost_update().thread("thread3", Counter::increment);
            three.invariant("at most 2", |c| c.value.load(SeqCst) <= 2)
        },
        || {
            Explorer::new(Counter::default)
                .task("task1", Counter::increment_later)
                .thread("thread1", Counter::increment)
                .task("task2", Counter::increment_later)
                .outcome(|counter| counter.value.load(SeqCst))
                .check(|counter| assert_ne!(counter.value.load(SeqCst), 1))
                .keep_going()
        },
        || {
            Explorer::new(Counter::default)
                .thread("thread1", Counter::increment_from_zero)
                .thread("thread2", Counter::increment_from_zero)
                .keep_going()
        },
        || {
            Explorer::new(Counter::default)
                .thread("waiter", |counter| counter.wait_for(2))
                .thread("thread1", Counter::increment_atomically)
                .thread("thread2", Counter::increment_atomically)
                .outcome(|counter| counter.value.load(SeqCst))
                .check(|counter| assert_eq!(counter.value.load(SeqCst), 2))
        },
    ]
}

fn lost_update() -> Explorer<Counter> {
    Explorer::new(Counter::default)
        .thread("thread1", Counter::increment)
        .thread("thread2", Counter::increment)
        .outcome(|counter| counter.value.load(SeqCst))
        .check(|counter| assert_eq!(counter.value.load(SeqCst), 2))
}

/// Explores a program. The regression test in a report holds the source around the call of
/// `explore`, so there is only this call.
fn explore_it(explorer: Explorer<Counter>) -> Report {
    explorer.explore()
}

fn explore_on(engine: Engine, program: fn() -> Explorer<Counter>) -> Report {
    explore_it(program().engine(engine))
}

fn explore(program: fn() -> Explorer<Counter>) -> Report {
    explore_on(Engine::Threads, program)
}

/// All that a report says, but for how long it took.
fn everything(report: &Report) -> String {
    let verdicts: Vec<_> = report.verdicts().collect();
    let outcomes: Vec<_> = report.outcomes().collect();
    let failure = report.failure().map(|failure| {
        let schedules = (
            failure.found_schedule(),
            failure.schedule(),
            failure.index(),
        );
        let proofs = (failure.is_proved_minimal(), failure.is_reproduced());
        format!("{schedules:?} {proofs:?} {:?}", failure.kind())
    });
    let stopped_by = report.stopped_by();
    format!("{verdicts:?} {outcomes:?} {stopped_by:?} {failure:?}\n{report}")
}

/// Explores the programs in the order of `numbers`; their reports by number.
fn explore_in(numbers: impl Iterator<Item = usize>) -> BTreeMap<usize, String> {
    let programs = programs();
    let explored = numbers.map(|number| (number, everything(&explore(programs[number]))));
    explored.collect()
}

const PROGRAMS: usize = 6;

fn explore_all() -> BTreeMap<usize, String> {
    explore_in(0..PROGRAMS)
}

#[test]
fn the_programs_do_what_they_are_here_for() {
    let reports: Vec<_> = programs().into_iter().map(explore).collect();
    let counts: Vec<_> = reports
        .iter()
        .map(|r| (r.schedules(), r.failing()))
        .collect();
    let expected = [
        (6, 4),
        (2, 1),
        // The first of 90 leaves 3.
        (1, 1),
        // Of 90, those with 1 left: 48, as in any program of three increments.
        (90, 48),
        // Two serial orders, aab and bba, panic at the second read; the rest of those that begin
        // with ab are abab, abba, and with ba, baab, baba.
        (6, 2),
        // With w for the waiter, which looks three times unless it sees both of a and b, the
        // number of looks is 1 + those before the second of a and b, at most 3. With k = 0, 1 and
        // 2 looks before it, one more comes after it, in one place; with 3, none. The looks before
        // it stand around the first of a and b in k + 1 ways, and a and b in 2: 2 (1 + 2 + 3 + 4).
        (20, 0),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn exploring_on_fibers_gives_the_same_report() {
    for (number, text) in explore_all() {
        let report = explore_on(Engine::Fibers, programs()[number]);
        assert_eq!(everything(&report), text);
    }
}

/// Every strategy; the samples are large enough to be divided.
fn strategies() -> [Strategy; 10] {
    let schedules = 60;
    [
        Strategy::Exhaustive,
        Strategy::Preemptions(2),
        Strategy::Random { schedules },
        Strategy::Uniform { schedules },
        Strategy::Pct {
            depth: 3,
            schedules,
        },
        Strategy::Pos { schedules },
        Strategy::Surw { schedules },
        Strategy::Feedback { schedules },
        Strategy::Portfolio { schedules },
        Strategy::Replay(Schedule::default()),
    ]
}

#[test]
fn every_strategy_gives_the_same_report_on_any_engine_and_number_of_workers() {
    for strategy in strategies() {
        for program in programs() {
            let explore = |engine, workers| {
                let explorer = program().strategy(strategy.clone()).seed(3);
                everything(&explore_it(explorer.engine(engine).workers(workers)))
            };
            let alone = explore(Engine::Threads, 1);
            for (engine, workers) in [
                (Engine::Threads, 1),
                (Engine::Threads, 3),
                (Engine::Fibers, 1),
                (Engine::Fibers, 2),
                (Engine::Fibers, 3),
            ] {
                assert_eq!(
                    explore(engine, workers),
                    alone,
                    "{strategy} {engine:?} {workers}"
                );
            }
        }
    }
}

#[test]
fn exploring_twice_gives_the_same_report() {
    assert_eq!(explore_all(), explore_all());
}

#[test]
fn the_programs_explored_before_change_nothing() {
    assert_eq!(explore_in((0..PROGRAMS).rev()), explore_all());
}

#[test]
fn one_explorer_on_a_thread_of_its_own_gives_the_same_report() {
    let alone = explore_all();
    assert_eq!(thread::spawn(explore_all).join().unwrap(), alone);
}

/// Explores the programs on eight threads at once, on each in an order of its own.
fn explore_on_eight_threads(order: impl Fn(usize) -> Vec<usize> + Sync) {
    let alone = explore_all();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (alone, start, order) = (&alone, &start, &order);
            scope.spawn(move || {
                start.wait();
                assert_eq!(&explore_in(order(number).into_iter()), alone);
            });
        }
    });
}

#[test]
fn eight_explorers_of_the_same_program_at_once_give_the_same_reports() {
    explore_on_eight_threads(|_| (0..PROGRAMS).collect());
}

#[test]
fn eight_explorers_of_different_programs_at_once_do_not_disturb_each_other() {
    explore_on_eight_threads(|number| (0..PROGRAMS).map(|at| (at + number) % PROGRAMS).collect());
}

#[test]
fn a_replay_gives_the_same_execution_every_time() {
    let report = lost_update().explore();
    let schedule = report.assert_fails().schedule();
    let first = lost_update().replay(schedule);
    for _ in 0..20 {
        let again = lost_update().replay(schedule);
        assert_eq!(again.to_string(), first.to_string());
        assert_eq!(again.steps(), first.steps());
    }
}
