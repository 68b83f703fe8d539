//! [`TraceExecutor`] and [`AsyncTraceExecutor`]: one schedule, written by hand.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use itertools::Itertools as _;

use crate::engine::{self, Engine, EngineOptions, Program, ProgramInstance};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::failure::FailureKind;
use crate::follow::{Followed, follow};
use crate::locks::Mutex;
use crate::must_use::MustUse;
use crate::operation::ThreadId;
use crate::schedule::Schedule;

/// Runs threads along one schedule.
///
/// Each thread pauses at its markers and goes on when the schedule says so. At the start, the
/// threads run one after the other, in the order in which they were added, each up to its first
/// marker. After the last step of the schedule, they go on in a fixed order: the thread that ran
/// last until it ends, then the others in the order in which they were added.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use std::time::Duration;
/// use interlace::{Schedule, Step, TraceExecutor};
///
/// #[interlace::trace]
/// fn increment(value: &AtomicU32) {
///     let temp = value.load(SeqCst); // interlace: read_value
///     value.store(temp + 1, SeqCst); // interlace: write_value
/// }
///
/// let value = Arc::new(AtomicU32::new(0));
/// let mut executor = TraceExecutor::new(Schedule::new([
///     Step::new("thread1", "read_value"), // T1 reads 0
///     Step::new("thread2", "read_value"), // T2 reads 0
///     Step::new("thread1", "write_value"),
///     Step::new("thread2", "write_value"),
/// ]));
/// for name in ["thread1", "thread2"] {
///     let value = Arc::clone(&value);
///     executor.run(name, move || increment(&value));
/// }
/// executor.wait(Duration::from_secs(5)).unwrap();
/// assert_eq!(value.load(SeqCst), 1, "one increment is lost");
/// ```
#[must_use = "nothing runs until `wait` is called"]
pub struct TraceExecutor(OneShotProgram);

/// Runs async tasks along one schedule, with no runtime.
///
/// Every task is polled on a thread of its own. A marker pauses the whole task, whichever of its
/// futures reached it; a pending future blocks its task until its waker fires. In all else this is
/// like [`TraceExecutor`].
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use interlace::{AsyncTraceExecutor, marker, schedule};
/// use tokio::sync::Mutex;
///
/// let log = Arc::new(Mutex::new(Vec::new()));
/// let mut executor = AsyncTraceExecutor::new(schedule![task2: push, task1: push]);
/// for name in ["task1", "task2"] {
///     let log = Arc::clone(&log);
///     executor.run(name, async move {
///         marker!("push");
///         log.lock().await.push(name);
///     });
/// }
/// executor.wait(Duration::from_secs(5)).unwrap();
/// assert_eq!(*log.try_lock().unwrap(), ["task2", "task1"]);
/// ```
#[must_use = "nothing runs until `wait` is called"]
pub struct AsyncTraceExecutor(OneShotProgram);

impl TraceExecutor {
    /// Prepares to follow `schedule`, which may end before the threads do.
    pub fn new(schedule: Schedule) -> Self {
        TraceExecutor(OneShotProgram::new(schedule, false))
    }

    /// Prepares to follow `schedule`, which must hold every step of every thread: it is an error if
    /// a marker is reached when no step is left.
    ///
    /// ```
    /// use std::time::Duration;
    /// use interlace::{ErrorKind, TraceExecutor, marker, schedule};
    ///
    /// let mut executor = TraceExecutor::exact(schedule![thread1: read]);
    /// executor.run("thread1", || {
    ///     marker!("read");
    ///     marker!("write");
    /// });
    /// let error = executor.wait(Duration::from_secs(5)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::ScheduleUsedUp);
    /// ```
    pub fn exact(schedule: Schedule) -> Self {
        TraceExecutor(OneShotProgram::new(schedule, true))
    }

    /// Adds a thread. It starts when [`wait`](Self::wait) is called. If that is never called, the executor
    /// panics when it is dropped.
    pub fn run(&mut self, name: impl Into<String>, body: impl FnOnce() + Send + 'static) {
        self.0.add(name.into(), Box::new(body));
    }

    /// Runs the threads along the schedule and waits until each has ended.
    ///
    /// `timeout` is for the whole run, and counts as
    /// [`Explorer::timeout`](crate::Explorer::timeout) does. A thread that neither ends nor reaches
    /// a marker cannot be killed: it is left behind, and goes on as long as the process does.
    ///
    /// # Errors
    ///
    /// If the schedule does not fit the threads (which is noticed at once), a thread panics, none
    /// can go on, or the time is up; see [`ErrorKind`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use interlace::{ErrorKind, TraceExecutor, marker, schedule};
    ///
    /// let mut executor = TraceExecutor::new(schedule![thread1: raed]);
    /// executor.run("thread1", || marker!("read"));
    /// let error = executor.wait(Duration::from_secs(5)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Diverged);
    /// assert!(error.to_string().contains("did you mean `read`?"));
    /// ```
    pub fn wait(self, timeout: Duration) -> Result<(), Error> {
        self.0.run(timeout)
    }
}

impl AsyncTraceExecutor {
    /// Prepares to follow `schedule`, which may end before the tasks do.
    pub fn new(schedule: Schedule) -> Self {
        AsyncTraceExecutor(OneShotProgram::new(schedule, false))
    }

