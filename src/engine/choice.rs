//! The engines, and which one runs what.

use std::any::Any;
use std::str::FromStr;
use std::sync::Arc;

use super::fault::catch_fault;
use super::fiber::has_own_thread_locals;
use super::{Deferred, EngineOptions, Program, Scheduler, crash, fibers, threads};
use crate::error::{Error, ErrorKind};
use crate::named::{Named as _, displayed};

displayed! {
    /// What runs a program.
    ///
    /// Both run one thread of the program at a time, in the same order, with the same verdicts. They
    /// differ in what a thread of the program is, and so in what a step costs. On Linux with glibc,
    /// waiting for locks, channels, threads, files and times is a step on either, and blocks no OS
    /// thread.
    ///
    /// ```
    /// use interlace::{Engine, Explorer, marker};
    ///
    /// let body = |(): &()| {
    ///     marker!("first");
    ///     marker!("second");
    /// };
    /// let report = Explorer::new(|| ())
    ///     .thread("a", body)
    ///     .thread("b", body)
    ///     .engine(Engine::Fibers)
    ///     .explore();
    /// assert_eq!(report.schedules(), 6);
    /// assert_eq!("fibers".parse(), Ok(Engine::Fibers));
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Engine {
        /// Each thread of the program is an OS thread, with thread-locals and an identity of its own,
        /// as in production. Those of declared threads are kept from one execution to the next, unless
        /// [`fresh_threads`](crate::Explorer::fresh_threads) says otherwise. A hand-over costs about
        /// two microseconds. The default where the program is not instrumented.
        Threads = "threads",
        /// Each thread of the program is a coroutine with a stack of its own, and all of them share
        /// one OS thread. A hand-over costs tens of nanoseconds. What blocks the OS thread all the
        /// same, as a loop or a call that bypasses libc, blocks them all, and ends the search with an
        /// error when the [time-out](crate::Explorer::timeout) is up.
        ///
        /// On Linux with glibc, on x86-64 and 64-bit ARM, each has thread-locals, a park token and a
        /// [`ThreadId`](std::thread::ThreadId) of its own, new in every execution, and they are
        /// destroyed when it ends. Of a declared thread [`name`](std::thread::Thread::name) is `None`.
        /// Elsewhere, and where user code may not set the segment register, all share those of the OS
        /// thread: code that keeps something there belongs on [`Threads`](Engine::Threads). The default under
        /// `cargo interlace`, where each has its own.
        Fibers = "fibers",
    }
}

impl Default for Engine {
    fn default() -> Self {
        // What blocks is seen in instrumented builds, and steps are many.
        if cfg!(interlace) && has_own_thread_locals() {
            Engine::Fibers
        } else {
            Engine::Threads
        }
    }
}

impl FromStr for Engine {
    type Err = Error;

    /// Parses the name that `Display` shows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSetting`], for any other text.
    fn from_str(name: &str) -> Result<Self, Error> {
        Engine::of_name(name).ok_or_else(|| {
            let text = format!("there is no engine `{name}`: it must be `threads` or `fibers`");
            Error::new(ErrorKind::BadSetting, text)
        })
    }
}

impl Engine {
    /// Runs executions of `program` until `scheduler` begins no more, and returns the scheduler.
    ///
    /// # Errors
    ///
    /// As [`run_and`](Self::run_and).
    pub(crate) fn run<D: Scheduler>(
        self,
        program: &Arc<dyn Program>,
        scheduler: D,
        options: EngineOptions,
    ) -> Result<D, Error> {
        self.run_and(program, scheduler, options, Deferred::nothing())
    }

    /// As [`run`](Self::run); the calling thread attends to `meanwhile` while it waits.
    ///
    /// # Errors
    ///
    /// If the system gives no thread or memory, a fiber blocks, or this library panics.
    pub(crate) fn run_and<D: Scheduler>(
        self,
        program: &Arc<dyn Program>,
        scheduler: D,
        options: EngineOptions,
        meanwhile: Deferred<'_>,
    ) -> Result<D, Error> {
        crash::prepare();
        // Boxed, so that both engines are compiled only once.
        let scheduler: Box<dyn Scheduler> = Box::new(scheduler);
        let scheduler: Box<dyn Any> = catch_fault(|| match self {
            Engine::Threads => threads::run(program, scheduler, options, meanwhile),
            Engine::Fibers => fibers::run(program, scheduler, options, meanwhile),
        })?;
        let scheduler = scheduler.downcast();
        Ok(*scheduler.expect("an engine gives back the scheduler it was given"))
    }
}
