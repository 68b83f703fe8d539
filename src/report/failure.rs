//! The reported failure: what failed, where, and how to see it again.

use super::kept::Kept;
use super::markers::MarkerLine;
use super::plural;
use super::regression::{self, Call};
use crate::execution::Record;
use crate::failure::{Conflict, Conflicts, EarlierPanics, FailureKind, ThreadPanic, ValueOrText};
use crate::getters::getters;
use crate::schedule::{Schedule, StepKind};
use crate::timeline::{Timeline, TimelineStep};
use crate::workers::FailingExecution;

/// A failing execution, shrunk to a minimal schedule.
///
/// Its `Display` is what people read: what failed and where, the whole execution in columns, the
/// schedule in one line, why it fails if that is [known](Failure::conflicts), and a regression test to paste.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
/// use interlace::{Explorer, marker};
///
/// let report = Explorer::new(AtomicBool::default)
///     .thread("init", |ready| { marker!("set"); ready.store(true, SeqCst) })
///     .thread("user", |ready| { marker!("use"); assert!(ready.load(SeqCst), "not ready") })
///     .explore();
/// let failure = report.assert_fails();
/// assert_eq!(failure.index(), 2);
/// assert_eq!(failure.schedule().to_string(), "user:use");
/// assert_eq!(failure.preemptions(), 0);
/// assert!(failure.is_proved_minimal() && failure.is_reproduced());
/// assert!(failure.regression().contains(".replay(&interlace::schedule![user: use])"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(super) kind: FailureKind,
    pub(super) panics: EarlierPanics,
    pub(super) schedule: Schedule,
    pub(super) found_schedule: Schedule,
    pub(super) index: u64,
    pub(super) preemptions: usize,
    pub(super) minimal: Minimal,
    /// Whether the schedule failed again in the same way on fresh threads, if that was tried.
    pub(super) reproduced: Option<bool>,
    pub(super) timeline: Timeline,
    /// The steps of `found_schedule`.
    pub(super) found_timeline: Timeline,
    pub(super) conflicts: Conflicts,
    pub(super) regression: String,
    /// How to keep a failure of an instrumented build.
    pub(super) kept: Kept,
}

/// How minimal a schedule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Minimal {
    /// Every smaller schedule was tried.
    Proved {
        executions: u64,
    },
    /// The budget for shrinking ran out before that.
    Budget {
        executions: u64,
    },
    NotTried,
    /// What an execution does depends on those before it, so trying smaller ones shows nothing.
    KeepsState,
    /// It was minimal when it was saved, in an earlier run.
    Saved,
    /// It was given to replay.
    Given,
}

/// The failing execution to report.
#[derive(Debug, Clone)]
pub(crate) struct Reported {
    pub(crate) record: Record,
    /// How many of its first steps make up the schedule.
    pub(crate) forced: usize,
    pub(crate) minimal: Minimal,
    /// The same failure with its threads stopped where lines begin, and the number of its forced steps; if that is
    /// another execution.
    pub(crate) at_lines: Option<(Record, usize)>,
}

getters! { Failure {
    /// Returns the minimal failing schedule. After its last step, execution follows the fixed
    /// order: the thread that ran last until it ends or blocks, then the others in the order in
    /// which they were added.
    schedule: &Schedule,
    /// Returns the whole schedule that failed first, before it was shrunk.
    found_schedule: &Schedule,
    /// Returns the number of the execution that failed first: counted from 1, in exploration order;
    /// 0 for a schedule that was saved in an earlier run, or that stands for a class.
    index: copy u64,
    /// Returns how the minimal schedule fails.
    kind: &FailureKind,
    /// Returns the execution of the minimal schedule, step by step.
    timeline: &Timeline,
    /// Returns the execution that failed first, step by step.
    found_timeline: &Timeline,
    /// Returns how often the execution of the minimal schedule takes the turn from a thread that
    /// could have gone on.
    preemptions: copy usize,
} }

