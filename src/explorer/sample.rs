//! Samples the interleavings of one program with proptest's runner.

use std::panic::Location;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::run_options::resolve_settings;
use super::{Explorer, search_outcome, serial};
use crate::engine::{Engine, EngineOptions, Program, ThreadTable, aside};
use crate::environment::Settings;
use crate::error::Error;
use crate::execution::{Chooser, run_single};
use crate::operation::{Choice, SchedulingPoint};
use crate::program::check_names;
use crate::report::{Call, Report};
use crate::search::Account;
use crate::strategies::{Decisions, interleavings};
use crate::workers::{Findings, StoppedBy};

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Runs executions that proptest's runner draws, and shrinks the first failure to a minimal
    /// one: for programs that have too many schedules to [`explore`](Self::explore).
    ///
    /// Everything but the shrinking is proptest's, and as for any property: the number of cases,
    /// the seeds, and the file in which the seed of a failing case is kept, to be run first the next
    /// time. [`interleavings`] says what is drawn. The failure is shrunk as by `explore`, which
    /// needs fewer executions than proptest would.
    ///
    /// One after the other, on one worker. [`max_schedules`](Self::max_schedules) and
    /// [`time_limit`](Self::time_limit) may end it earlier, and so does the first failure unless it
    /// is told to [`keep_going`](Self::keep_going); then no seed is kept. The report never says
    /// that every schedule was run.
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
        let call = Call {
            made_at: self.made_at,
            explored_at: Location::caller(),
        };
        let program: Arc<dyn Program> = Arc::new(self.program);
        let Explorer {
            settings,
            options,
            keeps_going,
            ..
        } = self;
        aside(|| sample(&program, settings, options, keeps_going, config, call))
            .unwrap_or_else(Report::refused)
    }
}

fn sample(
    program: &Arc<dyn Program>,
    settings: Settings,
    options: EngineOptions,
    keeps_going: bool,
    config: Config,
    call: Call,
) -> Result<Report, Error> {
    check_names(program.threads())?;
    let (settings, engine) = resolve_settings(settings, options)?;
    serial::prepare(program, engine, options)?;
    let began = Instant::now();
    let cases = u64::from(config.cases);
    let sampling = Sampling {
        program,
        engine,
        options,
        settings,
        keeps_going,
        began,
        findings: Mutex::default(),
        stopped_by: Mutex::new(None),
    };
    let mut runner = TestRunner::new(Config {
        // Where `proptest!` would say which file the property is in.
        source_file: config.source_file.or(Some(call.explored_at.file())),
        ..config
    });
    // What it found is in the findings. The failure is shrunk later, for the report.
    let _ = runner.run(&interleavings().no_shrink(), |interleaving| {
        sampling.run(interleaving.decisions())
    });
    let elapsed = began.elapsed();
    let stopped_by = sampling.stopped_by.into_inner();
    let ran = search_outcome::SearchOutcome {
        findings: sampling.findings.into_inner(),
        stopped_by: stopped_by.unwrap_or(StoppedBy::Cases(cases)),
        elapsed,
    };
    search_outcome::report(program, ran, engine, options, call)
}

/// The cases so far, and what they found.
struct Sampling<'a> {
    program: &'a Arc<dyn Program>,
    engine: Engine,
    options: EngineOptions,
    settings: Settings,
    keeps_going: bool,
    began: Instant,
    findings: Mutex<Findings>,
    stopped_by: Mutex<Option<StoppedBy>>,
}

impl Sampling<'_> {
    /// Runs a case, unless the search is over. Proptest runs all of its cases, so those that come
    /// later hold without being run.
    fn run(&self, decisions: Decisions) -> Result<(), TestCaseError> {
        let mut stopped_by = self.stopped_by.lock();
        if stopped_by.is_none() {
            *stopped_by = self.limit();
        }
        if stopped_by.is_some() {
            return Ok(());
        }
        match run_single(self.engine, self.program, Case(decisions), self.options) {
            Ok(ended) => {
                let result = ended.record.result(ended.outcome.as_deref());
                self.findings.lock().note(result, Account::default());
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

    fn limit(&self) -> Option<StoppedBy> {
        let executions = self.findings.lock().tally.total();
        let max = self.settings.max_schedules;
        let limit = self.settings.time_limit;
        let schedules = max.filter(|&max| executions >= max);
        let time = limit.filter(|&limit| self.began.elapsed() >= limit);
        schedules
            .map(StoppedBy::MaxSchedules)
            .or(time.map(StoppedBy::TimeLimit))
    }
}

/// Chooses the steps of one case.
struct Case(Decisions);

impl Chooser for Case {
    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(self.0.choose(point))
    }
}
