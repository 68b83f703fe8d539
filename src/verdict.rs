//! How executions end, and counts of that.

use std::fmt;

use crate::engine::ExecutionEnd;
use crate::failure::FailureKind;
use crate::named::{Named as _, named};

named! {
    /// How an execution ended. Every execution ends in exactly one of these.
    ///
    /// ```
    /// use interlace::{Explorer, Verdict, marker};
    ///
    /// let report = Explorer::new(|| ()).thread("a", |()| marker!("x")).explore();
    /// assert_eq!(report.verdicts().collect::<Vec<_>>(), [(Verdict::Held, 1)]);
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Verdict {
        /// Every thread ended and every check held.
        Held = "held",
        /// A thread, or the code around the threads, panicked.
        Panicked = "panicked",
        /// A check panicked.
        CheckFailed = "check_failed",
        /// Its outcome was not allowed.
        OutcomeNotAllowed = "outcome_not_allowed",
        /// Its view was not that of any serial order.
        NotSerializable = "not_serializable",
        /// No order of the operations of a history explains what they returned.
        NotLinearizable = "not_linearizable",
        /// An invariant did not hold.
        InvariantViolated = "invariant_violated",
        /// No thread could go on.
        Deadlocked = "deadlocked",
        /// No thread could go on, and at least one was in a loop that waits for others.
        Livelocked = "livelocked",
        /// Two accesses to memory were not ordered.
        Raced = "raced",
        /// It reached the step limit.
        StepLimit = "step_limit",
        /// It took longer than its time-out.
        TimedOut = "timed_out",
        /// It ended the process in which it was run.
        Crashed = "crashed",
        /// It contradicted an earlier execution.
        NonDeterministic = "non_deterministic",
    }
}

impl Verdict {
    pub(crate) fn of(end: &ExecutionEnd) -> Self {
        match end {
            ExecutionEnd::Held => Verdict::Held,
            // A search prunes an execution only at a contradiction, which it reports itself.
            ExecutionEnd::Pruned => Verdict::NonDeterministic,
            ExecutionEnd::Failed(kind) => match **kind {
                FailureKind::Panic(_) | FailureKind::PanicInHook(_) => Verdict::Panicked,
                FailureKind::Check(_) => Verdict::CheckFailed,
                FailureKind::OutcomeNotAllowed(_) => Verdict::OutcomeNotAllowed,
                FailureKind::NotSerializable(_) => Verdict::NotSerializable,
                FailureKind::NotLinearizable(_) => Verdict::NotLinearizable,
                FailureKind::Invariant(_) | FailureKind::InvariantPanic(_) => {
                    Verdict::InvariantViolated
                }
                FailureKind::Deadlock(_) => Verdict::Deadlocked,
                FailureKind::Livelock(_) => Verdict::Livelocked,
                FailureKind::DataRace(_) => Verdict::Raced,
                FailureKind::StepLimit(_) => Verdict::StepLimit,
                FailureKind::TimeOut(_) => Verdict::TimedOut,
                FailureKind::Crash(_) => Verdict::Crashed,
                FailureKind::Diverged(_) => Verdict::NonDeterministic,
            },
        }
    }

    /// Whether this verdict is a failure of the program.
    pub(crate) fn is_failure(self) -> bool {
        !matches!(self, Verdict::Held | Verdict::NonDeterministic)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Held => "held",
            Verdict::Panicked => "panicked",
            Verdict::CheckFailed => "failed a check",
            Verdict::OutcomeNotAllowed => "ended in an outcome that is not allowed",
            Verdict::NotSerializable => "not serializable",
            Verdict::NotLinearizable => "not linearizable",
            Verdict::InvariantViolated => "violated an invariant",
            Verdict::Deadlocked => "deadlocked",
            Verdict::Livelocked => "livelocked",
            Verdict::Raced => "had a data race",
            Verdict::StepLimit => "met the step limit",
            Verdict::TimedOut => "timed out",
            Verdict::Crashed => "crashed",
            Verdict::NonDeterministic => "contradicted an earlier one",
        })
    }
}

/// How many executions ended in each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally([u64; Verdict::ALL.len()]);

impl Tally {
    pub(crate) fn add(&mut self, verdict: Verdict, count: u64) {
        self.0[verdict as usize] += count;
    }

    /// Adds a count read from a report, unless the total would overflow.
    #[cfg(feature = "json")]
    pub(crate) fn add_many(&mut self, verdict: Verdict, count: u64) -> Option<()> {
        self.total().checked_add(count)?;
        self.0[verdict as usize] += count;
        Some(())
    }

    pub(crate) fn append(&mut self, other: &Tally) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(count, more)| *count += more);
    }

    fn count(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(crate) fn failing(&self) -> u64 {
        let failing = self.iter().filter(|(verdict, _)| verdict.is_failure());
        failing.map(|(_, count)| count).sum()
    }

    /// How many executions ended before the program did, without a failure that ends programs.
    pub(crate) fn cut_short(&self) -> u64 {
        self.count(Verdict::StepLimit)
            + self.count(Verdict::TimedOut)
            + self.count(Verdict::NonDeterministic)
    }

    /// The verdicts that occurred.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Verdict, u64)> + '_ {
        let counted = Verdict::ALL
            .iter()
            .map(|&verdict| (verdict, self.count(verdict)));
        counted.filter(|&(_, count)| count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_its_own_count() {
        let mut tally = Tally::default();
        for (number, verdict) in (1..).zip(Verdict::ALL) {
            tally.add(*verdict, number);
        }
        let counts: Vec<u64> = tally.iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
        // All but the held (1) and the contradicting (14).
        assert_eq!((tally.total(), tally.failing()), (105, 90));
        // Step limit 11, timed out 12, contradicting 14.
        assert_eq!(tally.cut_short(), 37);
    }
}
