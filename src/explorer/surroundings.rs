//! What is around a program: the engine, whether its threads are new, and who else wakes its tasks.

use super::Explorer;
use crate::engine::{Engine, Limits};
use crate::environment::Settings;
use crate::error::{Error, ErrorKind};

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Says that something outside of the program wakes its tasks: a runtime, a timer, a thread
    /// that is none of those added here. Default: false.
    ///
    /// When no thread can go on and tasks wait, that is a deadlock at once, unless this is set.
    /// Then it is a deadlock at once only if nobody holds a waker of those tasks; else they are
    /// waited for until the [time-out](Self::timeout) is up. Who holds a waker is not known: one
    /// that waits in a lock of the state itself counts, too. So in a program with this set, tasks
    /// that wait for each other may be told as timed out.
    ///
    /// Wake-ups from outside come at any time. For the program to do the same under the same
    /// schedule they are put off until no other thread can go on; and when one has come, the
    /// others that may come are given 100 ms, so that the order of tasks does not depend on their
    /// order. What is never tried is that a wake-up comes earlier. Work outside that is ready
    /// before the task asks for it the first time is a difference that nothing hides.
    ///
    /// ```
    /// use std::future::poll_fn;
    /// use std::task::Poll;
    /// use interlace::{Explorer, marker};
    ///
    /// /// Is ready when a thread outside has said so.
    /// async fn ask() {
    ///     let mut has_asked = false;
    ///     poll_fn(|context| {
    ///         if std::mem::replace(&mut has_asked, true) {
    ///             return Poll::Ready(());
    ///         }
    ///         let waker = context.waker().clone();
    ///         std::thread::spawn(move || waker.wake());
    ///         Poll::Pending
    ///     })
    ///     .await
    /// }
    ///
    /// let report = Explorer::new(|| ())
    ///     .task("asks", async |()| { ask().await; marker!("answer") })
    ///     .thread("looks", |()| marker!("look"))
    ///     .external_wakers(true)
    ///     .explore();
    /// assert_eq!(report.schedules(), 1); // `asks` is told when `looks` has ended
    /// ```
    pub fn external_wakers(mut self, are_expected: bool) -> Self {
        self.limits.external_wakers = are_expected;
        self
    }

    /// Runs each execution on OS threads of its own, for code that keeps something in
    /// thread-locals from one call to the next: else the threads of an execution run the next
    /// one, too, and find there what the one before left. Default: false.
    ///
    /// It costs as many thread starts per execution as the program has threads, and one more, on
    /// which setup, invariants and checks run: some ten times the price of a short execution.
    ///
    /// There are no such threads on [`Engine::Fibers`]: if the code asks for both, nothing is run
    /// and the report says so. If only the environment asks for fibers, this wins.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use interlace::{ErrorKind, Explorer, marker};
    ///
    /// thread_local!(static IS_WARM: Cell<bool> = const { Cell::new(false) });
    ///
    /// fn use_cache(_: &()) {
    ///     if !IS_WARM.replace(true) {
    ///         marker!("fill");
    ///     }
    ///     marker!("use");
    /// }
    /// let explorer = || Explorer::new(|| ()).thread("a", use_cache).thread("b", use_cache);
    ///
    /// let report = explorer().explore(); // the cache is warm from the second execution on
    /// assert_eq!(report.error().unwrap().kind(), ErrorKind::NonDeterministic);
    /// let report = explorer().fresh_threads(true).explore();
    /// assert_eq!(report.schedules(), 6); // 4! / (2! 2!)
    /// ```
    pub fn fresh_threads(mut self, are_fresh: bool) -> Self {
        self.limits.fresh_threads = are_fresh;
        self
    }

    /// Gives each fiber a stack of at least this many bytes. Default: 1 MiB, of which only what
    /// is used takes memory. Without effect on [`Engine::Threads`].
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.limits.stack_size = bytes;
        self
    }
}

/// Adds what the environment sets; and which engine it is.
///
/// # Errors
///
/// If a variable is bad, or the code asks for what no engine has.
pub(super) fn settle(settings: Settings, limits: Limits) -> Result<(Settings, Engine), Error> {
    let in_code = settings.engine;
    let settings = settings.or(Settings::from_environment()?);
    let engine = engine(in_code, settings.engine, limits)?;
    Ok((settings, engine))
}

/// The engine, by what the code says and by what holds once the environment is known.
///
/// # Errors
///
/// If the code asks for what no engine has.
pub(super) fn engine(
    in_code: Option<Engine>,
    settled: Option<Engine>,
    limits: Limits,
) -> Result<Engine, Error> {
    match in_code {
        Some(Engine::Fibers) if limits.fresh_threads => Err(no_threads_to_be_fresh()),
        _ if limits.fresh_threads => Ok(Engine::Threads),
        _ => Ok(settled.unwrap_or_default()),
    }
}

#[cold]
fn no_threads_to_be_fresh() -> Error {
    Error::new(
        ErrorKind::BadSetting,
        "`fresh_threads` is for `Engine::Threads`: on `Engine::Fibers` all threads of all \
         executions share one OS thread and its thread-locals. Choose one of the two",
    )
}
