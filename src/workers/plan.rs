//! Runs the searches of a plan one after the other.

use std::sync::Arc;

use super::{Findings, ParallelSearch, StoppedBy, first};
use crate::error::Error;
use crate::search::{SearchPlan, Stages};

/// Runs the executions of `plan` that the bounds of `search` allow, and keeps its meter, if it has
/// one, up to date. What is found does not depend on the number of workers.
///
/// # Errors
///
/// If the system gives no thread or memory at the start.
pub(crate) fn run_search(
    search: ParallelSearch,
    plan: SearchPlan,
    seed: u64,
) -> Result<(Findings, StoppedBy), Error> {
    let bounds = search.bounds;
    // Where all executions are counted, in whichever order, none is run ahead of its turn.
    let scouts = plan == SearchPlan::Automatic
        && !bounds.keeps_going
        && bounds.limits.max_schedules.is_none();
    run_stages(search, plan, seed, scouts)
}

/// As [`run_search`]. If it `scouts`, executions with few preemptions come first where the search is not small.
fn run_stages(
    mut search: ParallelSearch,
    plan: SearchPlan,
    seed: u64,
    scouts: bool,
) -> Result<(Findings, StoppedBy), Error> {
    let bounds = search.bounds;
    let max_schedules = bounds.limits.max_schedules;
    let weights = match (bounds.shard, plan) {
        (Some(_), SearchPlan::Exhaustive) => Some(first::weigh(&search)?),
        _ => None,
    };
    if let (Some(meter), Some(schedules)) = (&search.meter, plan.schedules()) {
        let range = bounds.shard.map(|shard| shard.range_of(schedules));
        meter.expect(range.map_or(schedules, |range| range.end - range.start));
    }
    let shard = bounds.shard.map(|shard| (shard, weights.clone()));
    let mut stages = Stages::new(plan, seed, shard).scouting(scouts);
    let mut total = Findings {
        weights,
        ..Findings::default()
    };
    while let Some(stage) = stages.next(total.leaves_out) {
        let left = max_schedules.map(|max| max - total.tally.total());
        search.bounds.limits.max_schedules = left;
        search.bounds.before = total.tally.total();
        total.leaves_out = stage.leaves_out;
        let (mut found, stopped_by) = Arc::new(search.clone()).run(stage.part);
        if found.irreducible.is_some() && plan == SearchPlan::Automatic {
            // A later execution has shown that the order of steps matters for more than what they touch.
            let (mut all, stopped_by) = run_stages(search, SearchPlan::Exhaustive, seed, scouts)?;
            all.classless = found.irreducible;
            return Ok((all, stopped_by));
        }
        total.append(&mut found);
        match stopped_by {
            StoppedBy::Exhausted => {}
            StoppedBy::MaxSchedules(of_stage) => {
                let max = max_schedules.unwrap_or(of_stage);
                return Ok((total, StoppedBy::MaxSchedules(max)));
            }
            _ => return Ok((total, stopped_by)),
        }
    }
    let stopped_by = match plan {
        SearchPlan::Preemptions(max) if total.leaves_out => StoppedBy::MaxPreemptions(max),
        _ if total.leaves_out => StoppedBy::Sampled(total.tally.total()),
        _ => StoppedBy::Exhausted,
    };
    Ok((total, stopped_by))
}
