//! Samples the interleavings of one program with proptest's runner.

use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::Explorer;
use super::request::Request;
use super::run_context::RunContext;
use super::search_outcome::{SearchOutcome, report};
use crate::engine::aside;
use crate::error::Error;
use crate::locks::Mutex;
use crate::report::Report;
use crate::search::Account;
use crate::strategies::{Decisions, interleavings};
use crate::workers::{Findings, Limits, StoppedBy};

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Runs executions drawn by proptest's runner, and shrinks the first failure to a minimal one:
    /// for programs with too many schedules to [`explore`](Self::explore).
    ///
    /// Everything but the shrinking is proptest's, as for any property: the number of cases, the
    /// seeds, and the file that keeps the seed of a failing case, to run it first the next time.
    /// [`interleavings`] says what is drawn. The failure is shrunk as in `explore`, which needs
    /// fewer executions than proptest would.
    ///
    /// Cases run one after the other, on one worker. [`max_schedules`](Self::max_schedules) and
    /// [`time_limit`](Self::time_limit) may end it earlier. So does the first failure, unless it is
    /// told to [`keep_going`](Self::keep_going); then no seed is kept. The report never says that
    /// every schedule was run.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, marker};
    /// use proptest::prelude::ProptestConfig;
    ///
    /// // C(40, 20), that is 1.4·10¹¹ schedules.
    /// let increment = |value: &AtomicU32| for _ in 0..10 {
    ///     marker!("read");
    ///     let read = value.load(SeqCst);
    ///     marker!("write");
    ///     value.store(read + 1, SeqCst);
    /// };
    /// # let with_cases = |cases| ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    /// # /*
    /// let with_cases = ProptestConfig::with_cases;
    /// # */
    /// let report = Explorer::new(AtomicU32::default)
    ///     .thread("a", increment)
    ///     .thread("b", increment)
    ///     .check(|value| assert_eq!(value.load(SeqCst), 20))
    ///     .sample(with_cases(100));
    /// let failure = report.assert_fails();
    /// assert_eq!(failure.schedule().to_string(), "a:read b:read");
    /// ```
    #[track_caller]
    pub fn sample(self, config: Config) -> Report {
        let request = self.request();
        let report = aside(|| sample(&request, config));
        report
            .unwrap_or_else(Report::refused)
            .must_be_read(request.call)
    }
}

fn sample(request: &Request, config: Config) -> Result<Report, Error> {
    let (settings, context) = request.prepared()?;
    let cases = u64::from(config.cases);
    let sampling = Sampling {
        context,
        limits: Limits::new(settings.max_schedules, settings.time_limit),
        keeps_going: request.keeps_going,
        findings: Mutex::default(),
        stopped_by: Mutex::new(None),
    };
    let mut runner = TestRunner::new(Config {
        // As `proptest!` would set it.
        source_file: config.source_file.or(Some(context.call.explored_at.file())),
        ..config
    });
    // The result is in the findings, and the failure is shrunk later, for the report.
    let _ = runner.run(&interleavings().no_shrink(), |interleaving| {
        sampling.run(interleaving.decisions())
    });
    let elapsed = sampling.limits.since.elapsed();
    let stopped_by = sampling.stopped_by.into_inner();
    let search = SearchOutcome {
        findings: sampling.findings.into_inner(),
        stopped_by: stopped_by.unwrap_or(StoppedBy::Cases(cases)),
        elapsed,
    };
    report(context, search)
}

/// What the cases run so far have found.
struct Sampling<'a> {
    context: RunContext<'a>,
    limits: Limits,
    keeps_going: bool,
    findings: Mutex<Findings>,
    stopped_by: Mutex<Option<StoppedBy>>,
}

impl Sampling<'_> {
    /// Runs a case, unless the search is over. Proptest runs all of its cases, so later ones pass
    /// without being run.
    fn run(&self, decisions: Decisions) -> Result<(), TestCaseError> {
        let mut stopped_by = self.stopped_by.lock();
        if stopped_by.is_none() {
            *stopped_by = self.limits.reached(self.findings.lock().tally.total());
        }
        if stopped_by.is_some() {
            return Ok(());
        }
        match self.context.run_single(decisions) {
            Ok(ended) => {
                let result = ended.record.result(ended.outcome.as_deref());
                let mut findings = self.findings.lock();
                if findings.tally.total() == 0 {
                    findings.note_held(result);
                }
                let declared = self.context.program.threads().len();
                findings.reach.note(result.trace.events, declared);
                findings.record(result, Account::default());
            }
            Err(error) => *stopped_by = Some(StoppedBy::Error(error)),
        }
        match &self.findings.lock().failure {
            Some(_) if !self.keeps_going => {
                stopped_by.get_or_insert(StoppedBy::FirstFailure);
                Err(TestCaseError::fail("an execution failed"))
            }
            _ => Ok(()),
        }
    }
}
