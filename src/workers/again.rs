//! Executions that are run once more, to see whether the program does the same.

use std::time::{Duration, Instant};

use super::difference::{Difference, Seen, Stray};
use super::mutant::Mutant;
use crate::engine::ExecutionResult;
use crate::operation::{Choice, SchedulingPoint};
use crate::search::{Rate, Repeats};

/// Runs some executions of a worker once more. The search does not see these.
#[derive(Debug)]
pub(super) struct Again {
    repeats: Repeats,
    rate: Rate,
    /// How long repeats have taken, and when the one under way began.
    spent: Duration,
    began: Instant,
    repeated: Option<Box<Repeated>>,
}

/// The execution that is run once more.
#[derive(Debug)]
struct Repeated {
    before: Seen,
    /// Whether it stands for a class: then the search goes by what its steps have touched.
    is_of_class: bool,
    /// How often it is still to be run.
    left: u64,
    /// Where the repeat under way has left its steps.
    stray: Option<Stray>,
    /// The difference that was found, and how often the execution is still to be what it was then.
    doubt: Option<(Box<Difference>, u64)>,
}

/// How long repeats may take in any search, for each time that the first execution is repeated.
const EACH: Duration = Duration::from_micros(250);

/// Which part of the time of a search they may take beyond that.
const SHARE: u32 = 16;

/// Whether another may begin in a search that has taken `elapsed`, of which repeats have taken `spent`.
pub(super) fn may_take(repeats: Repeats, spent: Duration, elapsed: Duration) -> bool {
    match repeats {
        Repeats::Never => false,
        Repeats::AtLeast(least) => {
            let times = u32::try_from(least).unwrap_or(u32::MAX);
            spent <= EACH.saturating_mul(times).saturating_add(elapsed / SHARE)
        }
        Repeats::Each => true,
    }
}

/// How often an execution has to be the same once it was another.
const SETTLES_AFTER: u64 = 4;

impl Again {
    pub(super) fn new(repeats: Repeats, rate: Rate) -> Self {
        Again {
            repeats,
            rate,
            spent: Duration::ZERO,
            began: Instant::now(),
            repeated: None,
        }
    }

    /// Whether the execution under way is a repeat.
    #[inline]
    pub(super) fn is_under_way(&self) -> bool {
        self.repeated.is_some()
    }

    /// Whether the next execution is a repeat, in a search that has taken `elapsed`.
    pub(super) fn begins(&mut self, elapsed: impl FnOnce() -> Duration) -> bool {
        let Some(repeated) = &self.repeated else {
            return false;
        };
        let begins = repeated.doubt.is_some()
            || repeated.left > 0 && may_take(self.repeats, self.spent, elapsed());
        if begins {
            self.began = Instant::now();
        } else {
            self.repeated = None;
        }
        begins
    }

    /// Repeats nothing any more.
    pub(super) fn give_up(&mut self) {
        self.repeated = None;
    }

    /// An execution has ended that counts, perhaps for its class. It may be repeated.
    #[inline]
    pub(super) fn note(&mut self, result: ExecutionResult<'_>, is_of_class: bool) {
        let left = self.rate.times();
        // One that has timed out would take as long again, and of one that is deadlocked threads may be left, with
        // their stacks, of which there may not be many.
        if left > 0 && !result.end.is_timed_out() && !result.end.is_stuck() {
            self.repeated = Some(Box::new(Repeated {
                before: Seen::of(result),
                is_of_class,
                left,
                stray: None,
                doubt: None,
            }));
        }
    }

    /// Takes the steps of the execution that is repeated, and goes on in the fixed order where they are not there.
    pub(super) fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let Some(repeated) = &mut self.repeated else {
            return Choice::Prune;
        };
        if repeated.stray.is_none() {
            match repeated.before.choice(point) {
                Some(choice) => return Choice::Take(choice),
                None => repeated.stray = Some(Stray::at(point)),
            }
        }
        Choice::Take(point.default_choice())
    }

    /// A repeat has ended. Returns in what it differs, once it is known whether that stays so.
    pub(super) fn end(&mut self, result: ExecutionResult<'_>) -> Option<Box<Difference>> {
        self.spent += self.began.elapsed();
        let repeated = self.repeated.as_mut()?;
        repeated.left = repeated.left.saturating_sub(1);
        let found = repeated.before.differs(result, repeated.stray.take());
        let found = found.filter(|what| repeated.is_of_class || !what.is_of_touched());
        match (found, repeated.doubt.take()) {
            (None, None) => None,
            (None, Some((mut difference, 1))) => {
                difference.has_settled = true;
                // What a step touches may depend on whether something is used for the first time, as a lock.
                let matters = !difference.what.is_of_touched() || Mutant::FirstUseMatters.is_on();
                matters.then_some(difference)
            }
            (None, Some((difference, left))) => {
                repeated.doubt = Some((difference, left - 1));
                None
            }
            (Some(what), None) => {
                let now = Seen::of(result);
                let before = std::mem::replace(&mut repeated.before, now.clone());
                let difference = Box::new(Difference::new(what, before, now));
                if result.end.is_timed_out() {
                    return Some(difference);
                }
                repeated.doubt = Some((difference, SETTLES_AFTER));
                None
            }
            (Some(_), Some((difference, _))) => Some(difference),
        }
    }
}
