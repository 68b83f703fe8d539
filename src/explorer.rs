//! [`Explorer`]: the builder of a program and its search.

use std::fmt::{self, Debug};
use std::panic::Location;
use std::sync::Arc;

use crate::engine::{EngineOptions, aside};
use crate::environment::Settings;
use crate::execution::Execution;
use crate::must_use::MustUse;
use crate::program::StatefulProgram;
use crate::report::{Call, Report};
use crate::saved::Store;
use crate::schedule::Schedule;

mod classes;
mod conditions;
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
mod observation;
mod origin;
mod orphans;
mod points;
mod repeats;
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
    must_run: MustUse,
}

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Prepares to explore a program whose state `setup` makes, once for each execution.
    ///
    /// Setup, threads and checks must do the same whenever they run under the same schedule: no
    /// clock, no randomness, nothing left over from the execution before. If the reached markers
    /// show a difference, the search ends with an error.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| Mutex::new(vec![0])) // in each execution, a list with one element
    ///     .thread("a", |list| { marker!("push"); list.lock().unwrap().push(1) })
    ///     .thread("b", |list| { marker!("pop"); list.lock().unwrap().pop().unwrap(); })
    ///     .check(|list| assert_eq!(list.lock().unwrap().len(), 1))
    ///     .explore();
    /// report.assert_ok();
    /// ```
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
            must_run: MustUse::or_tell(format!(
                "interlace: the explorer that was made at {} has run nothing: call `explore` or `replay`",
                Location::caller()
            )),
        }
    }

    /// Adds a thread. Schedules refer to it by its name, which must be unique.
    ///
    /// ```
    /// use interlace::{Explorer, marker, schedule};
    ///
    /// let explorer = Explorer::new(|| ())
    ///     .thread("reader", |()| marker!("read"))
    ///     .thread(format!("writer {}", 1), |()| marker!("write"));
    /// explorer.replay(&schedule!["writer 1": write, reader: read]).assert_ok();
    /// ```
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

    /// Runs every schedule, or those of the [`strategy`](Self::strategy), up to the first failure
    /// unless told to [`keep_going`](Self::keep_going), and shrinks the first failure to a minimal
    /// one.
    ///
    /// [Saved](Self::saved) schedules are run first. If one still fails, the report is of that
    /// alone. If `INTERLACE_REPLAY` holds a schedule, as printed by a failure, only that is run.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| { marker!("x"); marker!("y") })
    ///     .thread("b", |()| marker!("z"))
    ///     .explore();
    /// report.assert_ok();
    /// assert_eq!(report.schedules(), 3); // z comes first, second or last
    /// ```
    #[track_caller]
    pub fn explore(self) -> Report {
        let request = self.request();
        aside(|| run::explore(&request)).must_be_read(request.call)
    }

    /// Runs one execution along `schedule`, and after its last step in the fixed order: the thread
    /// that ran last until it ends or blocks, then the others in the order in which they were
    /// added.
    ///
    /// If the schedule does not fit the program, the [`failure_kind`](Execution::failure_kind) of
    /// the execution is [`Diverged`](crate::FailureKind::Diverged).
    ///
    /// ```
    /// use interlace::{Explorer, marker, schedule};
    ///
    /// let execution = Explorer::new(|| ())
    ///     .thread("a", |()| { marker!("x"); marker!("y") })
    ///     .thread("b", |()| marker!("z"))
    ///     .replay(&schedule![a: x, b: z]);
    /// execution.assert_ok();
    /// let markers = execution.steps().iter().map(|step| step.marker());
    /// assert!(markers.eq(["x", "z", "y"])); // the last comes by itself
    /// ```
    #[track_caller]
    pub fn replay(self, schedule: &Schedule) -> Execution {
        let request = self.request();
        let execution = aside(|| run::replay(&request, schedule));
        execution
            .unwrap_or_else(Execution::refused)
            .must_be_read(request.call.explored_at)
    }

    /// What to run, for the caller of the calling method.
    #[track_caller]
    fn request(self) -> Request {
        self.must_run.note_use();
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