impl Failure {
    /// Describes `best`, to which `found` was shrunk.
    pub(crate) fn new(
        found: &FailingExecution,
        best: &Reported,
        reproduced: Option<bool>,
        conflicts: Conflicts,
        call: Call,
    ) -> Self {
        let &Reported {
            record: ref best,
            forced,
            minimal,
            ref at_lines,
        } = best;
        let schedule = best.schedule(forced);
        let (columns, lines) = best.columns(forced);
        let timeline = Timeline(ValueOrText::Value(columns));
        let conflicts = told_by_own_lines(conflicts, &timeline);
        let (regression, kept) = match timeline.instrumented() {
            Some(columns) => (
                regression::instrumented_test(&schedule, call),
                match at_lines {
                    Some((record, forced)) => Kept::later(record, *forced, call),
                    None => Kept::of(columns, &lines, call),
                },
            ),
            None => (regression::test(&schedule, call), Kept::default()),
        };
        Failure {
            kind: best.failure().expect("a failing execution has a kind"),
            panics: best.panics.clone(),
            found_schedule: found.record.schedule(found.record.steps.len()),
            found_timeline: found.record.timeline(found.record.steps.len()),
            index: found.index,
            preemptions: best.steps.iter().filter(|taken| taken.preempts).count(),
            minimal,
            reproduced,
            timeline,
            conflicts,
            regression,
            kept,
            schedule,
        }
    }

    /// Returns the panics of threads that the program has started, in the order in which they came, up to the
    /// failure; of each thread the last. The thread may have caught it. If not, who joins the thread is told of
    /// it, and may have failed because of that.
    ///
    /// ```
    /// use std::thread;
    ///
    /// let report = interlace::Explorer::model(|| {
    ///     thread::spawn(|| panic!("out of luck")).join().unwrap();
    /// })
    /// .explore();
    /// let [first] = report.assert_fails().panics() else {
    ///     panic!("not one");
    /// };
    /// assert_eq!((first.thread(), first.panic().message()), ("main/1", "out of luck"));
    /// ```
    #[must_use]
    pub fn panics(&self) -> &[ThreadPanic] {
        &self.panics.0
    }

    /// Returns whether [`schedule`](Self::schedule) is proved minimal: all smaller schedules were
    /// run, and none failed in this way. Smaller are those with fewer preemptions; with as many,
    /// but fewer steps; or with as many of both, but earlier in exploration order.
    #[must_use]
    pub fn is_proved_minimal(&self) -> bool {
        matches!(self.minimal, Minimal::Proved { .. })
    }

    /// Returns whether the minimal schedule failed again, in the same way, on fresh threads.
    #[must_use]
    pub fn is_reproduced(&self) -> bool {
        self.reproduced == Some(true) && self.minimal != Minimal::KeepsState
    }

