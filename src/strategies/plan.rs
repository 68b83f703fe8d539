//! A plan for the choices of a program that is not known yet.

use crate::operation::SchedulingPoint;
use crate::permutations::generator;

/// How many choices may differ from the fixed order, unless all are random.
const MAX_DEVIATIONS: usize = 8;

/// A way to decide any program's choices. Points with only one enabled thread do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// Each choice is random and uniform.
    Walk { seed: u64 },
    /// The fixed order, except for some choices.
    Deviations(Vec<Deviation>),
}

/// A choice that differs from the fixed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deviation {
    /// How many choices follow the fixed order before this one.
    pub(super) gap: usize,
    /// Which of the others goes instead, in the order in which threads were added: counted from 0,
    /// modulo their number.
    pub(super) pick: usize,
}

impl Plan {
    /// Draws a plan. One in four is a walk; the others have few deviations, mostly very few. Their
    /// distances are of all magnitudes, since the length of the program is not known.
    pub(super) fn draw(seed: u64) -> Self {
        let mut rng = generator(seed);
        if rng.u32(..4) == 0 {
            return Plan::Walk { seed: rng.u64(..) };
        }
        let most = rng.u64(..=MAX_DEVIATIONS as u64);
        let scale = 1_u64 << rng.u32(..8);
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let count = rng.u64(..=most);
        let deviations = (0..count).map(|_| Deviation {
            gap: number(rng.u64(..scale)),
            pick: number(rng.u64(..8)),
        });
        Plan::Deviations(deviations.collect())
    }

    /// The plans that are simpler than this one by one change, the greatest change first: fewer
    /// deviations, earlier ones, and to earlier threads.
    pub(super) fn simpler(&self) -> Vec<Plan> {
        let Plan::Deviations(deviations) = self else {
            return Vec::new();
        };
        let mut simpler = Vec::new();
        let count = deviations.len();
        if count > 1 {
            simpler.push(Vec::new());
            simpler.push(deviations[..count / 2].to_vec());
        }
        simpler.extend((0..count).rev().map(|at| without(deviations, at)));
        for at in 0..count {
            let Deviation { gap, pick } = deviations[at];
            let gaps = [0, gap / 2, gap.saturating_sub(1)].map(|gap| Deviation { gap, pick });
            let picks = [0, pick.saturating_sub(1)].map(|pick| Deviation { gap, pick });
            for changed in gaps.into_iter().chain(picks) {
                let mut plan = deviations.clone();
                plan[at] = changed;
                if plan != *deviations {
                    simpler.push(plan);
                }
            }
        }
        simpler.into_iter().map(Plan::Deviations).collect()
    }
}

/// All deviations but this one, the others in their places.
fn without(deviations: &[Deviation], at: usize) -> Vec<Deviation> {
    let mut rest = deviations.to_vec();
    let removed = rest.remove(at);
    if let Some(next) = rest.get_mut(at) {
        next.gap += removed.gap + 1;
    }
    rest
}

/// A plan that is being followed through one execution.
#[derive(Debug)]
pub(crate) struct Decisions {
    rest: Rest,
    /// The deviations so far, and how many choices have followed the fixed order since.
    deviations: Vec<Deviation>,
    gap: usize,
}

#[derive(Debug)]
enum Rest {
    Walk(fastrand::Rng),
    /// The deviations that are left after the next one, and the next with the rest of its gap.
    Deviations(std::vec::IntoIter<Deviation>, Option<Deviation>),
}

impl Decisions {
    pub(super) fn new(plan: &Plan) -> Self {
        let rest = match plan {
            Plan::Walk { seed } => Rest::Walk(generator(*seed)),
            Plan::Deviations(deviations) => {
                let mut deviations = deviations.clone().into_iter();
                let next = deviations.next();
                Rest::Deviations(deviations, next)
            }
        };
        Decisions {
            rest,
            deviations: Vec::new(),
            gap: 0,
        }
    }

    /// Returns the index in `point.enabled` of the thread that goes next.
    pub(crate) fn choose(&mut self, point: &SchedulingPoint<'_>) -> usize {
        let default = point.default_choice();
        let others = point.enabled.len() - 1;
        if others == 0 {
            return default;
        }
        match self.pick(default, others) {
            None => {
                self.gap += 1;
                default
            }
            Some(pick) => {
                let gap = std::mem::take(&mut self.gap);
                self.deviations.push(Deviation { gap, pick });
                // From an index among the others to one among all.
                pick + usize::from(pick >= default)
            }
        }
    }

    /// Which of the `others` threads goes instead of the one at `default`, if one does.
    fn pick(&mut self, default: usize, others: usize) -> Option<usize> {
        match &mut self.rest {
            Rest::Walk(rng) => {
                let choice = usize::try_from(rng.u64(..=others as u64)).unwrap_or(default);
                (choice != default).then(|| choice - usize::from(choice > default))
            }
            Rest::Deviations(rest, next) => {
                let Deviation { gap, pick } = next.as_mut()?;
                if *gap > 0 {
                    *gap -= 1;
                    return None;
                }
                let pick = *pick % others;
                *next = rest.next();
                Some(pick)
            }
        }
    }

    /// The smallest plan that gives the same execution of the same program.
    pub(super) fn plan(&self) -> Plan {
        Plan::Deviations(self.deviations.clone())
    }
}

#[cfg(test)]
mod tests;
