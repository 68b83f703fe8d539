//! How much of a search is made, and by what.

use std::sync::Arc;
use std::time::Duration;

use super::Explorer;
use crate::engine::Engine;
use crate::saved::Store;
use crate::strategy::Strategy;

impl<S> Explorer<S> {
    /// Runs the schedules that this strategy says. Default: `INTERLACE_STRATEGY`, or every schedule.
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
    /// The same seed gives the same executions, another others. A report of a sample says which
    /// seed it had.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Runs at most `schedules` executions. Default: `INTERLACE_MAX_SCHEDULES`, or no limit.
    pub fn max_schedules(mut self, schedules: u64) -> Self {
        self.settings.max_schedules = Some(schedules);
        self
    }

    /// Begins no execution when `limit` has passed since the start. Default:
    /// `INTERLACE_TIME_LIMIT` (in seconds), or no limit.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.settings.time_limit = Some(limit);
        self
    }

    /// Ends an execution after `steps` steps, as a failure: it may never end by itself, as a loop
    /// that waits for another thread does when that one never gets its turn. A task that goes on
    /// after it was woken counts as a step. Default: 10 000.
    pub fn max_steps(mut self, steps: usize) -> Self {
        self.options.max_steps = steps;
        self
    }

    /// Gives each execution this long, from its setup to its last check. Default: 10 seconds.
    ///
    /// On Linux only the time counts for which its threads run, or sleep all together. While one of
    /// them waits for a processor that others keep busy, no time passes, so that a busy machine makes
    /// no failure. Threads that the program starts by itself do not count: while the others wait for
    /// them, those sleep. Elsewhere all time counts.
    ///
    /// The time is looked at now and then, so an execution may have an eighth more.
    ///
    /// An execution that takes longer is a failure. The thread that did not come back cannot be
    /// killed: it is left behind, and goes on for as long as the process does.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Runs the program on this engine. Default: `INTERLACE_ENGINE` (`threads` or `fibers`), or
    /// [`Engine::Threads`].
    ///
    /// Whichever is chosen, a failure is run once more on fresh OS threads before it is reported.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.settings.engine = Some(engine);
        self
    }

    /// Searches on this many workers side by side, each on a processor of its own. Default:
    /// `INTERLACE_WORKERS`, or as many as there are processors. What is found does not depend on it.
    /// There are at most 8 for each processor: if more are asked for, the report says that they were
    /// not started.
    ///
    /// A search starts on one worker, and goes on with the others when it takes longer than a tenth
    /// of a millisecond. With [`max_schedules`](Self::max_schedules) it stays with one.
    pub fn workers(mut self, workers: usize) -> Self {
        self.settings.workers = Some(workers.max(1));
        self
    }

    /// Shows on standard error how far a search is, once it has taken a second: how many schedules
    /// there are, how many were run, how fast, and how long the rest takes. Default:
    /// `INTERLACE_PROGRESS` (`1` or `0`), or only on a terminal, and neither in CI (where the
    /// variable `CI` is set) nor in what Cargo builds for `cargo test` and `cargo bench`.
    ///
    /// On a terminal it is a bar, with the cargo feature `progress`, which is on by default.
    /// Elsewhere it is a line every ten seconds.
    ///
    /// The number of schedules is exact if threads take the same steps whatever the schedule, and
    /// estimated if what was run shows that they do not.
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

    /// Does not stop at the first failure. The report then counts all of them.
    pub fn keep_going(mut self) -> Self {
        self.keeps_going = true;
        self
    }

    /// Makes only part `number`, counted from 1, of `of` parts of the search, so that as many
    /// machines share it without talking to each other. Default: `INTERLACE_SHARD`, as in `1/3`, or
    /// the whole search.
    ///
    /// Each execution is in exactly one shard, and shards come one after the other in exploration
    /// order. Where threads take the same steps whatever the schedule, their sizes differ by at
    /// most one; elsewhere they are as equal as the steps of the first execution can tell, which
    /// every shard runs. [`Report::merge`](crate::Report::merge) makes of their reports the one of the whole search.
    ///
    /// A number that is 0, or greater than `of`, is an error in the report. So are the strategies
    /// `Preemptions` and `Portfolio`, which are several searches one after the other.
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

    /// Saves failing schedules here, and runs those that are here before it searches. Default: in
    /// a test that Cargo built, unless `INTERLACE_SAVED` is `0`, a file beside the sources; see
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