    /// Returns the conflicting steps that come the other way round in the nearest execution that held: the
    /// order on which the failure depends. Of pairs that follow from others, only those others are told.
    ///
    /// Empty if a step of the failing execution [declares](crate::marker!) nothing, if it waits for a time, or
    /// if no execution was found that holds, within 200 executions and 2 seconds.
    ///
    /// ```
    /// use interlace::{Explorer, failure::AccessKind, marker};
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    ///
    /// let increment = |count: &AtomicU32| {
    ///     marker!("read", reads(count));
    ///     let before = count.load(SeqCst);
    ///     marker!("write", writes(count));
    ///     count.store(before + 1, SeqCst);
    /// };
    /// let report = Explorer::new(AtomicU32::default)
    ///     .thread("a", increment)
    ///     .thread("b", increment)
    ///     .check(|count| assert_eq!(count.load(SeqCst), 2))
    ///     .explore();
    /// let [conflict] = report.assert_fails().conflicts() else {
    ///     panic!("not one");
    /// };
    /// let (read, write) = (conflict.first(), conflict.second());
    /// assert_eq!((read.thread(), read.access(), read.place()), ("a", AccessKind::Read, "count"));
    /// assert_eq!((write.thread(), write.access(), write.place()), ("b", AccessKind::Write, "count"));
    /// ```
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts.0
    }

    /// Returns a test to paste beside the one that found the failure. It fails as long as the
    /// schedule does.
    ///
    /// The test is made from the source of the call of `explore`, which is read when the failure is
    /// found. If that cannot be read, the test says what to fill in. In an instrumented build it is for such builds
    /// only.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| { marker!("x"); panic!("out of luck") })
    ///     .explore();
    /// let test = report.assert_fails().regression();
    /// assert!(test.contains(".replay(&interlace::schedule![])"), "{test}");
    /// ```
    #[must_use]
    pub fn regression(&self) -> &str {
        &self.regression
    }

    /// Returns the markers with which a failure of an instrumented build is found in a plain one too, by
    /// [`marked_regression`](Self::marked_regression). Empty in other builds, and where markers cannot do it: the
    /// text of the failure says why.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("t", |()| { marker!("x"); panic!("out of luck") })
    ///     .explore();
    /// // The marker is written already.
    /// let failure = report.assert_fails();
    /// assert!(failure.markers().is_empty() && failure.marked_regression().is_none());
    /// ```
    #[must_use]
    pub fn markers(&self) -> &[MarkerLine] {
        &self.kept.markers
    }

    /// Returns a test to paste beside the one that found the failure, in which it fails under plain `cargo test`
    /// too, once the [markers](Self::markers) are written.
    #[must_use]
    pub fn marked_regression(&self) -> Option<&str> {
        Some(&*self.kept.test).filter(|test| !test.is_empty())
    }

    /// Where the schedule comes from.
    pub(super) fn provenance(&self) -> String {
        match self.minimal {
            Minimal::Saved => "saved when it failed before; not searched for again".to_owned(),
            Minimal::Given => "replayed as it was given".to_owned(),
            _ if self.index == 0 => format!("found in one of the classes; {}", self.minimality()),
            _ => format!("found in schedule {}; {}", self.index, self.minimality()),
        }
    }

    fn minimality(&self) -> String {
        let forced = plural(self.schedule.len() as u64, "forced step");
        let preemptions = plural(self.preemptions as u64, "preemption");
        let shrunk = format!("shrunk to {forced} and {preemptions}");
        match self.minimal {
            Minimal::Proved { executions } => {
                format!(
                    "{shrunk}; proved minimal in {}",
                    plural(executions, "execution")
                )
            }
            Minimal::Budget { executions } => format!(
                "{shrunk}; the best of {}, not proved minimal",
                plural(executions, "execution")
            ),
            Minimal::KeepsState => format!("{shrunk}; NOT proved minimal: see below"),
            Minimal::NotTried | Minimal::Saved | Minimal::Given => {
                "not shrunk, since every try would take another time-out".to_owned()
            }
        }
    }

    /// What it means that a wait has timed out early, if one has.
    pub(super) fn early(&self) -> &'static str {
        let is_early = |step: &TimelineStep| step.kind() == StepKind::Timeout && step.preempts();
        if !self.timeline.steps().iter().any(is_early) {
            return "";
        }
        "\nearly time-outs: a wait has timed out, or a sleep ended, while others could go on, as if \
         they were too slow. `timeouts(Timeouts::Late)` leaves such executions out.\n"
    }

    /// Why the failure is not certain, if it is not.
    pub(super) fn doubt(&self) -> &'static str {
        match self.reproduced {
            _ if self.minimal == Minimal::KeepsState => {
                "\n\nSTATE IS KEPT between executions: the first schedule of this search held, and when it was run \
                 once more after the failure, it failed. So whether an execution fails depends on those before it, \
                 and not on its schedule alone: the minimal schedule may well hold by itself. Make what is kept, in \
                 statics, files or thread-locals, anew in the setup."
            }
            Some(true) => "",
            Some(false) => {
                "\n\nNOT REPRODUCED: run once more on fresh threads, this schedule did not fail \
                 in this way. The program depends on something besides the schedule: the clock, \
                 randomness, or, on `Engine::Fibers`, the identity of the OS thread, which all \
                 fibers share, and its thread-locals where they have none of their own."
            }
            None => {
                "\n\nNot seen again on fresh threads, since that takes longer than the time-out."
            }
        }
    }
}

/// The same conflicts; of what std does, it is told from where that is called.
fn told_by_own_lines(mut conflicts: Conflicts, timeline: &Timeline) -> Conflicts {
    let steps = conflicts
        .0
        .iter_mut()
        .flat_map(|it| [&mut it.first, &mut it.second]);
    for step in steps {
        let Some(line) = timeline.own_line(&step.thread, step.kind, &step.marker) else {
            continue;
        };
        if step.place.is_empty() {
            step.place = line.accessed().to_owned().into();
        }
        if step.marker.file.starts_with("library/") {
            step.marker.file = line.file.clone();
            step.marker.line = line.line;
        }
    }
    conflicts
}
