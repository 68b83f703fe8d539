//! Shuttle: depth first without a bound, or a sample.

use std::time::Duration;

use shuttle::scheduler::{DfsScheduler, RandomScheduler};
use shuttle::{Config, Runner};

use super::answer::{Answer, Verdict};
use super::tool::{self, count};

#[path = "../../programs/mod.rs"]
pub(super) mod programs;
mod types;

/// How many executions are sampled.
pub(super) const SAMPLE: usize = 10_000;

pub(super) fn depth_first(program: fn(), limit: Duration) -> Answer {
    tool::measure(limit, verdict, move || {
        let runner = Runner::new(DfsScheduler::new(None, false), config());
        runner.run(move || {
            count();
            program();
        });
    })
}

pub(super) fn random(program: fn(), limit: Duration) -> Answer {
    tool::measure(limit, verdict, move || {
        let runner = Runner::new(RandomScheduler::new_from_seed(1, SAMPLE), config());
        runner.run(move || {
            count();
            program();
        });
    })
}

fn config() -> Config {
    let mut config = Config::new();
    config.failure_persistence = shuttle::FailurePersistence::None;
    // As many switches as loom is given: its own million would take seconds for one execution.
    config.max_steps = shuttle::MaxSteps::FailAfter(1000);
    config
}

fn verdict(message: &str) -> Verdict {
    let kinds = [
        ("deadlock!", Verdict::Deadlock),
        ("exceeded max_steps", Verdict::Livelock),
    ];
    let kind = kinds.into_iter().find(|(words, _)| message.contains(words));
    kind.map_or(Verdict::Panic, |(_, verdict)| verdict)
}
