//! What people read: the report of a search, and its first failure.

#[cfg(all(test, feature = "json"))]
mod decoder_tests;
mod display;
mod failure;
#[cfg(feature = "json")]
mod json;
mod merge;
mod outcome_summary;
mod plural;
mod regression;
mod report_file;
mod sampled;
mod saved_runs;
mod search_identity;
mod source;
mod worker_count;

use std::sync::Arc;
use std::time::Duration;

pub use failure::Failure;
pub(crate) use failure::{Minimal, Reported};
use plural::plural;
pub(crate) use regression::Call;
pub(crate) use report_file::ReportFile;
pub(crate) use sampled::Sampled;
use saved_runs::SaveTarget;
pub(crate) use saved_runs::SavedRuns;
pub(crate) use search_identity::SearchIdentity;
pub(crate) use source::{Source, find};
pub(crate) use worker_count::WorkerCount;

use crate::engine::Engine;
use crate::error::Error;
use crate::saved::Store;
use crate::schedule::Schedule;
use crate::verdict::{Tally, Verdict};
use crate::workers::{Outcomes, StoppedBy};

/// What a search found: how many executions ended how, and the first failure.
///
/// [`Explorer::explore`](crate::Explorer::explore) gives one. It claims that every schedule was
/// run only if that is so.
///
/// ```
/// use interlace::{Explorer, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("a", |()| marker!("x"))
///     .thread("b", |()| marker!("y"))
///     .explore();
/// report.assert_ok();
/// assert!(report.is_exhaustive());
/// assert_eq!(report.to_string(), "interlace: no failure in 2 schedules; every schedule was run");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the search may have found a failure: call `assert_ok` or `assert_fails`"]
pub struct Report {
    tally: Tally,
    outcomes: Outcomes,
    /// The outcomes that were allowed, if not all were.
    allowed: Vec<String>,
    failure: Option<Failure>,
    stopped_by: StoppedBy,
    elapsed: Duration,
    engine: Engine,
    origin: SearchIdentity,
    retried: SavedRuns,
    keeper: SaveTarget,
    sampled: Option<Sampled>,
    workers: WorkerCount,
}

impl Report {
    pub(crate) fn new(
        tally: Tally,
        outcomes: Outcomes,
        failure: Option<Failure>,
        stopped_by: StoppedBy,
        elapsed: Duration,
        engine: Engine,
    ) -> Self {
        Report {
            tally,
            outcomes,
            allowed: Vec::new(),
            failure,
            stopped_by,
            elapsed,
            engine,
            origin: SearchIdentity::default(),
            retried: SavedRuns::default(),
            keeper: SaveTarget::default(),
            sampled: None,
            workers: WorkerCount::default(),
        }
    }

    /// Tells what the report is of.
    pub(crate) fn of(self, origin: SearchIdentity) -> Self {
        let steps = self.origin.steps;
        let origin = SearchIdentity { steps, ..origin };
        Report { origin, ..self }
    }

    /// Tells by which steps of the threads its shard was measured.
    pub(crate) fn measured_by(mut self, steps: Vec<u32>) -> Self {
        self.origin.steps = steps;
        self
    }

    /// Tells what became of the schedules that were saved before.
    pub(crate) fn after(self, retried: SavedRuns) -> Self {
        Report { retried, ..self }
    }

    /// Tells where to save the failure, if somebody minds it.
    pub(crate) fn kept_in(self, store: Arc<dyn Store>) -> Self {
        let keeper = SaveTarget(Some(store));
        Report { keeper, ..self }
    }

    /// The same, with how the schedules were drawn.
    pub(crate) fn with_sampled(self, sampled: Option<Sampled>) -> Self {
        Report { sampled, ..self }
    }

    /// The same, with how many workers the search had.
    pub(crate) fn with_workers(self, workers: WorkerCount) -> Self {
        Report { workers, ..self }
    }

    /// The same, of a search in which only these outcomes were allowed.
    pub(crate) fn with_allowed(self, allowed: &[String]) -> Self {
        let allowed = allowed.to_vec();
        Report { allowed, ..self }
    }

    /// The report of a search that could not begin.
    pub(crate) fn refused(error: Error) -> Self {
        let stopped_by = StoppedBy::Error(error);
        Report::new(
            Tally::default(),
            Outcomes::new(),
            None,
            stopped_by,
            Duration::ZERO,
            Engine::default(),
        )
    }

    /// Returns the number of executions that were run.
    #[must_use]
    pub fn schedules(&self) -> u64 {
        self.tally.total()
    }

    /// Returns how many of them failed. That is all failing schedules only if the search was told
    /// to keep going and [`is_exhaustive`](Self::is_exhaustive).
    #[must_use]
    pub fn failing(&self) -> u64 {
        self.tally.failing()
    }

