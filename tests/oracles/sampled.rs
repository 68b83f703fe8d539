//! The wrong programs, searched by every strategy.
//!
//! `ORACLE_TABLE=1 cargo test --release --test oracles -- --nocapture --test-threads=1` prints a row
//! for each: the number of executions up to the first failure, the (upper) median of 100 seeds, in
//! the order of `strategies`.

use interlace::{Engine, Explorer, Report, Strategy};

use crate::oracle::Oracle;

const SEEDS: u64 = 100;

/// Every strategy that stops somewhere, with as many executions as a failure may take.
fn strategies() -> [Strategy; 9] {
    let schedules = 1000;
    [
        Strategy::Exhaustive,
        Strategy::Preemptions(3),
        Strategy::Portfolio { schedules },
        Strategy::Random { schedules },
        Strategy::Uniform { schedules },
        Strategy::Pct {
            depth: 3,
            schedules,
        },
        Strategy::Pos { schedules },
        Strategy::Surw { schedules },
        Strategy::Feedback { schedules },
    ]
}

pub(crate) fn explore<S: Send + Sync + 'static>(
    explorer: &impl Fn() -> Explorer<S>,
    strategy: Strategy,
    seed: u64,
) -> Report {
    let explorer = explorer().strategy(strategy).seed(seed);
    explorer.engine(Engine::Fibers).workers(1).explore()
}

/// Every strategy finds the failure, with a few seeds, and shrinks it to the same.
#[track_caller]
pub(crate) fn assert_found<S: Send + Sync + 'static>(
    oracle: &Oracle,
    explorer: &impl Fn() -> Explorer<S>,
) {
    for strategy in strategies() {
        for seed in 0..3 {
            oracle.assert_minimal(&explore(explorer, strategy.clone(), seed));
        }
    }
    // Nothing fails with fewer preemptions than the minimal schedule has.
    let fewest = oracle.preemptions;
    let report = explore(explorer, Strategy::Preemptions(fewest), 0);
    oracle.assert_minimal(&report);
    if let Some(fewer) = fewest.checked_sub(1) {
        explore(explorer, Strategy::Preemptions(fewer), 0).assert_ok();
    }
    if std::env::var_os("ORACLE_TABLE").is_some() {
        print_row(explorer);
    }
}

/// Prints the medians for one program, which goes by the name of its test.
pub(crate) fn print_row<S: Send + Sync + 'static>(explorer: &impl Fn() -> Explorer<S>) {
    let medians = strategies().map(|strategy| median(explorer, &strategy, SEEDS));
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("?");
    // The test runner has begun the line.
    println!("\n| {name} | {} |", medians.join(" | "));
}

/// The number of executions up to the first failure, the (upper) median of this many
/// seeds.
pub(crate) fn median<S: Send + Sync + 'static>(
    explorer: &impl Fn() -> Explorer<S>,
    strategy: &Strategy,
    seeds: u64,
) -> String {
    let executions = |seed| {
        let report = explore(explorer, strategy.clone(), seed);
        // One that found nothing comes after all that did.
        report.failure().map_or(u64::MAX, |_| report.schedules())
    };
    let mut executions: Vec<u64> = (0..seeds).map(executions).collect();
    executions.sort_unstable();
    match executions[executions.len() / 2] {
        u64::MAX => "–".to_owned(),
        median => median.to_string(),
    }
}
