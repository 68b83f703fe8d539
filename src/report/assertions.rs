//! What tests assert of a report.

use super::{Failure, Report};
use crate::terminal;
use crate::workers::StoppedBy;

impl Report {
    /// Asserts that no execution failed, and that the search was as large as was asked for: every
    /// schedule, or those of the [`strategy`](crate::Explorer::strategy), which may be a sample.
    ///
    /// # Panics
    ///
    /// - If an execution failed, with the minimal schedule and a test to paste; or if the program could
    ///   not be explored. The schedule of a new, reproduced failure is [saved](crate::saved) first.
    /// - If nothing was run, as with a sample of 0 schedules.
    /// - If there was nothing to interleave: if a thread that was added reached no scheduling point, or
    ///   there was one schedule only. [`Explorer::allow_trivial`](crate::Explorer::allow_trivial) allows that.
    /// - If [`max_schedules`](crate::Explorer::max_schedules) or
    ///   [`time_limit`](crate::Explorer::time_limit) ended the search:
    ///   [`assert_no_failure_found`](Self::assert_no_failure_found) allows that.
    ///
    /// What was replayed, with `INTERLACE_REPLAY` or [`Strategy::Replay`](crate::Strategy::Replay), need only
    /// hold. A [shard](crate::Explorer::shard) may have nothing to interleave: that is asserted of the
    /// [merged](Self::merge) report.
    ///
    /// ```should_panic
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(AtomicU32::default)
    ///     .thread("a", |value| { marker!("add"); value.fetch_add(1, SeqCst); })
    ///     .thread("b", |value| { value.fetch_add(1, SeqCst); })
    ///     .check(|value| assert_eq!(value.load(SeqCst), 2))
    ///     .explore();
    /// // Panics: thread `b` reached no marker: all that it does was done in one go, at the start …
    /// report.assert_ok();
    /// ```
    #[track_caller]
    pub fn assert_ok(&self) {
        self.assert_found_nothing();
        if self.is_at_limit() {
            self.fail(
                "\n`assert_ok` is for searches that come to their end. Raise the limit, or choose a `Strategy` that \
                 samples or bounds the search. If it is enough that none of the schedules failed that were run, \
                 call `assert_no_failure_found`",
            );
        }
        self.tell_saved_runs();
    }

    /// Asserts that no execution failed, however many were run before
    /// [`max_schedules`](crate::Explorer::max_schedules) or [`time_limit`](crate::Explorer::time_limit)
    /// ended the search, but for at least one.
    ///
    /// # Panics
    ///
    /// As [`assert_ok`](Self::assert_ok) does, but not because of a limit.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let body = |(): &()| (0..20).for_each(|_| marker!("step"));
    /// let report = Explorer::new(|| ())
    ///     .thread("a", body)
    ///     .thread("b", body)
    ///     .max_schedules(100) // of 1.4·10¹¹
    ///     .explore();
    /// report.assert_no_failure_found();
    /// ```
    #[track_caller]
    pub fn assert_no_failure_found(&self) {
        self.assert_found_nothing();
        if self.is_at_limit() && self.schedules() == 0 {
            self.fail("\nthe limit was reached before anything was run");
        }
        self.tell_saved_runs();
    }

    /// Asserts that no execution failed, and that the search [`is_exhaustive`](Self::is_exhaustive): it
    /// ran every schedule, or one of each class.
    ///
    /// # Panics
    ///
    /// As [`assert_ok`](Self::assert_ok) does; and after a sample, a search with a bound on preemptions, a
    /// shard, or a replay.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("b", |()| marker!("y"))
    ///     .explore() // all schedules, unless `INTERLACE_STRATEGY` says otherwise
    ///     .assert_exhaustive();
    /// ```
    #[track_caller]
    pub fn assert_exhaustive(&self) {
        self.assert_ok();
        if !self.is_exhaustive() {
            self.fail("\n`assert_exhaustive` asks for every schedule, and not all were run");
        }
    }

    /// Returns the first failure.
    ///
    /// # Panics
    ///
    /// If no execution failed.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| { marker!("x"); panic!("out of luck") })
    ///     .thread("b", |()| marker!("y"))
    ///     .explore();
    /// let text = report.assert_fails().kind().to_string();
    /// assert!(text.starts_with("thread `a` panicked: out of luck"), "{text}");
    /// ```
    #[track_caller]
    pub fn assert_fails(&self) -> &Failure {
        match &self.looked_at().failure {
            Some(failure) => failure,
            None => terminal::fail(|look| {
                format!(
                    "{}\n{}",
                    look.prose(None, "a failure was expected, and there was none"),
                    self.told(look)
                )
            }),
        }
    }

    /// Asserts that there was something to interleave, and no failure. A new failure is saved.
    #[track_caller]
    fn assert_found_nothing(&self) {
        if self.looked_at().failure.is_none() && self.error().is_none() && self.gap().is_none() {
            let is_meant = self.is_at_limit() || self.origin.shard.is_some();
            assert!(
                self.schedules() > 0 || is_meant,
                "{self}\nnothing was run, since no schedule was asked for"
            );
            return;
        }
        let new = self
            .failure
            .as_ref()
            .filter(|_| !self.is_of_known_schedule());
        // The schedule of a property's case says nothing about its next case; and proptest keeps the case.
        let new = new.filter(|_| !terminal::is_in_property());
        let saved = new.map_or_else(String::new, |failure| self.save_target.save(failure));
        self.fail(&saved)
    }

    /// Panics with the report, and a note below it.
    #[track_caller]
    fn fail(&self, note: &str) -> ! {
        terminal::fail(|look| self.told(look) + &look.prose(None, note))
    }

    fn is_at_limit(&self) -> bool {
        matches!(
            self.stopped_by,
            StoppedBy::MaxSchedules(_) | StoppedBy::TimeLimit(_)
        )
    }

    /// Tells which saved schedules are no use any more: where the test passes, nobody reads the report.
    fn tell_saved_runs(&self) {
        let stale = self.saved_runs.stale_text();
        if !stale.is_empty() {
            eprintln!("interlace: {}{stale}", self.origin);
        }
        for place in self.save_target.new_orphans() {
            eprintln!(
                "interlace: the schedules saved in {place} are tried by no test: if theirs was renamed, rename the \
                 file, otherwise delete it"
            );
        }
    }
}
