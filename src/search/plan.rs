//! The searches that a strategy consists of, one after the other.

use std::sync::Arc;

use super::{
    Alternation, Automatic, Bounded, DepthFirst, Feedback, Method, Part, ReducedShard, Reduction,
    Sample, Scouted, Shard, Weights,
};

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
    /// This number of executions, each of which may follow from those before.
    Feedback(u64),
    /// This number of executions: some with at most one preemption, and in turn with them some that
    /// are drawn by several methods.
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
        matches!(
            self,
            SearchPlan::Reduced | SearchPlan::Exhaustive | SearchPlan::Sample(..)
        )
    }

    /// How many executions it runs, if that is known.
    pub(crate) fn schedules(self) -> Option<u64> {
        match self {
            SearchPlan::Automatic
            | SearchPlan::Reduced
            | SearchPlan::Exhaustive
            | SearchPlan::Preemptions(_) => None,
            SearchPlan::Sample(_, schedules)
            | SearchPlan::Feedback(schedules)
            | SearchPlan::Portfolio(schedules) => Some(schedules),
        }
    }
}

impl Stage {
    fn whole(part: impl Part + 'static) -> Self {
        Stage {
            part: Box::new(part),
            leaves_out: false,
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

    /// The next search, if those before have `left_out` executions or not.
    pub(crate) fn next(&mut self, left_out: bool) -> Option<Stage> {
        let number = self.begun;
        self.begun = number.saturating_add(1);
        if number > 0 && !left_out {
            return None;
        }
        let shard = self.shard.as_ref();
        let sample = |method, schedules| {
            let own = shard.map(|(shard, _)| shard.range_of(schedules));
            Sample::new(method, self.seed, own.unwrap_or(0..schedules))
        };
        match self.plan {
            SearchPlan::Preemptions(max) => {
                (number <= max).then(|| Stage::whole(Bounded::new(number)))
            }
            _ if number > 0 => None,
            SearchPlan::Automatic if self.scouts => {
                Some(Stage::whole(Scouted::new(Box::<Automatic>::default())))
            }
            SearchPlan::Automatic => Some(Stage::whole(Automatic::default())),
            SearchPlan::Exhaustive if self.scouts => {
                Some(Stage::whole(Scouted::new(Box::<DepthFirst>::default())))
            }
            SearchPlan::Reduced => Some(match shard {
                Some((shard, _)) => Stage::whole(ReducedShard::strict(*shard)),
                None => Stage::whole(Reduction::strict()),
            }),
            SearchPlan::Exhaustive => Some(Stage::whole(match shard {
                Some((shard, Some(weights))) => DepthFirst::of_shard(*shard, Arc::clone(weights)),
                _ => DepthFirst::default(),
            })),
            SearchPlan::Sample(method, schedules) => Some(Stage {
                leaves_out: true,
                ..Stage::whole(sample(method, schedules))
            }),
            SearchPlan::Feedback(schedules) => Some(Stage {
                leaves_out: true,
                ..Stage::whole(Feedback::new(self.seed, schedules))
            }),
            SearchPlan::Portfolio(schedules) => Some(Stage {
                // One of none runs nothing, and claims nothing.
                leaves_out: schedules == 0,
                ..Stage::whole(Alternation::new(sample(Method::RoundRobin, schedules)))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stages of a plan, if each leaves others out as `leaves_out` says.
    fn stages(plan: SearchPlan, leaves_out: &[bool]) -> Vec<&'static str> {
        let mut stages = Stages::new(plan, 0, None);
        let mut left_out = false;
        let mut seen = Vec::new();
        for &leaves_out in leaves_out {
            let Some(stage) = stages.next(left_out) else {
                return seen;
            };
            let text = format!("{:?}", stage.part);
            seen.push(match text.split(' ').next() {
                Some("DepthFirst") => "all",
                Some("Bounded") => "bounded",
                Some("Feedback") => "feedback",
                Some("Alternation") => "alternation",
                _ => "sample",
            });
            left_out = leaves_out;
        }
        assert!(stages.next(left_out).is_none(), "{seen:?}");
        seen
    }

    #[test]
    fn a_bound_rises_for_as_long_as_something_is_left_out() {
        let bounded = ["bounded"; 3];
        assert_eq!(stages(SearchPlan::Preemptions(2), &[true; 3]), bounded);
        let plan = SearchPlan::Preemptions(usize::MAX);
        assert_eq!(stages(plan, &[true, false]), bounded[..2]);
    }

    #[test]
    fn the_other_plans_have_one_stage() {
        assert_eq!(stages(SearchPlan::Exhaustive, &[false]), ["all"]);
        let plan = SearchPlan::Sample(Method::RandomWalk, 3);
        assert_eq!(stages(plan, &[true]), ["sample"]);
        assert_eq!(stages(SearchPlan::Feedback(3), &[true]), ["feedback"]);
        let plan = SearchPlan::Portfolio(1000);
        assert_eq!(stages(plan, &[true]), ["alternation"]);
    }
}
