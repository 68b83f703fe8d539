//! The searches that a strategy consists of, one after the other.

use std::sync::Arc;

use super::{
    Automatic, Bounded, DepthFirst, Method, Part, Reduction, Sample, Scouted, Shard, Weights,
};

/// How many executions of a portfolio are run in order, at most, before others are drawn.
const FIRST: u64 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchPlan {
    /// One of each class, if the first execution shows that all steps say what they touch; otherwise all.
    Automatic,
    /// One of each class.
    Reduced,
    /// All, depth first.
    Exhaustive,
    /// Those with at most this number of preemptions, fewest first.
    Preemptions(usize),
    /// This number of executions, drawn at random.
    Sample(Method, u64),
    /// This number of executions: first some with at most one preemption, then some that are drawn
    /// by several methods in turn.
    Portfolio(u64),
}

/// A shard, and the weights of the tree if it is a part of one.
type WeightedShard = (Shard, Option<Arc<Weights>>);

/// One search of several.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) part: Box<dyn Part>,
    /// Whether it leaves out executions even if it runs none.
    pub(crate) leaves_out: bool,
    pub(crate) max_schedules: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Stages {
    plan: SearchPlan,
    seed: u64,
    shard: Option<WeightedShard>,
    begun: usize,
    /// Whether executions with few preemptions come first in a search that is not small.
    scouts: bool,
}

impl SearchPlan {
    /// Whether it is one search, which can be cut into shards.
    pub(crate) fn has_shards(self) -> bool {
        matches!(self, SearchPlan::Exhaustive | SearchPlan::Sample(..))
    }

    /// How many executions it runs, if that is known.
    pub(crate) fn schedules(self) -> Option<u64> {
        match self {
            SearchPlan::Automatic
            | SearchPlan::Reduced
            | SearchPlan::Exhaustive
            | SearchPlan::Preemptions(_) => None,
            SearchPlan::Sample(_, schedules) | SearchPlan::Portfolio(schedules) => Some(schedules),
        }
    }
}

impl Stage {
    fn whole(part: impl Part + 'static) -> Self {
        Stage {
            part: Box::new(part),
            leaves_out: false,
            max_schedules: None,
        }
    }
}

impl Stages {
    pub(crate) fn new(plan: SearchPlan, seed: u64, shard: Option<WeightedShard>) -> Self {
        Stages {
            plan,
            seed,
            shard,
            begun: 0,
            scouts: false,
        }
    }

    /// Lets executions with few preemptions come first where the plan leaves the order open.
    pub(crate) fn scouting(self, scouts: bool) -> Self {
        Stages { scouts, ..self }
    }

    /// The next search, after `executions` have been counted, and others were `left_out` or not.
    pub(crate) fn next(&mut self, executions: u64, left_out: bool) -> Option<Stage> {
        let number = self.begun;
        self.begun = number.saturating_add(1);
        if number > 0 && !left_out {
            return None;
        }
        let shard = self.shard.as_ref();
        let sample = |method, schedules| {
            let own = shard.map(|(shard, _)| shard.range_of(schedules));
            let sample = Sample::new(method, self.seed, own.unwrap_or(0..schedules));
            Stage {
                leaves_out: true,
                ..Stage::whole(sample)
            }
        };
        match self.plan {
            SearchPlan::Automatic
            | SearchPlan::Reduced
            | SearchPlan::Exhaustive
            | SearchPlan::Sample(..)
                if number > 0 =>
            {
                None
            }
            SearchPlan::Automatic if self.scouts => {
                Some(Stage::whole(Scouted::new(Box::<Automatic>::default())))
            }
            SearchPlan::Automatic => Some(Stage::whole(Automatic::default())),
            SearchPlan::Reduced => Some(Stage::whole(Reduction::new())),
            SearchPlan::Exhaustive => Some(Stage::whole(match shard {
                Some((shard, Some(weights))) => DepthFirst::of_shard(*shard, Arc::clone(weights)),
                _ => DepthFirst::default(),
            })),
            SearchPlan::Sample(method, schedules) => Some(sample(method, schedules)),
            SearchPlan::Preemptions(max) => {
                (number <= max).then(|| Stage::whole(Bounded::new(number)))
            }
            SearchPlan::Portfolio(schedules) => {
                let first = FIRST.min(schedules);
                if number < 2 && executions < first {
                    return Some(Stage {
                        max_schedules: Some(first - executions),
                        ..Stage::whole(Bounded::new(number))
                    });
                }
                // The sample is the last stage.
                self.begun = usize::MAX;
                (number <= 2).then(|| sample(Method::RoundRobin, schedules - executions))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stages of a plan, if each counts `found` executions and leaves others out as
    /// `leaves_out` says.
    fn stages(
        plan: SearchPlan,
        found: &[u64],
        leaves_out: &[bool],
    ) -> Vec<(&'static str, Option<u64>)> {
        let mut stages = Stages::new(plan, 0, None);
        let (mut executions, mut left_out) = (0, false);
        let mut seen = Vec::new();
        let ends = found.iter().zip(leaves_out);
        for (&found, &leaves_out) in ends {
            let Some(stage) = stages.next(executions, left_out) else {
                return seen;
            };
            let text = format!("{:?}", stage.part);
            let kind = match text.split(' ').next() {
                Some("DepthFirst") => "all",
                Some("Bounded") => "bounded",
                _ => "sample",
            };
            seen.push((kind, stage.max_schedules));
            executions += found;
            left_out = leaves_out;
        }
        assert!(stages.next(executions, left_out).is_none(), "{seen:?}");
        seen
    }

    #[test]
    fn a_portfolio_draws_what_its_first_stages_leave() {
        let portfolio = SearchPlan::Portfolio(1000);
        let three = [
            ("bounded", Some(200)),
            ("bounded", Some(198)),
            ("sample", None),
        ];
        assert_eq!(stages(portfolio, &[2, 18, 980], &[true; 3]), three);
        // Nothing is left over, so nothing is drawn.
        assert_eq!(stages(portfolio, &[2, 18], &[true, false]), three[..2]);
        assert_eq!(stages(portfolio, &[2], &[false]), three[..1]);
        // The first stage has used what both have.
        let two = [("bounded", Some(200)), ("sample", None)];
        assert_eq!(stages(portfolio, &[200, 800], &[true; 2]), two);
        let small = [("bounded", Some(50)), ("sample", None)];
        assert_eq!(
            stages(SearchPlan::Portfolio(50), &[50, 0], &[true; 2]),
            small
        );
    }

    #[test]
    fn a_bound_rises_for_as_long_as_something_is_left_out() {
        let bounded = [("bounded", None); 3];
        assert_eq!(
            stages(SearchPlan::Preemptions(2), &[1; 3], &[true; 3]),
            bounded
        );
        let plan = SearchPlan::Preemptions(usize::MAX);
        assert_eq!(stages(plan, &[1; 2], &[true, false]), bounded[..2]);
    }

    #[test]
    fn the_other_plans_have_one_stage() {
        assert_eq!(
            stages(SearchPlan::Exhaustive, &[6], &[false]),
            [("all", None)]
        );
        let plan = SearchPlan::Sample(Method::RandomWalk, 3);
        assert_eq!(stages(plan, &[3], &[true]), [("sample", None)]);
    }
}