    /// Prepares to follow `schedule`, which must hold every step of every task, as in
    /// [`TraceExecutor::exact`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use interlace::{AsyncTraceExecutor, ErrorKind, marker, schedule};
    ///
    /// let mut executor = AsyncTraceExecutor::exact(schedule![task1: read]);
    /// executor.run("task1", async {
    ///     marker!("read");
    ///     marker!("write");
    /// });
    /// let error = executor.wait(Duration::from_secs(5)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::ScheduleUsedUp);
    /// ```
    pub fn exact(schedule: Schedule) -> Self {
        AsyncTraceExecutor(OneShotProgram::new(schedule, true))
    }

    /// Expects the tasks to be woken from outside, as by a runtime: a waiting task whose waker is
    /// still held is then waited for until the time is up. Without this, that is a deadlock. See
    /// [`Explorer::external_wakers`](crate::Explorer::external_wakers).
    ///
    /// ```
    /// use std::time::Duration;
    /// use interlace::{AsyncTraceExecutor, schedule};
    /// use tokio::sync::oneshot;
    ///
    /// let (sender, receiver) = oneshot::channel();
    /// let mut executor = AsyncTraceExecutor::new(schedule![]).external_wakers(true);
    /// executor.run("task1", async { assert_eq!(receiver.await, Ok(7)) });
    /// std::thread::spawn(move || sender.send(7));
    /// executor.wait(Duration::from_secs(5)).unwrap();
    /// ```
    pub fn external_wakers(mut self, are_expected: bool) -> Self {
        self.0.external_wakers = are_expected;
        self
    }

    /// Adds a task. It is first polled when [`wait`](Self::wait) is called.
    pub fn run(
        &mut self,
        name: impl Into<String>,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.0.add(
            name.into(),
            Box::new(move || engine::run_to_end(task, false)),
        );
    }

    /// Runs the tasks along the schedule and waits until each is ready.
    ///
    /// # Errors
    ///
    /// As [`TraceExecutor::wait`].
    pub fn wait(self, timeout: Duration) -> Result<(), Error> {
        self.0.run(timeout)
    }
}

type Once = Box<dyn FnOnce() + Send>;

/// Named bodies that run once, and the schedule they are to follow.
struct OneShotProgram {
    schedule: Schedule,
    is_exact: bool,
    external_wakers: bool,
    names: Vec<String>,
    bodies: Vec<Mutex<Option<Once>>>,
    must_run: MustUse,
}

impl OneShotProgram {
    fn new(schedule: Schedule, is_exact: bool) -> Self {
        OneShotProgram {
            schedule,
            is_exact,
            external_wakers: false,
            names: Vec::new(),
            bodies: Vec::new(),
            must_run: MustUse::default(),
        }
    }

    fn add(&mut self, name: String, body: Once) {
        self.must_run.note_use();
        self.names.push(name);
        self.bodies.push(Mutex::new(Some(body)));
        let names = self.names.iter().format("`, `");
        self.must_run = MustUse::or_tell(format!(
            "interlace: an executor has run nothing of what was added to it, `{names}`: call `wait`"
        ));
    }

    fn show(&self, f: &mut fmt::Formatter<'_>, executor: &str, bodies: &str) -> fmt::Result {
        f.debug_struct(executor)
            .field("schedule", &self.schedule)
            .field(bodies, &self.names)
            .finish_non_exhaustive()
    }

    fn run(mut self, timeout: Duration) -> Result<(), Error> {
        self.must_run.note_use();
        let options = EngineOptions {
            timeout,
            max_steps: usize::MAX,
            external_wakers: self.external_wakers,
            is_nested: engine::begins_nested(),
            ..EngineOptions::default()
        };
        let schedule = std::mem::take(&mut self.schedule);
        let is_exact = self.is_exact;
        let program: Arc<dyn Program> = Arc::new(self);
        let run = || follow(Engine::Threads, &program, options, &schedule, is_exact);
        let Followed { record, fits, .. } = engine::aside(run)?;
        fits?;
        match record.failure() {
            None => Ok(()),
            Some(failure) => Err(error(&failure, &record)),
        }
    }
}

/// The error of a failure, with the step after which it came and where every thread stood.
fn error(failure: &FailureKind, record: &Record) -> Error {
    let (kind, tells_positions) = match failure {
        FailureKind::Deadlock(_) | FailureKind::Livelock(_) => (ErrorKind::Deadlock, true),
        FailureKind::TimeOut(_) => (ErrorKind::TimedOut, true),
        _ => (ErrorKind::Panicked, false),
    };
    let steps = record.schedule(record.steps.len());
    let mut text = match steps.steps().last() {
        Some(last) => format!("{failure}\nafter step {}, `{last}`", steps.len()),
        None => format!("{failure}\nbefore the first step"),
    };
    if !tells_positions {
        text += &record.positions().to_string();
    }
    Error::new(kind, text)
}

impl Program for OneShotProgram {
    fn threads(&self) -> &[String] {
        &self.names
    }

    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance> {
        Box::new(OneShotInstance(self))
    }
}

/// There is no state to make or to drop: what the closures share, they bring with them.
struct OneShotInstance(Arc<OneShotProgram>);

impl ProgramInstance for OneShotInstance {
    fn init(&mut self) {}

    fn drop_state(&mut self) {}

    fn run_thread(&self, thread: ThreadId) {
        let body = self.0.bodies[thread.index()].lock().take();
        body.expect("a schedule is followed once")();
    }
}

impl fmt::Debug for TraceExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f, "TraceExecutor", "threads")
    }
}

impl fmt::Debug for AsyncTraceExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show(f, "AsyncTraceExecutor", "tasks")
    }
}
