//! The report of a search and its first failure, as people read them.

mod assertions;
mod coverage;
#[cfg(all(test, feature = "json"))]
mod decoder_tests;
mod display;
mod failure;
mod failure_text;
mod gap;
mod html;
#[cfg(feature = "json")]
mod json;
mod kept;
mod marker_home;
mod markers;
mod merge;
mod no_classes;
mod outcome_summary;
mod page_folder;
mod page_note;
mod plural;
mod regression;
mod repeat_count;
mod report_file;
mod sampled;
mod saved_runs;
mod search_identity;
mod source;
#[cfg(all(test, feature = "json"))]
mod told_tests;
mod unread;
mod verified;
mod worker_count;

use std::time::Duration;

pub(crate) use coverage::Coverage;
pub use failure::Failure;
pub(crate) use failure::{Minimal, Reported};
pub(crate) use gap::other_crate;
pub use markers::MarkerLine;
pub(crate) use markers::{next_line_begun, taken_within_lines};
pub(crate) use no_classes::NoClasses;
pub(crate) use page_folder::PageFolder;
pub(crate) use page_note::PageNote;
use plural::plural;
pub(crate) use regression::Call;
pub(crate) use repeat_count::RepeatCount;
pub(crate) use report_file::ReportFile;
pub(crate) use sampled::Sampled;
pub(crate) use saved_runs::{SaveTarget, SavedRuns};
pub(crate) use search_identity::SearchIdentity;
pub(crate) use source::{Source, find};
pub(crate) use verified::Verified;
pub(crate) use worker_count::WorkerCount;

use crate::engine::Engine;
use crate::error::Error;
use crate::must_use::MustUse;
use crate::schedule::Schedule;
use crate::strategy::Strategy;
use crate::verdict::{Tally, Verdict};
use crate::workers::{Outcomes, StoppedBy};

/// What a search found: how many executions ended in which way, and the first failure.
///
/// [`Explorer::explore`](crate::Explorer::explore) returns one. It says that every schedule was run
/// only if that is so.
///
/// If it tells of a failure or an error, and nobody looks at it, it panics when it is dropped: a search whose
/// report is forgotten would let a test pass.
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
    /// The first, so that who compares always gets to it.
    pub(crate) unread: MustUse,
    pub(crate) tally: Tally,
    pub(crate) outcomes: Outcomes,
    /// The outcomes that were allowed; empty if all were.
    pub(crate) allowed: Vec<String>,
    pub(crate) failure: Option<Failure>,
    pub(crate) stopped_by: StoppedBy,
    pub(crate) elapsed: Duration,
    pub(crate) engine: Engine,
    pub(crate) origin: SearchIdentity,
    pub(crate) saved_runs: SavedRuns,
    pub(crate) save_target: SaveTarget,
    pub(crate) sampled: Option<Sampled>,
    pub(crate) workers: WorkerCount,
    pub(crate) verified: Verified,
    pub(crate) no_classes: NoClasses,
    pub(crate) coverage: Coverage,
    pub(crate) repeats: RepeatCount,
    pub(crate) page: PageNote,
}

impl Report {
    /// The report of a search that has run nothing yet.
    pub(crate) fn empty(stopped_by: StoppedBy) -> Self {
        Report {
            unread: MustUse::default(),
            tally: Tally::default(),
            outcomes: Outcomes::new(),
            allowed: Vec::new(),
            failure: None,
            stopped_by,
            elapsed: Duration::ZERO,
            engine: Engine::default(),
            origin: SearchIdentity::default(),
            saved_runs: SavedRuns::default(),
            save_target: SaveTarget::default(),
            sampled: None,
            workers: WorkerCount::default(),
            verified: Verified::default(),
            no_classes: NoClasses::default(),
            coverage: Coverage::default(),
            repeats: RepeatCount::default(),
            page: PageNote::default(),
        }
    }

    /// The report of a search that could not begin.
    pub(crate) fn refused(error: Error) -> Self {
        Report::empty(StoppedBy::Error(error))
    }

    /// Sets the identity of the search, except for what only the search has shown: the steps by which its
    /// shard was measured, and whether it could tell classes.
    pub(crate) fn of(mut self, origin: SearchIdentity) -> Self {
        let SearchIdentity {
            steps, strategy, ..
        } = self.origin;
        self.origin = SearchIdentity { steps, ..origin };
        if !strategy.is_empty() {
            self.origin.strategy = strategy;
        }
        self
    }

    /// Whether each execution stands for a class of schedules.
    fn counts_classes(&self) -> bool {
        self.origin.strategy == Strategy::Reduced.to_string()
    }

    /// Returns what ended the search.
    ///
    /// ```
    /// use interlace::{Explorer, StoppedBy, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("b", |()| marker!("y"))
    ///     .explore();
    /// assert_eq!(report.stopped_by(), &StoppedBy::Exhausted);
    /// ```
    #[must_use]
    pub fn stopped_by(&self) -> &StoppedBy {
        &self.looked_at().stopped_by
    }

