//! Runs of the tests with a change.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::time::Duration;

use super::baseline::Baseline;
use super::change::Change;
use super::executables::Executables;
use super::operations::Operation;
use super::options::Options;
use super::program::{End, MUTANT, Surroundings};
use super::progress::Progress;
use super::queue::in_parallel;

/// A change, and what comes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    /// The number of the operation.
    pub(super) operation: usize,
    pub(super) change: Change,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// This test fails.
    Noticed(usize),
    NotNoticed,
    /// No test fails, but one takes too long.
    TimedOut,
    /// It was not tried: the library does not check orders.
    NotTried,
}

impl Trial {
    /// Tries each change of each operation that a test reaches in a search.
    ///
    /// # Errors
    ///
    /// If a test cannot be run.
    pub(super) fn run_all(
        baseline: &Baseline,
        executables: &Executables,
        options: &Options,
        surroundings: &Surroundings<'_>,
    ) -> Result<Vec<Self>, String> {
        let mut trials = Vec::new();
        for (number, operation) in baseline.operations.all.iter().enumerate() {
            if operation.tests.is_empty() {
                continue;
            }
            let changes = Change::of(&operation.does, operation.orders);
            trials.extend(changes.into_iter().map(|change| Trial {
                operation: number,
                change,
                outcome: Outcome::NotTried,
            }));
        }
        let progress = Progress::new("changes", trials.len());
        let try_one = |trial: &Trial| {
            if trial.change == Change::Relaxed && !baseline.operations.orders_are_checked {
                return Ok(*trial);
            }
            let operation = &baseline.operations.all[trial.operation];
            let run = |test: usize| {
                let test = &baseline.tests[test];
                let variable = variable(operation, trial.change, test.executable);
                let executable = &executables.all[test.executable];
                let limit = options.timeout.max(test.time * 5);
                let variable = (MUTANT, &*variable);
                let run = surroundings.run(executable, &test.name, variable, None, limit);
                let end = run.map(|(end, _)| end);
                end.map_err(|error| format!("`{}` cannot be run: {error}", test.name))
            };
            let tests = quickest_first(operation, |test| baseline.tests[test].time);
            let outcome = outcome(tests, run)?;
            Ok(Trial { outcome, ..*trial })
        };
        let tried = in_parallel(&trials, options.jobs, try_one, |_| progress.step());
        tried.into_iter().collect()
    }
}

/// The tests that reach it, in a search or not.
fn quickest_first(operation: &Operation, time: impl Fn(usize) -> Duration) -> Vec<usize> {
    let tests = operation.tests.union(&operation.tests_outside);
    let mut tests: Vec<_> = tests.copied().collect();
    tests.sort_by_key(|it| time(*it));
    tests
}

/// Runs tests until one fails.
fn outcome(
    tests: Vec<usize>,
    run: impl Fn(usize) -> Result<End, String>,
) -> Result<Outcome, String> {
    let mut outcome = Outcome::NotNoticed;
    for test in tests {
        match run(test)? {
            End::Failed => return Ok(Outcome::Noticed(test)),
            End::TimedOut => outcome = Outcome::TimedOut,
            End::Passed => {}
        }
    }
    Ok(outcome)
}

/// What an executable is told: the change, and where the operation is in it.
fn variable(operation: &Operation, change: Change, executable: usize) -> OsString {
    let mut text = change.word().to_owned();
    for (_, place) in operation.places.iter().filter(|(it, _)| *it == executable) {
        let _ = write!(text, " {place:x}");
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_counts_more_than_what_takes_too_long() {
        let ends = [End::Passed, End::TimedOut, End::Failed];
        let outcome = |tests: &[usize]| super::outcome(tests.to_vec(), |it| Ok(ends[it])).unwrap();
        assert_eq!(outcome(&[0]), Outcome::NotNoticed);
        assert_eq!(outcome(&[1, 0]), Outcome::TimedOut);
        assert_eq!(outcome(&[1, 0, 2]), Outcome::Noticed(2));
    }
}
