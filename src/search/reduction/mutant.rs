//! Wrong variants of the rules, each of which a test has to catch.

use crate::broken_rules::broken_rules;

/// A rule that is broken on purpose. In a build without tests all rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// A reversal has only the steps up to the second of the race, and not those of the whole execution.
    TruncatedReversal,
    /// A planned sequence covers all that is below it once it has been run, though an execution further
    /// left may still add to it.
    FinishedIsCovered,
    /// A lock's race is reversed only if nothing happens between the two steps.
    AdjacentLocks,
    /// A lock is supposed to be free wherever it is not known.
    LocksSupposedFree,
    /// No more than one of those who share a lock has to come later for it to be free.
    OneSharerLater,
    /// A sequence can begin only with steps that occur in it.
    OnlyOccurring,
    /// Threads whose step was explored before cover nothing.
    NobodySleeps,
    /// A thread is supposed to do the same after a reversal as before.
    NobodyStrays,
    /// A step is supposed to touch what it declares wherever it was not seen.
    AllSeen,
    /// The clock is supposed to be touched by nobody.
    TimeUntouched,
    /// A thread that goes on from a wait is supposed to touch nothing that others do.
    WakesComeFirst,
    /// Where all threads sleep that could go on, nobody waits for a lock.
    WaitingForgotten,
    /// A thread that has waited in a loop could go on at any time.
    LoopsAlwaysLeft,
    /// The last to give up a reference commutes with the others.
    NobodyIsLast,
    /// Who was the last to give up a reference would also be so if others came after it.
    LastStaysLast,
    /// A step touches what it has declared, and nothing else.
    AllDeclared,
}

broken_rules!(Mutant);
