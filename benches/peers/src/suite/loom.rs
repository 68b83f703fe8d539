//! Loom, without a bound on preemptions.

use std::time::Duration;

use loom::model::Builder;

use super::answer::{Answer, Verdict};
use super::tool::{self, count};

#[path = "../../programs/mod.rs"]
pub(super) mod programs;
mod types;

/// How often threads may switch in one execution; loom's own limit, 1000, is enough where nothing is wrong.
const BRANCHES: usize = 1000;

pub(super) fn search(program: fn(), limit: Duration) -> Answer {
    tool::measure(limit, verdict, move || {
        let mut builder = Builder::new();
        builder.preemption_bound = None;
        builder.max_branches = BRANCHES;
        builder.check(move || {
            count();
            program();
        });
    })
}

fn verdict(message: &str) -> Verdict {
    let kinds = [
        ("deadlock; threads", Verdict::Deadlock),
        ("maximum number of branches", Verdict::Livelock),
        ("Causality violation", Verdict::DataRace),
        ("leaked", Verdict::Leak),
        ("not supported", Verdict::Unsupported),
    ];
    let kind = kinds.into_iter().find(|(words, _)| message.contains(words));
    kind.map_or(Verdict::Panic, |(_, verdict)| verdict)
}