    /// Returns how long the search took, without the shrinking.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.looked_at().elapsed
    }

    /// Returns the number of executions that were run.
    #[must_use]
    pub fn schedules(&self) -> u64 {
        self.looked_at().tally.total()
    }

    /// Returns how often executions were run once more, to see [whether the program does the
    /// same](crate::Explorer::repeats). It may depend on how fast that is. They are not among the
    /// [`schedules`](Self::schedules).
    ///
    /// ```
    /// use interlace::{Explorer, Repeats, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("b", |()| marker!("y"))
    ///     .repeats(Repeats::Each)
    ///     .workers(1)
    ///     .explore();
    /// // The first is run 128 times more, the second half as often.
    /// assert_eq!((report.schedules(), report.repeats()), (2, 128 + 64));
    /// ```
    #[must_use]
    pub fn repeats(&self) -> u64 {
        self.repeats.0
    }

    /// Returns how many of them failed. Those are all failing schedules only if the search was told
    /// to keep going and [`is_exhaustive`](Self::is_exhaustive).
    ///
    /// ```
    /// use interlace::{Explorer, Verdict, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| { marker!("x"); panic!("out of luck") })
    ///     .thread("b", |()| marker!("y"))
    ///     .keep_going()
    ///     .explore();
    /// // If b goes first, or a.
    /// assert_eq!((report.failing(), report.schedules()), (2, 2));
    /// assert!(report.verdicts().eq([(Verdict::Panicked, 2)]));
    /// ```
    #[must_use]
    pub fn failing(&self) -> u64 {
        self.looked_at().tally.failing()
    }

    /// Returns how many executions ended in each verdict that occurred.
    pub fn verdicts(&self) -> impl Iterator<Item = (Verdict, u64)> + '_ {
        self.looked_at().tally.iter()
    }

    /// Returns the first failure in exploration order, shrunk.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.looked_at().failure.as_ref()
    }

    /// Returns whether every schedule was run to its end. An execution that timed out or reached
    /// the step limit did not get there. One [shard](crate::Explorer::shard) of several is not
    /// every schedule.
    ///
    /// ```
    /// use interlace::{Explorer, Strategy, marker};
    ///
    /// let body = |(): &()| { marker!("x"); marker!("y") };
    /// let explorer = || Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// assert!(explorer().explore().is_exhaustive());
    /// assert!(!explorer().strategy(Strategy::Preemptions(1)).explore().is_exhaustive());
    /// ```
    #[must_use]
    pub fn is_exhaustive(&self) -> bool {
        self.looked_at().is_complete() && self.origin.shard.is_none()
    }

    /// Whether every schedule of the search, or of its shard, was run to its end.
    fn is_complete(&self) -> bool {
        self.stopped_by == StoppedBy::Exhausted && self.tally.cut_short() == 0
    }

    /// Whether it is of a schedule that was known before, rather than of a search.
    fn is_of_known_schedule(&self) -> bool {
        matches!(
            self.stopped_by,
            StoppedBy::SavedFailure | StoppedBy::Replayed
        )
    }

    /// Iterates over the outcomes and how many executions ended in each, sorted by outcome.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, u64)> + '_ {
        let outcomes = self.looked_at().outcomes.iter();
        outcomes.map(|(text, outcome)| (text.as_str(), outcome.count))
    }

    /// Iterates over the outcomes, sorted, with a schedule that leads to each: that of the first
    /// execution in exploration order that ended in it. As in [`Failure::schedule`], the steps that
    /// follow by themselves are left out.
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
        let outcomes = self.looked_at().outcomes.iter();
        outcomes.map(|(text, summary)| (text.as_str(), &summary.example))
    }

    /// Iterates over the outcomes that [`allow_outcomes`](crate::Explorer::allow_outcomes) names
    /// but no execution ended in, in the order in which they were named. Only if the search
    /// [`is_exhaustive`](Self::is_exhaustive) does that mean that no execution can.
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
        let allowed = self.looked_at().allowed.iter().map(String::as_str);
        allowed.filter(|&text| !self.outcomes.contains_key(text))
    }

    /// Describes the search that this is the report of: the test, the place in the source, the
    /// threads.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ()).thread("a", |()| marker!("x")).explore();
    /// let text = report.describe_search();
    /// assert!(text.ends_with("(exhaustive; threads a)"), "{text}");
    /// ```
    #[must_use]
    pub fn describe_search(&self) -> String {
        self.looked_at().origin.to_string()
    }

    /// Returns why the program could not be explored, or no further.
    ///
    /// ```
    /// use interlace::{ErrorKind, Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("a", |()| marker!("x"))
    ///     .explore();
    /// let error = report.error().expect("two threads have one name");
    /// assert_eq!(error.kind(), ErrorKind::DuplicateThread);
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.looked_at().stopped_by {
            StoppedBy::Error(error) => Some(error),
            _ => None,
        }
    }

    /// Returns how many [saved](crate::saved) schedules were tried. [`schedules`](Self::schedules)
    /// does not count them.
    ///
    /// ```
    /// use interlace::{Explorer, marker, saved::Memory, schedule};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("b", |()| marker!("y"))
    ///     .saved(Memory::new([schedule![b: y]])) // it has failed once, and holds now
    ///     .explore();
    /// assert_eq!((report.retried(), report.schedules()), (1, 2));
    /// ```
    #[must_use]
    pub fn retried(&self) -> u64 {
        self.looked_at().saved_runs.count()
    }
}
