//! Settings: which schedules are run, how many, on what, and what is shown and saved.

use std::sync::Arc;
use std::time::Duration;

use super::Explorer;
use crate::engine::Engine;
use crate::saved::Store;
use crate::strategy::Strategy;

impl<S> Explorer<S> {
    /// Runs the schedules of this strategy. Default: `INTERLACE_STRATEGY`, or every schedule.
    ///
    /// ```
    /// use interlace::{Explorer, Strategy, marker};
    ///
    /// let body = |(): &()| (0..10).for_each(|_| marker!("step"));
    /// let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// let report = explorer.strategy(Strategy::Preemptions(1)).explore();
    /// // Two without a preemption; with one, either thread is interrupted after 1 to 9 steps.
    /// assert_eq!(report.schedules(), 2 + 2 * 9);
    /// ```
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.settings.strategy = Some(strategy);
        self
    }

    /// Samples with this seed. Default: `INTERLACE_SEED`, or 0.
    ///
    /// The same seed gives the same executions. The report of a sample tells its seed.
    ///
    /// ```
    /// use interlace::{Explorer, Report, Strategy, marker};
    ///
    /// let body = |(): &()| (0..5).for_each(|_| marker!("step"));
    /// let explore = |seed| -> Report {
    ///     let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    ///     explorer.strategy(Strategy::Random { schedules: 10 }).seed(seed).explore()
    /// };
    /// let text = explore(7).to_string();
    /// assert!(text.contains("(random:10, seed 7)"), "{text}");
    /// assert_eq!(explore(7).to_string(), text);
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Finds out first, in processes of their own, which steps end the process: by a signal as `SIGSEGV`, by
    /// `abort` or `exit`. Here they are not taken, and are failures like others, counted and shrunk. Default:
    /// `INTERLACE_ISOLATE`, or not.
    ///
    /// Without, such a step ends the test, and the schedule that leads there is printed, and tried first in the
    /// next run.
    ///
    /// The process is this program once more, with the one test that calls this, or, where that is no test, with
    /// the same arguments: so whatever it does before it explores is done again. Each crash is found by one
    /// process, which begins the search anew. There is one worker. What ends the process outside of the threads, in a check say, is
    /// an [error](crate::ErrorKind::NotIsolated); so is a test that does not come to the same searches
    /// again. That the failure is [reproduced](crate::Failure::is_reproduced) means that the same steps are
    /// known to end the process.
    ///
    /// ```no_run
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| { marker!("x"); std::process::abort() })
    ///     .thread("b", |()| marker!("y"))
    ///     .isolate(true)
    ///     .explore();
    /// let FailureKind::Crash(crash) = report.assert_fails().kind() else {
    ///     panic!("it would not end the process");
    /// };
    /// assert_eq!((crash.thread(), crash.by()), ("a", "SIGABRT"));
    /// ```
    pub fn isolate(mut self, is_isolated: bool) -> Self {
        self.settings.isolate = Some(is_isolated);
        self
    }

    /// Runs at most `schedules` executions. Default: `INTERLACE_MAX_SCHEDULES`, or no limit.
    ///
    /// If there are more, [`Report::assert_ok`](crate::Report::assert_ok) fails, and
    /// [`assert_no_failure_found`](crate::Report::assert_no_failure_found) does not.
    ///
    /// ```
    /// use interlace::{Explorer, StoppedBy, marker};
    ///
    /// let body = |(): &()| (0..20).for_each(|_| marker!("step"));
    /// let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// let report = explorer.max_schedules(50).explore();
    /// assert_eq!(report.stopped_by(), &StoppedBy::MaxSchedules(50));
    /// ```
    pub fn max_schedules(mut self, schedules: u64) -> Self {
        self.settings.max_schedules = Some(schedules);
        self
    }

    /// Begins no execution once `limit` has passed since the start. Default: `INTERLACE_TIME_LIMIT`
    /// (in seconds), or no limit.
    ///
    /// If that ends the search, [`Report::assert_ok`](crate::Report::assert_ok) fails, and
    /// [`assert_no_failure_found`](crate::Report::assert_no_failure_found) does not.
    ///
    /// ```
    /// use std::time::Duration;
    /// use interlace::{Explorer, StoppedBy, marker};
    ///
    /// let limit = Duration::from_millis(5);
    /// let body = |(): &()| (0..20).for_each(|_| marker!("step"));
    /// let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// let report = explorer.time_limit(limit).explore();
    /// assert_eq!(report.stopped_by(), &StoppedBy::TimeLimit(limit));
    /// ```
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.settings.time_limit = Some(limit);
        self
    }

    /// Ends an execution as a failure after `steps` steps, since it may never end by itself: a loop
    /// that waits for another thread does not if that thread never gets its turn. Default:
    /// 10 000.
    ///
    /// ```
    /// use interlace::{Explorer, Verdict, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("spins", |()| loop { marker!("look") })
    ///     .max_steps(100)
    ///     .explore();
    /// assert!(report.verdicts().eq([(Verdict::StepLimit, 1)]));
    /// ```
    pub fn max_steps(mut self, steps: usize) -> Self {
        self.options.max_steps = steps;
        self
    }

    /// Gives each execution this long, from its setup to its last check. Default: 10 seconds.
    ///
    /// On Linux, only time in which its threads run, or all of them sleep, counts. Time in which
    /// one of them waits for a busy processor does not, so that a busy machine causes no failures.
    /// Elsewhere, all time counts. It is real time, and not the [virtual time](Self::real_time) that
    /// the program sees.
    ///
    /// The clock is read now and then, so an execution may get up to an eighth more.
    ///
    /// An execution that takes longer is a failure. The thread that did not return cannot be
    /// killed: it is left behind, and goes on as long as the process does.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("spins", |()| { marker!("x"); loop { std::hint::spin_loop() } })
    ///     .timeout(Duration::from_millis(20))
    ///     .explore();
    /// assert!(matches!(report.assert_fails().kind(), FailureKind::TimeOut(_)));
    /// # std::process::exit(0); // it spins as long as the process lives
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Looks for data races, or not. Default: it does, where [accesses are points](crate::Points::Accesses);
    /// elsewhere plain accesses are not seen.
    ///
    /// A race is a failure, [`DataRace`](crate::FailureKind::DataRace), in the first execution in which it
    /// shows. Without looking, each access costs less, and a program that has a race is explored too little: the
    /// report says so.
    ///
    /// ```
    /// use interlace::Explorer;
    ///
    /// let start = || std::thread::spawn(|| ());
    /// let body = move || [start(), start()].into_iter().for_each(|it| it.join().unwrap());
    /// let report = Explorer::model(body).data_races(false).explore();
    /// report.assert_ok();
    /// ```
    pub fn data_races(mut self, looks: bool) -> Self {
        self.options.data_races = looks;
        self
    }

    /// Runs the program on this engine. Default: `INTERLACE_ENGINE` (`threads` or `fibers`), or what
    /// [`Engine`] says of the build.
    ///
    /// With either, a failure is run once more on fresh OS threads before it is reported.
    ///
    /// ```
    /// use interlace::{Engine, Explorer, marker};
    ///
    /// let explore = |engine| {
    ///     let explorer = Explorer::new(|| ())
    ///         .thread("a", |()| marker!("x"))
    ///         .thread("b", |()| marker!("y"));
    ///     explorer.engine(engine).explore().to_string()
    /// };
    /// assert_eq!(explore(Engine::Fibers), explore(Engine::Threads));
    /// ```
    pub fn engine(mut self, engine: Engine) -> Self {
        self.settings.engine = Some(engine);
        self
    }

    /// Searches on this many workers in parallel, each on a processor of its own. Default:
    /// `INTERLACE_WORKERS`, or the number of processors. The result does not depend on it. At most
    /// 8 are started for each processor; if more are asked for, the report says so.
    ///
    /// A search starts on one worker, and the others join if it takes longer than a tenth of a
    /// millisecond. With [`max_schedules`](Self::max_schedules), one worker does it all.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let explore = |workers| {
    ///     let explorer = Explorer::new(|| ())
    ///         .thread("a", |()| marker!("x"))
    ///         .thread("b", |()| marker!("y"));
    ///     explorer.workers(workers).explore().to_string()
    /// };
    /// assert_eq!(explore(2), explore(1));
    /// ```
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = Some(workers.max(1));
        self
    }

    /// Shows the progress of a search on standard error, once it has taken a second: how many
    /// schedules there are, how many were run, how fast, and how long the rest takes. Default:
    /// `INTERLACE_PROGRESS` (`1` or `0`); otherwise only on a terminal, and neither in CI (where
    /// the variable `CI` is set) nor in what Cargo builds for `cargo test` and `cargo bench`.
    ///
    /// On a terminal it is a bar, if the cargo feature `progress` is on, as it is by default.
    /// Elsewhere it is a line every ten seconds.
    ///
    /// The number of schedules is exact if threads take the same steps under every schedule, and an
    /// estimate if the executions so far show that they do not.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("b", |()| marker!("y"))
    ///     .progress(true) // and yet nothing is shown: it takes less than a second
    ///     .explore();
    /// assert_eq!(report.schedules(), 2);
    /// ```
    pub fn progress(mut self, is_shown: bool) -> Self {
        self.settings.progress = Some(is_shown);
        self
    }

    /// Verifies what markers declare that their code touches, if the search runs one schedule of each class.
    /// Default: `INTERLACE_VERIFY_ACCESSES` (`1` or `0`), or not.
    ///
    /// After the search, schedules that are equivalent by the declarations are run: some that were run
    /// already, with two steps exchanged that declare nothing in common. What can be seen must be the same:
    /// which markers each thread passes, what it declares there, where it waits and ends, panics, outcomes,
    /// and the view of [`serializable`](Self::serializable). If it is not, the report is an
    /// error, [`WrongDeclaration`](crate::ErrorKind::WrongDeclaration), that names both schedules and the two
    /// steps. What no outcome and no check tells apart is not seen.
    ///
    /// Of at most 64 classes, 16 pairs of steps are exchanged. If there are fewer classes, it is 1024 pairs in
    /// all, but not more of a class than 100 000 divided by its number of steps, or 16. That takes up to two
    /// executions for each pair, which are not counted. The report says how many pairs there were. None begins when the
    /// [`time_limit`](Self::time_limit) is up.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{ErrorKind, Explorer, marker};
    ///
    /// let set = |value| move |cell: &AtomicU32| {
    ///     marker!("set", reads(cell));
    ///     cell.store(value, SeqCst);
    /// };
    /// let explorer = || Explorer::new(AtomicU32::default)
    ///     .thread("a", set(1))
    ///     .thread("b", set(2))
    ///     .outcome(|cell| cell.load(SeqCst));
    /// // By the declarations it does not matter who comes first.
    /// assert_eq!(explorer().explore().schedules(), 1);
    ///
    /// let report = explorer().verify_accesses(true).explore();
    /// let error = report.error().unwrap();
    /// assert_eq!(error.kind(), ErrorKind::WrongDeclaration);
    /// assert!(error.to_string().contains("the outcome is 2"), "{error}");
    /// ```
    pub fn verify_accesses(mut self, is_verified: bool) -> Self {
        self.settings.verify_accesses = Some(is_verified);
        self
    }

    /// Goes on after the first failure. The report then counts all failures.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, marker};
    ///
    /// let increment = |value: &AtomicU32| {
    ///     marker!("read");
    ///     let read = value.load(SeqCst);
    ///     marker!("write");
    ///     value.store(read + 1, SeqCst);
    /// };
    /// let explorer = || Explorer::new(AtomicU32::default)
    ///     .thread("a", increment)
    ///     .thread("b", increment)
    ///     .check(|value| assert_eq!(value.load(SeqCst), 2));
    /// let report = explorer().explore();
    /// assert_eq!((report.failing(), report.schedules()), (1, 2));
    /// let report = explorer().keep_going().explore();
    /// assert_eq!((report.failing(), report.schedules()), (4, 6));
    /// ```
    pub fn keep_going(mut self) -> Self {
        self.keeps_going = true;
        self
    }

    /// Says that there may be nothing to interleave: threads that reach no scheduling point, or one
    /// schedule only. Otherwise [`Report::assert_ok`](crate::Report::assert_ok) fails then, since such
    /// a search shows nothing about interleavings. For programs that are drawn or generated, where some
    /// are trivial.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// for number in 0..3 {
    ///     Explorer::new(|| ())
    ///         .thread("a", |()| marker!("x"))
    ///         .thread("b", move |()| (0..number).for_each(|_| marker!("y")))
    ///         .allow_trivial() // for 0, where `b` reaches no marker
    ///         .explore()
    ///         .assert_ok();
    /// }
    /// ```
    pub fn allow_trivial(mut self) -> Self {
        self.allows_trivial = true;
        self
    }

    /// Runs only part `number`, counted from 1, of `of` parts of the search, so that this many
    /// machines can share it without communication. Default: `INTERLACE_SHARD`, as in `1/3`, or the
    /// whole search.
    ///
    /// Each execution is in exactly one shard, and shards follow one another in exploration order.
    /// If threads take the same steps under every schedule, the sizes of shards differ by at most
    /// one. Otherwise they are as equal as can be told from the first execution, which every shard
    /// runs. [`Report::merge`](crate::Report::merge) merges their reports into that of the whole
    /// search.
    ///
    /// The report is an error if the number is 0 or greater than `of`, or if the strategy is
    /// `Preemptions` or `Portfolio`, which are several searches, or `Feedback`, which draws each schedule
    /// by what those before came to.
    ///
    /// ```
    /// use interlace::{Explorer, Report, marker};
    ///
    /// let explore = |number| {
    ///     Explorer::new(|| ())
    ///         .thread("a", |()| { marker!("x"); marker!("y"); })
    ///         .thread("b", |()| { marker!("x"); marker!("y"); })
    ///         .shard(number, 4)
    ///         .explore()
    /// };
    /// let shards: Vec<Report> = (1..=4).map(explore).collect();
    /// let sizes: Vec<u64> = shards.iter().map(Report::schedules).collect();
    /// assert_eq!(sizes, [2, 1, 2, 1]);
    /// let whole = Report::merge(shards).unwrap();
    /// assert_eq!((whole.schedules(), whole.is_exhaustive()), (6, true));
    /// ```
    pub fn shard(mut self, number: u32, of: u32) -> Self {
        self.settings.shard = Some((number, of));
        self
    }

    /// Saves failing schedules in `store`, and runs those in it before the search. Default: in a
    /// test built by Cargo, unless `INTERLACE_SAVED` is `0`, a file beside the sources; see
    /// [`saved`](crate::saved).
    ///
    /// ```
    /// use interlace::{Explorer, marker, saved::Nowhere};
    ///
    /// let report = Explorer::new(|| ()).thread("a", |()| marker!("x")).saved(Nowhere).explore();
    /// assert_eq!(report.retried(), 0);
    /// ```
    pub fn saved(mut self, store: impl Store + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }
}
