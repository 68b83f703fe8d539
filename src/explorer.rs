//! [`Explorer`]: the builder of a program and its search.

use std::fmt::{self, Debug};
use std::panic::Location;
use std::sync::Arc;

use crate::engine::{EngineOptions, aside};
use crate::environment::Settings;
use crate::execution::Execution;
use crate::program::StatefulProgram;
use crate::report::{Call, Report};
use crate::saved::Store;
use crate::schedule::Schedule;

mod classes;
mod conflicts;
mod contradiction;
mod crash_notes;
#[cfg(test)]
mod declared_places;
mod default_store;
mod isolate;
mod line_starts;
mod linear;
mod minimise;
mod model;
mod origin;
mod orphans;
mod points;
mod request;
mod run;
mod run_context;
mod run_options;
#[cfg(feature = "proptest")]
mod run_under;
#[cfg(feature = "proptest")]
mod sample;
mod saved_runs;
mod search;
mod search_outcome;
mod serial;
mod settings;
mod shrinking;
#[cfg(test)]
mod started_threads;
mod verify_accesses;
mod wait_options;

use request::Request;

/// Explores every legal schedule of the markers that the threads of a program reach.
///
/// The program is a state, which the setup makes anew for each execution, and named threads and
/// async tasks that share it. One of them runs at a time, and each pauses at its markers. The
/// markers are discovered by running, so loops, branches and control flow that depends on the
/// schedule need no declaration. The search is depth first, with threads in the order in which they
/// were added.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use interlace::Explorer;
///
/// #[derive(Default)]
/// struct Counter { value: AtomicU32 }
///
/// #[interlace::trace]
/// impl Counter {
///     fn increment(&self) {
///         let temp = self.value.load(SeqCst); // interlace: read_value
///         self.value.store(temp + 1, SeqCst); // interlace: write_value
///     }
/// }
///
/// let report = Explorer::new(Counter::default)
///     .thread("thread1", Counter::increment)
///     .thread("thread2", Counter::increment)
///     .check(|c| assert_eq!(c.value.load(SeqCst), 2))
///     .explore();
///
/// let failure = report.assert_fails();
/// assert_eq!(failure.schedule().to_string(), "thread1:read_value thread2:read_value");
/// ```
#[must_use = "nothing runs until `explore` or `replay` is called"]
pub struct Explorer<S> {
    program: StatefulProgram<S>,
    options: EngineOptions,
    settings: Settings,
    keeps_going: bool,
    store: Option<Arc<dyn Store>>,
    made_at: &'static Location<'static>,
    /// Whether the program is one body, which starts its threads.
    is_model: bool,
    /// Whether there may be nothing to interleave.
    allows_trivial: bool,
}

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Prepares to explore a program whose state `setup` makes, once for each execution.
    ///
    /// Setup, threads and checks must do the same whenever they run under the same schedule: no
    /// clock, no randomness, nothing left over from the execution before. If the reached markers
    /// show a difference, the search ends with an error.
    #[track_caller]
    pub fn new(setup: impl Fn() -> S + Send + Sync + 'static) -> Self {
        Explorer {
            program: StatefulProgram::new(setup),
            options: EngineOptions::default(),
            settings: Settings::default(),
            keeps_going: false,
            store: None,
            made_at: Location::caller(),
            is_model: false,
            allows_trivial: false,
        }
    }

    /// Adds a thread. Schedules refer to it by its name, which must be unique.
    pub fn thread(
        mut self,
        name: impl Into<String>,
        body: impl Fn(&S) + Send + Sync + 'static,
    ) -> Self {
        self.program.add_thread(name.into(), body);
        self
    }

    /// Adds an async task. Tasks and threads may be mixed.
    ///
    /// The task needs no runtime. While its future is pending, it waits for its waker. Once that
    /// has fired, going on is a step, `task:resume(marker)`, with the marker that the task passed
    /// last: so what other threads may do in between is tried.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    /// use tokio::sync::Mutex;
    ///
    /// async fn add(total: &Mutex<u32>) {
    ///     marker!("add");
    ///     *total.lock().await += 1;
    /// }
    ///
    /// Explorer::new(|| Mutex::new(0))
    ///     .task("task1", add)
    ///     .task("task2", add)
    ///     .check(|total| assert_eq!(*total.try_lock().unwrap(), 2))
    ///     .explore()
    ///     .assert_ok();
    /// ```
    pub fn task(
        mut self,
        name: impl Into<String>,
        body: impl AsyncFn(&S) + Send + Sync + 'static,
    ) -> Self {
        self.program.add_task(name.into(), body);
        self
    }

    /// Lets the task of this name be cancelled: at each `.await` where it is pending its future may
    /// be dropped, as when a `select!` or a time-out drops one of its branches, or a client hangs
    /// up.
    ///
    /// That is a step, `task:cancel(marker)`, with the marker that the task passed last; it is
    /// tried besides going on, whether the task was woken or not. It drops the future, and ends the
    /// task. It counts as a preemption, so the minimal schedule of a failure cancels only what must
    /// be. Nobody need ever cancel: when that is all that could be done, it is a deadlock.
    ///
    /// The task may be added before or after this. If there is none of this name, nothing is run
    /// and the report says so.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, marker};
    /// use tokio::sync::Notify;
    ///
    /// #[derive(Default)]
    /// struct Gate { open: Notify, inside: AtomicU32 }
    ///
    /// let report = Explorer::new(Gate::default)
    ///     .task("visitor", async |gate: &Gate| {
    ///         gate.inside.fetch_add(1, SeqCst);
    ///         gate.open.notified().await; // if it is dropped here, nobody subtracts it again
    ///         gate.inside.fetch_sub(1, SeqCst);
    ///     })
    ///     .cancellable("visitor")
    ///     .thread("porter", |gate| { marker!("open"); gate.open.notify_one() })
    ///     .check(|gate| assert_eq!(gate.inside.load(SeqCst), 0))
    ///     .explore();
    /// let schedule = report.assert_fails().schedule().to_string();
    /// assert_eq!(schedule, "visitor:cancel(start)");
    /// ```
    pub fn cancellable(mut self, task: impl Into<String>) -> Self {
        self.program.add_cancellable(task.into());
        self
    }

    /// Adds a condition that must hold whenever every thread is paused: after each step, and at the
    /// end.
    ///
    /// It is evaluated while threads are paused at their markers, perhaps holding a lock: an
    /// invariant that takes that lock never returns.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// let report = Explorer::new(AtomicU32::default)
    ///     .thread("t", |level| {
    ///         marker!("overshoot");
    ///         level.store(11, SeqCst);
    ///         marker!("correct");
    ///         level.store(10, SeqCst);
    ///     })
    ///     .invariant("level is at most 10", |level| level.load(SeqCst) <= 10)
    ///     .explore();
    /// assert!(matches!(report.assert_fails().kind(), FailureKind::Invariant(_)));
    /// ```
    pub fn invariant(
        mut self,
        name: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.program.add_invariant(name.into(), holds);
        self
    }

    /// Adds a check of the state after all threads have ended. A panic in it is a failure.
    ///
    /// Several checks run in the order in which they were added, up to the first that fails.
    pub fn check(mut self, check: impl Fn(&S) + Send + Sync + 'static) -> Self {
        self.program.add_check(check);
        self
    }

    /// Describes the outcome of an execution, for the table of [`Report::outcomes`]. It is
    /// evaluated after all threads have ended, before the checks.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| Mutex::new(String::new()))
    ///     .thread("a", |log| { marker!("push"); log.lock().unwrap().push('a') })
    ///     .thread("b", |log| { marker!("push"); log.lock().unwrap().push('b') })
    ///     .outcome(|log| log.lock().unwrap().clone())
    ///     .explore();
    /// let outcomes: Vec<_> = report.outcomes().collect();
    /// assert_eq!(outcomes, [("\"ab\"", 1), ("\"ba\"", 1)]);
    /// ```
    pub fn outcome<O: Debug>(mut self, describe: impl Fn(&S) -> O + Send + Sync + 'static) -> Self {
        self.program.set_outcome(describe);
        self
    }

    /// Allows only these outcomes, as in litmus tests: an execution with another
    /// [`outcome`](Self::outcome) fails. Outcomes are compared by their `Debug` texts, so `1`
    /// allows what `outcome` returns as `1_u32`, and `"a"` what it returns as a `String`.
    ///
    /// If called several times, it allows all that were named. If every schedule was run, the
    /// report lists the allowed outcomes that no execution ended in. Outcomes are compared before
    /// the checks are run.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// // Store buffering: each thread writes one cell and reads the other's.
    /// let explorer = || Explorer::new(<[AtomicU32; 4]>::default)
    ///     .thread("a", |[x, y, seen, _]| {
    ///         marker!("write_x");
    ///         x.store(1, SeqCst);
    ///         marker!("read_y");
    ///         seen.store(y.load(SeqCst), SeqCst);
    ///     })
    ///     .thread("b", |[x, y, _, seen]| {
    ///         marker!("write_y");
    ///         y.store(1, SeqCst);
    ///         marker!("read_x");
    ///         seen.store(x.load(SeqCst), SeqCst);
    ///     })
    ///     .outcome(|[_, _, a, b]| (a.load(SeqCst), b.load(SeqCst)));
    ///
    /// // One of the writes comes first, and whoever reads last sees it.
    /// let report = explorer().allow_outcomes([(0, 1), (1, 0), (1, 1)]).explore();
    /// report.assert_ok();
    ///
    /// let report = explorer().allow_outcomes([(0, 1), (1, 0)]).explore();
    /// let kind = report.assert_fails().kind();
    /// assert!(matches!(kind, FailureKind::OutcomeNotAllowed(it) if it.outcome() == "(1, 1)"));
    /// ```
    pub fn allow_outcomes<O: Debug>(mut self, outcomes: impl IntoIterator<Item = O>) -> Self {
        self.program.allow_outcomes(outcomes);
        self
    }

    /// Compares every execution with the serial orders of the threads: after all threads have
    /// ended, `view` must show what it shows when they run one after the other, in some order. So
    /// nothing need be known about correct results, except that threads must not disturb each
    /// other.
    ///
    /// Let the view show everything that matters: the state, and what the threads have seen of it.
    /// Views are compared by their `Debug` texts, before the checks are run.
    ///
    /// Before the search, the n! serial orders of n threads are run once, for at most 8 threads. In
    /// a serial order, each thread runs to its end before the next takes a step; the code before
    /// the first marker of each is run at the start, as always. If tasks wait for each other, some
    /// orders are impossible: they are left out, as are those that fail. If none is possible, the
    /// search does not begin, and the report is an error
    /// ([`NoSerialOrder`](crate::ErrorKind::NoSerialOrder)).
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// #[derive(Default)]
    /// struct Account { balance: i32 }
    ///
    /// let explorer = || Explorer::new(Mutex::<Account>::default)
    ///     .thread("deposit", |account| { marker!("add"); account.lock().unwrap().balance += 10 })
    ///     .serializable(|account| account.lock().unwrap().balance);
    ///
    /// explorer()
    ///     .thread("interest", |account| { marker!("double"); account.lock().unwrap().balance *= 2 })
    ///     .explore()
    ///     .assert_ok(); // 10 or 20: each is the balance of one order
    ///
    /// let report = explorer()
    ///     .thread("interest", |account| {
    ///         marker!("read");
    ///         let balance = account.lock().unwrap().balance;
    ///         marker!("write");
    ///         account.lock().unwrap().balance = 2 * balance;
    ///     })
    ///     .explore();
    /// let text = report.assert_fails().kind().to_string();
    /// assert!(text.contains("not serializable: this execution gives\n  0\n"), "{text}");
    /// assert!(text.contains("\n  10  (interest, then deposit)"), "{text}");
    /// ```
    pub fn serializable<V: Debug>(
        mut self,
        view: impl Fn(&S) -> V + Send + Sync + 'static,
    ) -> Self {
        self.program.set_view(view);
        self
    }

    /// Runs every schedule, or those of the [`strategy`](Self::strategy), up to the first failure
    /// unless told to [`keep_going`](Self::keep_going), and shrinks the first failure to a minimal
    /// one.
    ///
    /// [Saved](Self::saved) schedules are run first. If one still fails, the report is of that
    /// alone. If `INTERLACE_REPLAY` holds a schedule, as printed by a failure, only that is run.
    #[track_caller]
    pub fn explore(self) -> Report {
        let request = self.request();
        aside(|| run::explore(&request))
    }

    /// Runs one execution along `schedule`, and after its last step in the fixed order: the thread
    /// that ran last until it ends or blocks, then the others in the order in which they were
    /// added.
    ///
    /// If the schedule does not fit the program, the [`failure_kind`](Execution::failure_kind) of
    /// the execution is [`Diverged`](crate::FailureKind::Diverged).
    #[track_caller]
    pub fn replay(self, schedule: &Schedule) -> Execution {
        let request = self.request();
        aside(|| run::replay(&request, schedule)).unwrap_or_else(Execution::refused)
    }

    /// What to run, for the caller of the calling method.
    #[track_caller]
    fn request(self) -> Request {
        Request {
            program: Arc::new(self.program),
            settings: self.settings,
            options: self.options,
            keeps_going: self.keeps_going,
            store: self.store,
            call: Call {
                made_at: self.made_at,
                explored_at: Location::caller(),
            },
            is_model: self.is_model,
            allows_trivial: self.allows_trivial,
        }
    }
}

impl<S> Debug for Explorer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explorer")
            .field("program", &self.program)
            .field("options", &self.options)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