    /// Returns how many executions ended in each verdict that occurred.
    pub fn verdicts(&self) -> impl Iterator<Item = (Verdict, u64)> + '_ {
        self.tally.iter()
    }

    /// Returns the first failure in exploration order, shrunk.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Returns whether every schedule was run to its end. An execution that timed out or met the
    /// step limit was not; one [shard](crate::Explorer::shard) of several is not every schedule.
    #[must_use]
    pub fn is_exhaustive(&self) -> bool {
        self.is_complete() && self.origin.shard.is_none()
    }

    /// Whether every schedule of the search, or of its shard, was run to its end.
    fn is_complete(&self) -> bool {
        self.stopped_by == StoppedBy::Exhausted && self.tally.cut_short() == 0
    }

    /// Iterates over the outcomes and how many executions ended in each, sorted by outcome.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, u64)> + '_ {
        self.outcomes
            .iter()
            .map(|(text, outcome)| (text.as_str(), outcome.count))
    }

    /// Iterates over the outcomes and a schedule that leads to each, sorted by outcome: the first
    /// execution in exploration order that ended in it. As in [`Failure::schedule`], what follows
    /// by itself is left out.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// let explorer = || Explorer::new(|| Mutex::new(String::new()))
    ///     .thread("a", |log| { marker!("push"); log.lock().unwrap().push('a') })
    ///     .thread("b", |log| { marker!("push"); log.lock().unwrap().push('b') })
    ///     .outcome(|log| log.lock().unwrap().clone());
    /// let report = explorer().explore();
    /// let examples: Vec<_> = report
    ///     .outcome_examples()
    ///     .map(|(outcome, schedule)| (outcome, schedule.to_string()))
    ///     .collect();
    /// // The first needs no step to be forced: threads go in the order in which they were added.
    /// assert_eq!(examples, [("\"ab\"", "".into()), ("\"ba\"", "b:push".into())]);
    /// ```
    pub fn outcome_examples(&self) -> impl Iterator<Item = (&str, &Schedule)> + '_ {
        self.outcomes
            .iter()
            .map(|(text, ending)| (text.as_str(), &ending.example))
    }

    /// Iterates over the outcomes that [`allow_outcomes`](crate::Explorer::allow_outcomes) names and
    /// no execution ended in, in the order in which they were named. That no execution can is known
    /// only if the search [`is_exhaustive`](Self::is_exhaustive).
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .outcome(|()| 1)
    ///     .allow_outcomes([1, 2])
    ///     .explore();
    /// assert_eq!(report.unseen_outcomes().collect::<Vec<_>>(), ["2"]);
    /// assert!(report.to_string().ends_with("allowed, and never seen: 2"));
    /// ```
    pub fn unseen_outcomes(&self) -> impl Iterator<Item = &str> + '_ {
        let allowed = self.allowed.iter().map(String::as_str);
        allowed.filter(|&text| !self.outcomes.contains_key(text))
    }

    /// Returns what ended the search.
    #[must_use]
    pub fn stopped_by(&self) -> &StoppedBy {
        &self.stopped_by
    }

    /// Returns which search this is the report of, in words: the test, the place in the source, the
    /// threads.
    #[must_use]
    pub fn search(&self) -> String {
        self.origin.to_string()
    }

    /// Returns how long the search took, without the shrinking.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns why the program could not be explored, or not any further.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.stopped_by {
            StoppedBy::Error(error) => Some(error),
            _ => None,
        }
    }

    /// Returns how many schedules were tried that had been [saved](crate::saved) when they failed.
    /// [`schedules`](Self::schedules) counts none of them.
    #[must_use]
    pub fn retried(&self) -> u64 {
        self.retried.count()
    }

    /// Does nothing if no execution failed, whether all were run or a limit ended the search.
    ///
    /// # Panics
    ///
    /// If one failed, with the minimal schedule and a test to paste; or if the program could not
    /// be explored. The schedule of a failure that was reproduced is [saved](crate::saved) before.
    #[track_caller]
    pub fn assert_ok(&self) {
        if self.failure.is_none() && self.error().is_none() {
            return;
        }
        let was_known = matches!(
            self.stopped_by,
            StoppedBy::SavedFailure | StoppedBy::Replayed
        );
        let new = self.failure.as_ref().filter(|_| !was_known);
        let saved = new.map_or_else(String::new, |failure| self.keeper.save(failure));
        panic!("{self}{saved}");
    }

    /// Returns the first failure.
    ///
    /// # Panics
    ///
    /// If no execution failed.
    #[track_caller]
    pub fn assert_fails(&self) -> &Failure {
        match &self.failure {
            Some(failure) => failure,
            None => panic!("a failure was expected, and there was none\n{self}"),
        }
    }
}
